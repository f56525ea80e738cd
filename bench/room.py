"""What does a full class cost: chat to a thousand, pages fetched meanwhile, and its own page?

Chat: everybody is in one class, two of them talk; CPU of the web process for each message that
arrives, and how long it takes, beside Node's socket.io that tells a room the same (it checks no
right and stores nothing; ours has committed each message before). Loss: an encoder sends by WHIP,
a player watches by WHEP, while the heaviest pages and files are fetched as fast as they come. The
page: its scripts as they were transferred, and its memory in a class of nine, at the beginning and
after a while. A storm of people who join is asked by bench/join.py.

    python -m bench.room [--quick] [--people 1000] [--minutes 30] [--only chat,loss,page]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import resource
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from playwright.async_api import Page, async_playwright

from bench.peers.ears import Ear, ears
from bench.peers.servers import Running, vtp_web
from tests.support.browser import chromium
from tests.support.room_page import WITH_DEVICES
from tests.support.whip import Device, Picture, sound
from tools.crowd import Extra, a_crowd
from vtp import demo

_HERE = Path(__file__).resolve().parent
_MORE = {
    # One account may be everybody, so that a run needs no thousand of them.
    "VTP_ROOMS__DEVICES": "5000",
    "VTP_ROOMS__PARTICIPANTS": "5000",
    "VTP_SOCKETS__PER_USER": "5000",
    "VTP_ROOMS__DRAIN_LIMIT": "1",
    "VTP_LOG__LEVEL": "error",
}
_WORDS = "Is the smaller sign the reason that the roots belong to the answer?"
_PATIENCE = 60.0
_LOOK = 0.1
_IDLE = 0.1  # s of CPU in a second
_PAUSE = 1.1  # s; two take turns, each as often as a person may
_AIMS = {"cpu": 1.5, "lost": 0.001, "scripts": 120}


@dataclass(frozen=True, slots=True)
class Size:
    people: int
    messages: int
    seconds: float  # of watching, alone and while pages are fetched
    minutes: float  # between the two looks at the memory of a page


@dataclass(frozen=True, slots=True)
class Chat:
    cpu_us: float  # for each message that arrived
    p50: float  # ms
    p99: float
    arrived: float  # share


@contextmanager
def node() -> Iterator[Running]:
    argv = ["node", str(_HERE / "peers" / "room.mjs")]
    env = os.environ | {"NODE_ENV": "production"}
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=env)
    try:
        assert process.stdout is not None
        yield Running("node", process.pid, int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(_PATIENCE)


async def token(http: aiohttp.ClientSession, url: str, who: str) -> str:
    body = {"email": f"{who}@demo.test", "password": demo.PASSWORD}
    async with http.post(f"{url}/api/v1/auth/login", json=body) as answer:
        return str((await answer.json())["access_token"])


async def chat(server: Running, size: Size, tokens: Sequence[str], room: str) -> Chat:
    heard: list[tuple[int, float]] = []
    speakers = [(await ears(server.port, one, room, 1, heard))[0] for one in tokens]
    others = await ears(server.port, tokens[-1], room, size.people - len(speakers), heard)
    await quiet(server)  # joining leaves much to tell
    # Theirs knows no meetings, so it is told which one.
    named = {"room": room} if server.name == "node" else {}
    said, used = {}, server.cpu()
    for number in range(size.messages):
        said[number] = time.perf_counter()
        await say(speakers[number % len(speakers)], number, named)
        await asyncio.sleep(_PAUSE)
    due = size.people * size.messages
    for _ in range(int(_PATIENCE / _LOOK)):
        if len(heard) >= due:
            break
        await asyncio.sleep(_LOOK)
    used = server.cpu() - used
    for ear in [*speakers, *others]:
        ear.transport.abort()
    took = sorted((at - said[number]) * 1000 for number, at in heard)
    return Chat(
        cpu_us=used / max(1, len(took)) * 1e6,
        p50=took[len(took) // 2],
        p99=took[int(len(took) * 0.99)],
        arrived=len(took) / due,
    )


async def quiet(server: Running) -> None:
    """Until the server has nothing to do but pings."""
    for _ in range(int(_PATIENCE)):
        used = server.cpu()
        await asyncio.sleep(1)
        if server.cpu() - used < _IDLE:
            return


async def say(speaker: Ear, number: int, named: dict[str, str]) -> None:
    body = {"text": f"said-{number}- {_WORDS}", "key": str(uuid.uuid4())} | named
    told = await speaker.call("chat.send", body)
    if "error" in told:
        raise RuntimeError(told)


async def loss(
    server: Running, http: aiohttp.ClientSession, size: Size, teacher: str
) -> list[float]:
    """Share of packets that a player missed: alone, and while everything is fetched."""
    device = Device(http, server.url, teacher)
    async with device.publishing(f"/whip/{demo.ROOM}", [Picture(90), sound()]) as sending:
        await sending.connected()
        async with device.watching(f"/whep/{demo.ROOM}") as watching:
            await watching.seen.until(lambda seen: seen.frames["video"] > 0)
            alone = await missed(watching, size.seconds)
            fetching = asyncio.create_task(fetch(server.url))
            busy = await missed(watching, size.seconds)
            fetching.cancel()
            await asyncio.wait([fetching])
            return [alone, busy]


async def missed(session: Any, seconds: float) -> float:
    async def counted() -> tuple[int, int]:
        found = (await session.connection.getStats()).values()
        into = [one for one in found if one.type == "inbound-rtp"]
        return sum(one.packetsReceived for one in into), sum(one.packetsLost for one in into)

    received, lost = await counted()
    await asyncio.sleep(seconds)
    now, gone = await counted()
    return (gone - lost) / max(1, now - received + gone - lost)


_PATHS = ("/", "/rooms", "/profile", "/admin/jobs", f"/room/{demo.ROOM}", "/api/openapi.json")


async def fetch(url: str) -> None:
    """Four people who load one page after the other, with its largest files."""
    async with aiohttp.ClientSession() as http:
        form = {"email": "admin@demo.test", "password": demo.PASSWORD}
        async with http.post(f"{url}/login", data=form, headers={"Origin": url}) as answer:
            answer.raise_for_status()
        dist = _HERE.parent / "web" / "dist"
        files = sorted(dist.glob("*.js"), key=lambda file: file.stat().st_size)[-3:]
        paths = [*_PATHS, *(f"/static/{file.name}" for file in files)]

        async def one(start: int) -> None:
            number = start
            while True:
                number += 1
                async with http.get(url + paths[number % len(paths)]) as answer:
                    await answer.read()

        await asyncio.gather(*(one(number) for number in range(4)))


@dataclass(frozen=True, slots=True)
class Weight:
    scripts: float  # kB, as transferred
    heap: tuple[float, float]  # MB after a collection: at first, and after a while
    nodes: tuple[int, int]


async def page(server: Running, size: Size, student: str) -> Weight | None:
    executable = chromium()
    if executable is None:
        print("Chromium is not installed; the page is left out.")
        return None
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--mute-audio", *WITH_DEVICES]
        )
        people = [Extra(student, str(demo.ROOM), face=number) for number in range(8)]
        await a_crowd(await browser.new_context(), server.url, people)
        async with a_page(browser, server.url) as seen:
            scripts = await seen.evaluate(
                """() => performance.getEntriesByType("resource")
                    .filter(one => one.name.endsWith(".js"))
                    .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
            )
            await seen.get_by_role("button", name="Join class").click()
            await seen.locator("figure.tile video").nth(8).wait_for()
            await asyncio.sleep(10)
            first = await memory(seen)
            await asyncio.sleep(size.minutes * 60)
            last = await memory(seen)
        await browser.close()
        return Weight(scripts / 1000, (first[0], last[0]), (first[1], last[1]))


@asynccontextmanager
async def a_page(browser: Any, url: str) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    seen = await context.new_page()
    await seen.goto(f"{url}/login")
    await seen.get_by_label("Email").fill("teacher@demo.test")
    await seen.get_by_label("Password", exact=True).fill(demo.PASSWORD)
    await seen.get_by_role("button", name="Sign in", exact=True).click()
    await seen.wait_for_selector(".hero")
    # From nothing, as the first time.
    session = await context.new_cdp_session(seen)
    await session.send("Network.clearBrowserCache")
    await seen.goto(f"{url}/room/{demo.ROOM}")
    await seen.wait_for_selector("html[data-alive]")
    await seen.get_by_role("button", name="Join class").wait_for()
    yield seen
    await context.close()


async def memory(seen: Page) -> tuple[float, int]:
    session = await seen.context.new_cdp_session(seen)
    await session.send("HeapProfiler.collectGarbage")
    await session.send("Performance.enable")
    found = (await session.send("Performance.getMetrics"))["metrics"]
    by_name = {one["name"]: one["value"] for one in found}
    await session.detach()
    return by_name["JSHeapUsedSize"] / 1e6, int(by_name["Nodes"])


async def of_ours(size: Size, parts: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with vtp_web(demo=True, more=_MORE) as server:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            teacher = await token(http, server.url, "teacher")
            student = await token(http, server.url, "student")
            if "loss" in parts:
                found["loss"] = await loss(server, http, size, teacher)
            if "page" in parts:
                found["page"] = await page(server, size, student)
            if "chat" in parts:
                found["chat"] = await chat(server, size, [teacher, student], str(demo.ROOM))
    return found


def printed(found: dict[str, Any], theirs: Chat | None, size: Size) -> None:
    load = os.getloadavg()[0]
    print(f"load {load:.1f}, Python {platform.python_version()}, {platform.machine()}")
    if theirs is not None:
        ours: Chat = found["chat"]
        ratio = ours.cpu_us / theirs.cpu_us
        print(f"{f'chat to {size.people}':38}{'vtp':>9}{'node':>9}{'ratio':>8}{'aim':>8}")
        aim = f"≤ {_AIMS['cpu']}"
        row = f"{ours.cpu_us:9.1f}{theirs.cpu_us:9.1f}{ratio:8.2f}{aim:>8}"
        print(f"{'CPU for each that arrived, µs':38}{row}")
        for name, mine, other in (("p50", ours.p50, theirs.p50), ("p99", ours.p99, theirs.p99)):
            print(f"{f'from sending to arriving, {name}, ms':38}{mine:9.1f}{other:9.1f}")
        print(f"{'arrived, %':38}{ours.arrived * 100:9.2f}{theirs.arrived * 100:9.2f}")
    if "loss" in found:
        alone, busy = found["loss"]
        print(
            f"lost alone {alone:.3%}, while pages are fetched {busy:.3%}, aim ≤ {_AIMS['lost']:.1%}"
        )
    if (weight := found.get("page")) is not None:
        print(f"scripts of the class {weight.scripts:.1f} kB, aim ≤ {_AIMS['scripts']}")
        (heap, later), (nodes, last) = weight.heap, weight.nodes
        print(f"page of nine: {heap:.1f} MB and {nodes} nodes, {size.minutes:g} min later")
        print(f"              {later:.1f} MB and {last} nodes")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer people, shorter")
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--only", default="chat,loss,page")
    given = parser.parse_args()
    size = Size(
        people=given.people or (100 if given.quick else 1000),
        messages=10 if given.quick else 40,
        seconds=8.0 if given.quick else 30.0,
        minutes=given.minutes or (0.5 if given.quick else 30.0),
    )
    parts = set(given.only.split(","))
    if "chat" in parts and not (_HERE / "peers" / "node_modules" / "socket.io").is_dir():
        sys.exit("bench/room.py: install the peer first: bench/peers/install")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    theirs = None
    if "chat" in parts:
        with node() as server:
            theirs = uvloop.run(chat(server, size, ["", ""], "class"))
    printed(uvloop.run(of_ours(size, parts)), theirs, size)


if __name__ == "__main__":
    main()
