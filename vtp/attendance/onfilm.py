"""From the time of a class to that of its recordings, and what somebody has of them. Pure.

A class that was recorded in pieces has one length: that of all of them, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from vtp.attendance.marking import MadeUp, can_be_made_up, share_of
from vtp.attendance.policy import Mark, Policy
from vtp.attendance.stretches import Span, clipped, common, merged, minus


@dataclass(frozen=True, slots=True)
class Piece:
    """From `since` to `until`, by the clock, it was recorded without a stop, from `at` on."""

    since: int
    until: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taped:
    """A recording that can be watched; all in ms."""

    id: UUID
    length: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """Of one recording: what somebody received of it while it was live, and what they watched."""

    tape: Taped
    live: tuple[Span, ...]
    watched: tuple[Span, ...] = ()

    @property
    def left(self) -> list[Span]:
        known = clipped((*self.live, *self.watched), self.tape.length)
        return minus([(0, self.tape.length)], known)


def projected(spans: Sequence[Span], tape: Taped) -> list[Span]:
    """Where on a recording these times are; merged ones."""
    found = [
        (start - piece.since + piece.at, end - piece.since + piece.at)
        for piece in tape.pieces
        for start, end in common(spans, [(piece.since, piece.until)])
    ]
    return clipped(found, tape.length)


def covered(
    tapes: Iterable[Taped],
    there: Iterable[Span],
    free: Iterable[Span],
    watched: Mapping[UUID, Sequence[Span]],
) -> list[Covered]:
    """`free`: breaks, which nobody has to watch."""
    given = merged((*there, *free))
    return [
        Covered(one, tuple(projected(given, one)), tuple(watched.get(one.id, ()))) for one in tapes
    ]


def together(parts: Sequence[Covered], *, after: timedelta) -> MadeUp:
    """All recordings of a class as one."""
    live: list[Span] = []
    seen: list[Span] = []
    at = 0
    for part in parts:
        length = part.tape.length
        live += [(start + at, end + at) for start, end in clipped(part.live, length)]
        seen += [(start + at, end + at) for start, end in clipped(part.watched, length)]
        at += length
    return MadeUp(live=live, watched=seen, length=at, after=after)


@dataclass(frozen=True, slots=True)
class Gained:
    """What was missed is made up: how much there is of it, and how long after the class."""

    share: float
    after: timedelta


def gained(
    computed: Mark, made: MadeUp, policy: Policy, *, before: Gained | None = None
) -> Gained | None:
    """Whether a mark is made up; what was reached in time stays reached, whatever is gone since."""
    share, after = share_of(made), made.after
    if before is not None:
        share, after = max(share, before.share), min(after, before.after)
    if not share or share < policy.make_up_share:
        return None
    return Gained(share, after) if can_be_made_up(computed, policy, after=after) else None


def missing(parts: Sequence[Covered], policy: Policy) -> int:
    """ms that are still to be watched until it is enough."""
    length = sum(one.tape.length for one in parts)
    made = together(parts, after=timedelta())
    return max(0, round((policy.make_up_share - share_of(made)) * length))
