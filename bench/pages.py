"""Does any page hold the loop: CPU of its thread per step of the loop, beside an empty page?

One process serves the whole application with demo data and, on the same loop, an empty page. Each
page is fetched again and again by somebody who may see it. A callback that comes once per turn of
the loop takes the CPU time of the loop's thread between two turns: CPU and not clock, so that a
noisy machine does not count. The longest step is what everybody else waits for: the aim is 10 ms.

    python -m bench.pages [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import http.client
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import uvloop
from aiohttp import web

from bench.peers.servers import free_port
from vtp import demo, settings
from vtp.accounts.model import Caller
from vtp.app import declared
from vtp.app.parts import Parts, open_parts
from vtp.app.web import serving
from vtp.db import migrate
from vtp.serve.postgres import server as postgres
from vtp.telemetry import logs

_AIM = 10.0  # ms
_PLENTY = 1_000_000_000
_CALLER = Caller("127.0.0.1", "bench")
# What is no page and no list: files, probes, sockets, the link of the first administrator.
_LEFT_OUT = ("/static/", "/socket.io/", "/setup", "/login", "/register")


class Steps:
    """CPU of this thread between two turns of the loop, while something is measured."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._longest = 0.0
        self._last = 0.0
        self._on = False

    async def longest(self, work: Callable[[], Awaitable[None]]) -> float:
        """The longest step while `work` lasts, in ms."""
        self._longest, self._on, self._last = 0.0, True, time.thread_time()
        self._loop.call_soon(self._turn)
        await work()
        self._on = False
        return self._longest * 1000

    def _turn(self) -> None:
        now = time.thread_time()
        self._longest = max(self._longest, now - self._last)
        self._last = now
        if self._on:
            self._loop.call_soon(self._turn)


@dataclass(frozen=True, slots=True)
class Page:
    path: str
    port: int
    cookie: str = ""

    def fetch(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", self.path, headers={"Cookie": f"vtp-session={self.cookie}"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{self.path}: {answer.status}")


async def measured(page: Page, steps: Steps, times: int) -> list[float]:
    """The client is a thread, whose CPU is not that of the loop's thread."""
    await asyncio.to_thread(page.fetch)
    return [await steps.longest(lambda: asyncio.to_thread(page.fetch)) for _ in range(times)]


async def pages(parts: Parts, port: int) -> list[Page]:
    admin = await parts.accounts.sign_in.browser(
        email=demo.PEOPLE[0][0], password=demo.PASSWORD, caller=_CALLER
    )
    paths = [route.path for route in declared.all_routes() if route.method == "GET"]
    shown = [p for p in paths if "{" not in p and not p.startswith(_LEFT_OUT)]
    tabs = [f"/profile?tab={tab}" for tab in ("sign-in", "sessions", "keys")]
    signed_in = [Page(path, port, admin.cookie) for path in [*shown, *tabs]]
    return [*signed_in, Page("/login", port), Page("/register", port)]


async def empty_page() -> tuple[web.AppRunner, Page]:
    async def empty(_request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>empty</title>", content_type="text/html")

    app, port = web.Application(), free_port()
    app.router.add_get("/", empty)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, Page("/", port)


async def run(chosen: settings.Settings, times: int) -> list[tuple[str, list[float]]]:
    logs.set_up(chosen.log)
    async with open_parts(chosen, demo=True) as parts, serving(parts):
        await demo.fill(parts.accounts.administration, parts.db, clock=parts.clock)
        runner, empty = await empty_page()
        steps = Steps()
        gc.freeze()
        rows = [("(an empty page)", await measured(empty, steps, times))]
        listed = await pages(parts, chosen.server.port)
        rows += [(page.path, await measured(page, steps, times)) for page in listed]
        await runner.cleanup()
    return rows


def chosen_settings(folder: Path, url: str) -> settings.Settings:
    return settings.Settings(
        data=str(folder),
        database=settings.Database(url=url),
        server=settings.Server(port=free_port()),
        limits=settings.Limits(requests_per_minute=_PLENTY, anonymous_per_minute=_PLENTY),
        log=settings.Log(level="error"),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer requests")
    times = 10 if parser.parse_args().quick else 60
    folder = Path(tempfile.mkdtemp(prefix="vtp-bench-"))
    try:
        with postgres.running(postgres.prepare(folder, folder / "secrets")) as url:
            chosen = chosen_settings(folder, url)
            asyncio.run(migrate.upgrade(chosen.database))
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                rows = runner.run(run(chosen, times))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'CPU of the longest step, ms':32}{'median':>8}{'p95':>8}{'max':>8}")
    for path, taken in rows:
        ranked = sorted(taken)
        p95 = ranked[int(len(ranked) * 0.95)]
        over = "  over the aim" if p95 > _AIM else ""
        print(f"{path:32}{statistics.median(ranked):8.2f}{p95:8.2f}{ranked[-1]:8.2f}{over}")


if __name__ == "__main__":
    main()
