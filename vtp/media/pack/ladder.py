"""Smaller pictures of a recording: some minutes of it in all sizes at once, by one child.

They have key frames where the original has its own, so that players change between sizes at each
of them. There are no pictures that look ahead: what is encoded in pieces can be laid behind each
other, and begins at the same moment in every size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from vtp.errors import Invalid, Unavailable
from vtp.media.pack.roomy import Budget, Roomy, Tell, worked
from vtp.media.pack.stretch import Stretch

TIMESCALE = 90_000
_CLIMB = "vtp.media.pack.inside.climbing:climb"
# Of a processor, for each second of a picture of 1080 lines; a slow machine takes a tenth of it.
_CPU_PER_SECOND = 60.0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One size."""

    name: str
    codec: str  # "h264", "h265", "vp9", "av1"
    width: int
    height: int
    quality: int
    most_bits: int
    preset: str = ""


class Climb(msgspec.Struct, frozen=True, kw_only=True):
    stretches: tuple[Stretch, ...]
    steps: tuple[Step, ...]
    threads: int = 2
    most_pixels: int = 4096 * 2304

    @property
    def seconds(self) -> float:
        return self.stretches[-1].until - self.stretches[0].start

    @property
    def used(self) -> set[str]:
        return {one.file for one in self.stretches if one.file}


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    codec: str  # as RFC 6381 names it
    header: int
    # Offset, size, start and length in seconds, pictures.
    segments: tuple[tuple[int, int, float, float, int], ...]


class Climbed(msgspec.Struct, frozen=True, kw_only=True):
    rungs: tuple[Rung, ...]


class NothingToSee(Invalid):
    """There is no picture in this recording that can be read."""

    code = "nothing_to_see"


class NoSpace(Unavailable):
    """There is no room on the disk of the server."""

    code = "disk_full"


REFUSALS = (NothingToSee, NoSpace)


def sizes(width: int, height: int, heights: Sequence[int]) -> dict[int, tuple[int, int]]:
    """By the height in the table: what fits into the picture and is smaller than it, even.

    Of an upright picture the shorter side counts, as those who hold a phone see it.
    """
    short = min(width, height)
    found = {}
    for wanted in heights:
        if wanted < short:
            found[wanted] = _even(width * wanted / short), _even(height * wanted / short)
    return found


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)


async def climb(
    roomy: Roomy, spec: Climb, *, files: Mapping[str, int], budget: Budget, tell: Tell
) -> tuple[Rung, ...]:
    """`files` are the sources by their names, and "to:…" for each step."""
    cpu = cpu_seconds(spec.seconds, spec.steps)
    made = await worked(
        roomy,
        _CLIMB,
        spec,
        returns=Climbed,
        files=files,
        raises=REFUSALS,
        budget=longer(budget, cpu),
        tell=tell,
    )
    if [one.name for one in made.rungs] != [one.name for one in spec.steps]:
        raise NothingToSee
    return made.rungs


def cpu_seconds(seconds: float, steps: Sequence[Step]) -> float:
    larger = sum(one.width * one.height for one in steps) / (1920 * 1080)
    return seconds * _CPU_PER_SECOND * max(1.0, larger)


def longer(budget: Budget, cpu: float) -> Budget:
    cpu += budget.cpu_seconds
    return msgspec.structs.replace(budget, cpu_seconds=cpu, wall_seconds=cpu * 2)
