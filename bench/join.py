"""How long does it take to be in class, alone and in a crowd, and what does it cost the server?

A page in Chromium joins and waits for its first decoded picture of a class that runs. 250 people
(plain sockets that do what a browser does: both connections with their handshakes, a microphone,
the teacher's picture) come within 10 s to a class that is live already; meanwhile its one viewer
must lose nothing. What all of them watch then is the smallest layer of a camera, 150 kbit/s, as
crowds do: what forwarding costs is asked by bench/sfu.py. Some of them come back at another address with ICE restarted. The floor is a bare
handshake: aiortc with itself, on the same machine, in one process for both sides.

    python -m bench.join [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.peers.classroom import Classroom, classroom
from bench.peers.load import SMALL, Caller, Speaker, Stream, Viewer, cpu, feed
from bench.peers.page import page_of
from tests.support.browser import chromium
from tests.support.plane import microphone

_STORM = 10.0  # s in which all come
_REST = 2.0
_PATIENCE = 30.0
_AIMS = {"page": 500.0, "storm": 4_000.0, "lost": 0.005}


@dataclass(frozen=True, slots=True)
class Length:
    pages: int
    people: int
    restarts: int


@dataclass(slots=True)
class Found:
    page: list[float] = field(default_factory=list)  # ms
    storm: list[float] = field(default_factory=list)
    resumed: list[float] = field(default_factory=list)
    join_cpu: float = 0.0  # ms of the server for each
    lost: float = 0.0  # share of the packets of the viewer who was there before


async def pages(room: Classroom, count: int) -> list[float]:
    """Each page anew: from its begin to its first decoded picture, ms."""
    executable = chromium()
    if executable is None:
        print("Chromium is not installed; its row is left out.")
        return []
    with tempfile.TemporaryDirectory(prefix="vtp-join-") as folder:
        async with page_of(room, executable, Path(folder)) as page:
            await page.evaluate("joined()")  # fills the browser's caches
            taken = []
            for _ in range(count):
                # A camera is asked for a key frame twice a second at most: nobody comes in step.
                await asyncio.sleep(random.uniform(0.5, 1.5))
                taken.append(float(await page.evaluate("joined()")))
            return taken


@dataclass(frozen=True, slots=True)
class Visit:
    name: str
    took: float  # ms, from the wish to the first packet of the picture
    out: Caller
    into: Viewer


async def one_comes(room: Classroom, name: str) -> Visit:
    begun = time.perf_counter()
    sides = await room.ask("join", name=name)
    out, into = await asyncio.gather(
        room.connected(Speaker, name, "send", sides["send"]),
        room.connected(Viewer, name, "recv", sides["recv"]),
    )
    await room.ask("publish", name=name, kind="audio", parameters=microphone())
    into.ssrc = await room.ask("watch", name=name, track=room.track)
    await into.until(lambda: into.packets, wait=_PATIENCE)
    return Visit(name, (time.perf_counter() - begun) * 1000, out, into)


async def storm(room: Classroom, watching: Viewer, people: int, found: Found) -> list[Visit]:
    """Everybody comes; the class that runs is fed by its own task."""
    before, numbers = watching.packets, watching.highest
    used, begun = cpu(room.pid), time.perf_counter()

    async def comes(number: int) -> Visit:
        await asyncio.sleep(number * _STORM / people)
        return await one_comes(room, f"pupil-{number}")

    came = await asyncio.gather(*(comes(number) for number in range(people)))
    used, length = cpu(room.pid) - used, time.perf_counter() - begun
    sent = (watching.highest - numbers) & 0xFFFF
    found.lost = max(0.0, 1 - (watching.packets - before) / sent)
    found.storm = [visit.took for visit in came]
    # When all are in, the class alone; during the storm half of them were, on average.
    before_rest = cpu(room.pid)
    await asyncio.sleep(_REST)
    class_alone = (cpu(room.pid) - before_rest) / _REST
    found.join_cpu = (used - class_alone * length / 2) / people * 1000
    return came


async def heard(into: Viewer) -> bool:
    """A check that is lost on a full line is sent again, as browsers do."""
    with suppress(TimeoutError):
        await into.check(wait=0.5)
        return True
    return False


async def comes_back(room: Classroom, name: str, into: Viewer) -> float:
    """Milliseconds from a new address to the next packet, with new names for the old keys."""
    begun = time.perf_counter()
    told = await room.ask("restart", name=name, side="recv")
    into.server = type(into.server)(
        into.server.host, into.server.port, told["ufrag"], told["password"],
        into.server.fingerprint,
    )  # fmt: skip
    before = into.packets
    into.packets = 0
    await into.open()
    async with asyncio.timeout(_PATIENCE):
        while not await heard(into):
            pass
    await into.until(lambda: into.packets, wait=_PATIENCE)
    into.packets += before
    return (time.perf_counter() - begun) * 1000


async def measured(length: Length) -> Found:
    found = Found()
    async with classroom() as room:
        teacher = await room.publisher()
        stream = Stream()
        teaching = asyncio.create_task(feed(teacher, stream, 3600, paced=True))
        watching = await room.viewer()
        found.page = await pages(room, length.pages)
        stream.show(SMALL)
        people = await storm(room, watching, length.people, found)
        for visit in people[: length.restarts]:
            found.resumed.append(await comes_back(room, visit.name, visit.into))
        teaching.cancel()
        await asyncio.wait([teaching])
        for visit in people:
            await visit.out.close()
            await visit.into.close()
        await watching.close()
        await teacher.close()
    return found


def row(title: str, taken: Sequence[float], aim: str = "") -> str:
    if not taken:
        return f"{title:34}{'left out':>30}"
    ordered = sorted(taken)
    p50, p95 = (ordered[min(len(ordered) - 1, int(len(ordered) * at))] for at in (0.5, 0.95))
    return f"{title:34}{p50:10.0f}{p95:10.0f}{ordered[-1]:10.0f}{aim:>14}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer people")
    length = Length(3, 40, 5) if parser.parse_args().quick else Length(20, 250, 20)
    found = uvloop.run(measured(length))
    print(
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, {platform.machine()}"
    )
    print(f"{'ms':34}{'p50':>10}{'p95':>10}{'most':>10}{'aim of p95':>14}")
    print(row("Chromium, to a decoded picture", found.page, f"≤ {_AIMS['page']:.0f}"))
    title = f"{length.people} in {_STORM:.0f} s, to the first packet"
    print(row(title, found.storm, f"≤ {_AIMS['storm']:.0f}"))
    print(row("back at another address", found.resumed))
    print(f"server CPU: {found.join_cpu:.1f} ms for each who joins, with two connections")
    print(f"lost meanwhile by who was there: {found.lost:.2%}, aim: ≤ {_AIMS['lost']:.1%}")


if __name__ == "__main__":
    main()
