"""What is shown of which file from when to when: how a child is told what to read. Pure.

Times are seconds on the recording, and are also those inside of the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of a file that can be decoded with its header; without a file nothing is shown."""

    file: str  # "" is black
    header: int = 0  # bytes before the first fragment
    first: int = 0
    end: int = 0
    start: float
    until: float
    key: bool = True  # decoding can start here
    # A whole file of somebody else, of any kind that we read: its times count from its own start.
    foreign: bool = False

    @property
    def seconds(self) -> float:
        return self.until - self.start


@dataclass(frozen=True, slots=True)
class Run:
    """Stretches that lie behind each other in one file: they are decoded in one go."""

    file: str
    header: int
    first: int
    end: int
    start: float
    until: float
    cuts: tuple[float, ...]  # where they begin
    foreign: bool = False


def runs(stretches: Iterable[Stretch]) -> list[Run]:
    found: list[list[Stretch]] = []
    for one in stretches:
        last = found[-1][-1] if found else None
        if last is not None and last.file and (last.file, last.end) == (one.file, one.first):
            found[-1].append(one)
        else:
            found.append([one])
    return [_run(each) for each in found]


def _run(each: Sequence[Stretch]) -> Run:
    first, last = each[0], each[-1]
    cuts = tuple(one.start for one in each)
    return Run(
        first.file,
        first.header,
        first.first,
        last.end,
        first.start,
        last.until,
        cuts,
        first.foreign,
    )


def within(stretches: Sequence[Stretch], start: float, until: float) -> tuple[Stretch, ...]:
    """Those that show that time, from where they can be decoded."""
    first = 0
    for number, one in enumerate(stretches):
        if one.start > start + 0.001:
            break
        if one.key:
            first = number
    return tuple(one for one in stretches[first:] if one.start < until)


def chunks(stretches: Sequence[Stretch], *, seconds: float) -> list[list[Stretch]]:
    """Pieces of nearly that length, each of which can be decoded on its own."""
    found: list[list[Stretch]] = []
    for one in stretches:
        long = found and one.start - found[-1][0].start >= seconds
        if not found or (long and one.key):
            found.append([])
        found[-1].append(one)
    return found
