"""Does the router keep anything of those who have left, and does everybody who comes get in?

People come one after the other: they join with both connections, publish a camera, watch the
teacher's, get a picture, and leave. After the first 200 nothing may grow: neither memory (the slope
over the rest), nor tasks, descriptors or objects of ours. Half of them leave without a word.
Nobody but their own beginning is here to compare with, so that is the peer.

    python -m bench.soak [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
from dataclasses import dataclass

import uvloop

from bench.peers.classroom import Classroom, classroom
from bench.peers.load import SSRC, Caller, Stream, Viewer, feed
from tests.support.plane import camera

_WARM = 200
_SAMPLES = 40
_SLOPE = 5.0  # KiB a cycle, at most
_TOGETHER = 4
_PATIENCE = 20.0  # s for one who comes


@dataclass(frozen=True, slots=True)
class Sample:
    cycles: int
    rss: int
    tasks: int
    descriptors: int
    objects: dict[str, int]  # by kind

    @property
    def all_objects(self) -> int:
        return sum(self.objects.values())


@dataclass(slots=True)
class Doorkeeper:
    """Lets people come and go, and counts who did not get in."""

    room: Classroom
    track: str
    came: int = 0
    failed: int = 0

    async def cycle(self) -> None:
        self.came += 1
        number, name = self.came, f"guest-{self.came}"
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._visit(name, quietly=number % 2 == 0)
        except (TimeoutError, ConnectionError) as error:
            self.failed += 1
            print(f"{name} did not get in: {error!r}")

    async def _visit(self, name: str, *, quietly: bool) -> None:
        sides = await self.room.ask("join", name=name)
        out = await self.room.connected(Caller, name, "send", sides["send"])
        into = await self.room.connected(Viewer, name, "recv", sides["recv"])
        try:
            await self.room.ask("publish", name=name, kind="video", parameters=camera())
            for packet in _hello:
                out.send(packet)
            into.ssrc = await self.room.ask("watch", name=name, track=self.track)
            await into.until(lambda: into.packets, wait=_PATIENCE)
        finally:
            if not quietly:
                await self.room.ask("leave", name=name)
            await out.close()
            await into.close()
            if quietly:
                await self.room.ask("leave", name=name)

    async def many(self, count: int) -> None:
        left = iter(range(count))

        async def one() -> None:
            for _ in left:
                await self.cycle()

        await asyncio.gather(*(one() for _ in range(_TOGETHER)))


_hello = Stream().frame()


async def measured(cycles: int) -> tuple[list[Sample], Doorkeeper]:
    assert camera()["encodings"][0]["ssrc"] == SSRC  # whose pictures guests send
    async with classroom() as room:
        out = await room.publisher()
        teaching = asyncio.create_task(feed(out, Stream(), 7200, paced=True))
        keeper = Doorkeeper(room, room.track)
        await keeper.many(_WARM)
        samples = []
        for number in range(_SAMPLES + 1):
            await asyncio.sleep(0.1)
            samples.append(Sample(number * cycles // _SAMPLES, **await room.ask("grown")))
            if number < _SAMPLES:
                await keeper.many(cycles // _SAMPLES)
        teaching.cancel()
        await asyncio.wait([teaching])
        await out.close()
    return samples, keeper


def slope(samples: list[Sample]) -> float:
    """KiB a cycle, as a straight line fits best."""
    fit = statistics.linear_regression([s.cycles for s in samples], [s.rss for s in samples])
    return fit.slope / 1024


def table(samples: list[Sample], keeper: Doorkeeper) -> list[str]:
    first, last = samples[0], samples[-1]
    lines = [f"{'':14}{'after ' + str(_WARM):>12}{'at the end':>12}{'change':>10}{'aim':>12}"]
    for name, scale in (("rss", 1024), ("tasks", 1), ("descriptors", 1), ("all_objects", 1)):
        before, after = getattr(first, name) // scale, getattr(last, name) // scale
        title = "RSS, KiB" if scale > 1 else name.replace("all_", "")
        aim = "" if scale > 1 else "0"
        lines.append(f"{title:14}{before:12}{after:12}{after - before:+10}{aim:>12}")
    grown = f"{slope(samples):.2f}"
    lines.append(f"{'KiB a cycle':14}{'':24}{grown:>10}{f'≤ {_SLOPE:.0f}':>12}")
    connected = f"{2 * (keeper.came - keeper.failed)} of {2 * keeper.came}"
    for kind, count in last.objects.items():
        if count != (before := first.objects.get(kind, 0)):
            lines.append(f"  {kind}: {before} → {count}")
    return [*lines, f"connections that were made: {connected}; aim: all"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer people")
    cycles = 120 if parser.parse_args().quick else 1_000
    samples, keeper = uvloop.run(measured(cycles))
    print(f"{cycles} cycles after {_WARM}; load {os.getloadavg()[0]:.1f}, ", end="")
    print(f"Python {platform.python_version()}, {platform.machine()}")
    print("\n".join(table(samples, keeper)))


if __name__ == "__main__":
    main()
