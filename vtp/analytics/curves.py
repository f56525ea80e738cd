"""One timeline for a class and its recordings, and what a curve over it says. Pure.

The axis begins when the class was to begin and counts milliseconds. A recording lies on it in
pieces, because its pauses are taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

# Ten seconds: the grain of everything that is counted together.
BUCKET = 10_000
_SECOND = 1000
# ms; longer than any recording, and still small beside what a four-byte integer holds.
_ENDLESS = 200_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """From `low` to `high` on a recording; `shift` later on the axis."""

    recording_id: UUID
    low: int
    high: int
    shift: int


@dataclass(frozen=True, slots=True)
class Step:
    """From this second on so many receive the class, and so many watch it on a recording."""

    at: int
    live: int
    later: int


def pieces(recording_id: UUID, began: int, pauses: Iterable[tuple[int, int | None]]) -> list[Piece]:
    """`began` and pauses are on the axis; a pause without an end lasts."""
    found: list[Piece] = []
    low, since = 0, began
    for start, end in sorted(pauses, key=lambda one: one[0]):
        if start > since:
            found.append(Piece(recording_id, low, low + start - since, since - low))
            low += start - since
        if end is None:
            return found
        since = max(since, end)
    found.append(Piece(recording_id, low, max(low, _ENDLESS), since - low))
    return found


def on_recording(laid: Sequence[Piece], at: int) -> tuple[UUID, int] | None:
    """Where a moment of the axis is on a recording."""
    for one in laid:
        if one.low <= at - one.shift < one.high:
            return one.recording_id, at - one.shift
    return None


def on_axis(laid: Sequence[Piece], recording_id: UUID, at: int) -> int | None:
    """Where a moment of a recording is on the axis."""
    for one in laid:
        if one.recording_id == recording_id and one.low <= at < one.high:
            return at + one.shift
    return None


@dataclass(frozen=True, slots=True)
class Level:
    """The most and the mean of a stretch of the curve."""

    at: int
    live: int
    later: int
    live_mean: float
    later_mean: float


def levels(steps: Sequence[Step], length: int, *, width: int) -> list[Level]:
    """The curve in stretches of `width` seconds, over `length` ms: what tables and charts show."""
    found: list[Level] = []
    index, live, later = 0, 0, 0
    seconds = -(-length // _SECOND)
    for start in range(0, seconds, width):
        end = min(start + width, seconds)
        at, most, mean = start, [0, 0], [0, 0]
        while at < end:
            while index < len(steps) and steps[index].at <= at:
                live, later = steps[index].live, steps[index].later
                index += 1
            until = min(end, steps[index].at) if index < len(steps) else end
            most = [max(most[0], live), max(most[1], later)]
            mean = [mean[0] + live * (until - at), mean[1] + later * (until - at)]
            at = until
        size = end - start
        found.append(Level(start, most[0], most[1], mean[0] / size, mean[1] / size))
    return found


def most(steps: Sequence[Step]) -> Step | None:
    """The first moment at which most received the class."""
    return max(steps, key=lambda one: (one.live, -one.at), default=None)
