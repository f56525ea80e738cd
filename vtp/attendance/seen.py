"""What somebody saw of a recording, out of reports that come late, twice, in any order. Pure.

Spans are half open, in milliseconds on the recording. Nobody sees more than the time in which they
had it open allows, at the fastest speed there is; that time is the server's alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from vtp.attendance.problems import TooMuchSeen
from vtp.attendance.stirs import Stirred
from vtp.attendance.stretches import Span, clipped, merged, total

# Players go up to three times as fast.
FASTEST = 3
# ms; between that a page begins to play and that we hear of it.
TOLERANCE = 5_000
# Visits that are known one by one; of older ones only how long they were.
MOST_VISITS = 64
# Of the length have to be seen; the end is forgiven: 5 s, or a hundredth.
ENOUGH = 0.9
_END = 5_000
_END_SHARE = 0.01


def complete(spans: Sequence[Span], length: int) -> bool:
    """As if the very end had been seen by everybody who has seen anything."""
    if total(spans) == 0:
        return False
    end = length - max(_END, int(length * _END_SHARE))
    return total(clipped((*spans, (end, length)), length)) >= length * ENOUGH


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page that is or was open, from when we first heard of it to when we last did."""

    id: UUID
    began_at: datetime
    heard_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    seen: tuple[Span, ...]
    position: int
    position_at: datetime
    watched_at: datetime
    completed_at: datetime | None
    open_before: int = 0
    visits: tuple[Visit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a page says was played since it said so last, and where it is; `age` ago."""

    visit: UUID
    seen: tuple[Span, ...]
    position: int
    age: timedelta
    stirred: Stirred | None = None


def nothing(now: datetime) -> Watched:
    return Watched(
        seen=(), position=0, position_at=now - timedelta(days=1), watched_at=now, completed_at=None
    )


def told(before: Watched, report: Report, *, now: datetime, length: int) -> Watched:
    """After this report. Raises `TooMuchSeen` where time did not suffice for it."""
    visited = _visited(before, report.visit, now=now)
    seen = merged((*before.seen, *clipped(report.seen, length)))
    allowed = open_for(visited) * FASTEST + TOLERANCE
    if total(seen) > max(allowed, total(before.seen)):
        raise TooMuchSeen
    visit = next(one for one in visited.visits if one.id == report.visit)
    at = max(now - report.age, visit.began_at)
    made = replace(visited, seen=tuple(seen), watched_at=max(now, before.watched_at))
    # Of two places the later one; of two at one time the farther, in whichever order they come.
    position = min(report.position, length)
    if (at, position) > (before.position_at, before.position):
        made = replace(made, position=position, position_at=at)
    return made


def open_for(watched: Watched) -> int:
    """ms; two pages at a time count once."""
    return watched.open_before + _union(watched.visits)


def _union(visits: Iterable[Visit]) -> int:
    times = ((_ms(one.began_at), _ms(one.heard_at)) for one in visits)
    return total(merged(times))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _visited(before: Watched, id: UUID, *, now: datetime) -> Watched:
    """The page is open until now at least; the oldest visits become a number."""
    known = next((one for one in before.visits if one.id == id), None)
    began, heard = (known.began_at, known.heard_at) if known else (now, now)
    others = [one for one in before.visits if one.id != id]
    visits = [*others, Visit(id=id, began_at=began, heard_at=max(heard, now))]
    visits.sort(key=lambda one: one.heard_at)
    spent = before.open_before
    while len(visits) > MOST_VISITS:
        spent += _union(visits) - _union(visits[1:])
        del visits[0]
    return replace(before, visits=tuple(visits), open_before=spent)
