"""What does it cost to forward a packet: our router beside Janus's videoroom and the bare floor?

CPU of the server, user and system, for each RTP packet that those who watch receive: a VP8 camera
of 640x360, 2.9 Mbit/s and about 300 packets of 1,270 bytes a second, to 5, 20 and 50 of them.
A sender gives each picture at once (burst) or two packets every 4 ms (paced). Everything is on:
AES-128-GCM, repairs, transport-wide numbers with feedback of each viewer, estimator, reports.
Both servers run at the same time, where the kernel puts them, and are fed in turns; clients are
beyond a virtual network card where we may make one. With `--one-core` the servers share one core and
the clients have the other: less noise, and the threads of Janus need not wander. The floor is a
program in C that copies, encrypts and sends as much with as few calls. `MediaRelay` of aiortc, which
Python programs would else take, decodes and encodes, so it is asked for the core that 3 viewers need.
`--largest` lets a class on one core grow until packets are lost; whose core is full then is said.

    python -m bench.sfu [--quick] [--one-core] [--largest]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import statistics
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

import uvloop

from bench.peers import videoroom
from bench.peers.classroom import classroom
from bench.peers.floor import floor
from bench.peers.load import Speaker, Stream, Viewer, cpu, feed
from bench.peers.relay import relay
from bench.peers.wire import Wire, wire
from tests.support.plane import soon

_SIZES = (5, 20, 50)
_WAYS = {"burst": False, "paced": True}
_FEW = 3  # viewers, as many as a relay that encodes for each can serve
_AT_ONCE = 10
_STEP, _MOST = 50, 600  # viewers by which the largest class grows, and who it stops at
_LOST = 0.001  # of all packets; more is loss
_AIMS = {"burst": 0.20, "paced": 0.25}  # of Janus, with 50 viewers


class Server(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def pid(self) -> int: ...

    async def publisher(self) -> Speaker: ...

    async def viewer(self) -> Viewer: ...


@dataclass(frozen=True, slots=True)
class Length:
    rounds: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What one server did while it was fed."""

    packets: int
    pictures: int
    seconds: float  # of CPU
    sent: float  # seconds that it was fed
    fed: int  # packets that it was sent

    @property
    def each(self) -> float:
        """Microseconds a packet."""
        return self.seconds / max(self.packets, 1) * 1e6


class Class:
    """One sender and those who watch, at one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._stream = Stream()
        self._out: Speaker
        self._viewers: list[Viewer] = []

    async def grow(self, people: int) -> None:
        if not self._viewers:
            self._out = await self.server.publisher()
        flowing = asyncio.create_task(feed(self._out, self._stream, 600, paced=False))
        await asyncio.sleep(0.3)
        while len(self._viewers) < people:
            some = min(_AT_ONCE, people - len(self._viewers))
            self._viewers += await asyncio.gather(*(self.server.viewer() for _ in range(some)))
        await soon(lambda: all(viewer.packets for viewer in self._viewers))
        await asyncio.sleep(0.5)
        flowing.cancel()
        await asyncio.wait([flowing])

    async def turn(self, seconds: float, *, paced: bool) -> Turn:
        await feed(self._out, self._stream, 0.3, paced=paced)
        packets, pictures = self._seen()
        fed = self._stream.packets
        before = cpu(self.server.pid)
        await feed(self._out, self._stream, seconds, paced=paced)
        await asyncio.sleep(0.02)
        used = cpu(self.server.pid) - before
        after = self._seen()
        fed = self._stream.packets - fed
        return Turn(after[0] - packets, after[1] - pictures, used, seconds, fed)

    def _seen(self) -> tuple[int, int]:
        return (
            sum(viewer.packets for viewer in self._viewers),
            sum(viewer.pictures for viewer in self._viewers),
        )

    async def end(self) -> None:
        for one in (*self._viewers, self._out):
            await one.close()


Found = dict[tuple[str, str, int], list[float]]


async def forwarding(wire: Wire, length: Length, core: int | None) -> Found:
    found: Found = defaultdict(list)
    async with classroom(wire, core) as ours, videoroom.videoroom(wire, core) as janus:
        classes = [Class(ours), Class(janus)]
        with floor(wire, core) as least:
            if least is None:
                print("The floor is left out: there is no C compiler with OpenSSL here.")
            for people in _SIZES:
                for one in classes:
                    await one.grow(people)
                for _ in range(length.rounds):
                    for way, paced in _WAYS.items():
                        for one in classes:
                            turn = await one.turn(length.seconds, paced=paced)
                            found[one.server.name, way, people].append(turn.each)
                        if least is not None:
                            cost = await least.run(people, length.seconds / 2, paced=paced)
                            found["floor", way, people].append(cost)
        for one in classes:
            await one.end()
    return found


async def few(wire: Wire, length: Length, core: int | None) -> list[tuple[str, Turn]]:
    """With three viewers: each server alone, because one of them needs the core."""
    told = []
    for place in (classroom, relay):
        async with place(wire, core) as server:
            small = Class(server)
            await small.grow(_FEW)
            told.append((server.name, await small.turn(length.seconds, paced=False)))
            await small.end()
    return told


async def largest(wire: Wire, length: Length, core: int | None) -> None:
    """A class that grows on one core."""
    async with classroom(wire, core) as ours:
        grown = Class(ours)
        for people in range(_STEP, _MOST + 1, _STEP):
            await grown.grow(people)
            before = time.process_time()
            turn = await grown.turn(length.seconds, paced=False)
            clients = (time.process_time() - before) / turn.sent
            came = turn.packets / (turn.fed * people)
            print(
                f"{people:4} viewers: {came:7.2%} came, {turn.packets / turn.sent:8,.0f} packets/s, "
                f"the server at {turn.seconds / turn.sent:4.0%} of a core, clients at {clients:4.0%}"
            )
            if came < 1 - _LOST:
                break
        await grown.end()


def table(found: Found) -> list[str]:
    columns = [(way, people) for way in _WAYS for people in _SIZES]
    head = "".join(f"{way + ' ' + str(people):>11}" for way, people in columns)
    names = {"vtp": "vtp", "Janus": f"Janus {_janus()} videoroom", "floor": "floor in C"}
    lines = [f"{'µs a packet':26}{head}"]
    middle = {key: statistics.median(costs) for key, costs in found.items()}
    for name, title in names.items():
        if (name, *columns[0]) in middle:
            costs = "".join(f"{middle[name, way, people]:11.1f}" for way, people in columns)
            lines.append(f"{title:26}{costs}")
    for name in ("Janus", "floor"):
        if (name, *columns[0]) in middle:
            ratios = (middle["vtp", *one] / middle[name, *one] for one in columns)
            lines.append(f"{'vtp / ' + name:26}" + "".join(f"{ratio:11.2f}" for ratio in ratios))
    aims = (f"≤ {_AIMS[way]:.2f}" if people == _SIZES[-1] else "" for way, people in columns)
    return [*lines, f"{'aim':26}" + "".join(f"{aim:>11}" for aim in aims)]


def _janus() -> str:
    told = subprocess.run(["janus", "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\(([\d.]+)\)", told.stdout)
    return version.group(1) if version else "?"


async def measured(wire: Wire, length: Length, *, one_core: bool) -> None:
    server = _apart() if one_core else None
    found = await forwarding(wire, length, server)
    load = os.getloadavg()[0]
    print(
        f"median of {length.rounds} turns of {length.seconds:.0f} s; {wire.name}, load {load:.1f}, "
        f"Python {platform.python_version()}, {platform.machine()}"
    )
    print("\n".join(table(found)))
    for name, turn in await few(wire, length, server):
        share, rate = turn.seconds / turn.sent, turn.pictures / turn.sent / _FEW
        print(f"{_FEW} viewers, {name:20}{share:7.1%} of a core, {rate:5.1f} pictures/s each")


def _apart() -> int | None:
    """The core of the servers, once we keep to the other one; None where there is but one."""
    if (os.cpu_count() or 1) < 2:
        return None
    os.sched_setaffinity(0, {1})
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short turn of each")
    parser.add_argument("--one-core", action="store_true", help="all servers on one core")
    parser.add_argument("--largest", action="store_true", help="let a class grow instead")
    asked = parser.parse_args()
    length = Length(1, 2.0) if asked.quick else Length(3, 4.0)
    if not asked.largest and not videoroom.installed():
        raise SystemExit("bench/sfu.py: install the peer first: bench/peers/install")
    with wire() as made:
        if asked.largest:
            uvloop.run(largest(made, length, _apart()))
        else:
            uvloop.run(measured(made, length, one_core=asked.one_core))


if __name__ == "__main__":
    main()
