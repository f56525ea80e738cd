"""What was required of a student in one class, and what of it they were there for. Pure.

Facts are numbers; a mark is only a name for them, which a policy gives. Times are milliseconds
since 1970, lengths are milliseconds, and nothing is rounded here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vtp.attendance.stretches import Span, after, before, common, merged, minus, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A class as it took place."""

    planned: Span
    # From the first picture or sound of who teaches until the class ended; None: nobody taught.
    taught: Span | None
    breaks: tuple[Span, ...] = ()
    # Ours: nobody is to blame for what they missed then.
    outages: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    need: int
    present: int
    first_in: int | None
    last_out: int | None
    # Of what was required: what they missed at the beginning, and at the end.
    late: int
    early: int
    # What they missed in between, without reconnects.
    gaps: tuple[Span, ...]
    reconnects: tuple[int, ...]
    devices: int
    # Of the class, not required of anybody.
    outage: int

    @property
    def share(self) -> float:
        return self.present / self.need if self.need else 1.0


def required(held: Held, *, since: int | None = None) -> list[Span]:
    """The time that counts; `since`: when they enrolled."""
    if held.taught is None:
        return []
    window = common([held.planned], [held.taught])
    window = minus(window, merged((*held.breaks, *held.outages)))
    return window if since is None else after(window, since)


def facts(
    held: Held,
    devices: Collection[Sequence[Span]],
    *,
    bridged: int,
    since: int | None = None,
) -> Facts:
    """`devices`: for each thing that somebody came with, when media reached it."""
    window = required(held, since=since)
    there = merged(span for spans in devices for span in spans)
    present, reconnects = _bridge(window, common(window, there), bridged)
    missed = minus(window, present)
    first, last = _edges(present)
    ours = common([held.planned], merged(held.outages))
    taught = [] if held.taught is None else [held.taught]
    return Facts(
        need=total(window),
        present=total(present),
        first_in=first,
        last_out=last,
        late=total(before(missed, first)) if first is not None else total(window),
        early=total(after(missed, last)) if last is not None else total(window),
        gaps=tuple(_inner(missed, first, last)),
        reconnects=tuple(reconnects),
        devices=_at_once(devices, window),
        outage=total(common(ours, taught)),
    )


def _bridge(
    window: Sequence[Span], present: Sequence[Span], most: int
) -> tuple[list[Span], list[int]]:
    """Short gaps between two times of presence, measured in what was required, were none."""
    first, last = _edges(present)
    short: list[Span] = []
    found: list[int] = []
    for start, end in _holes(present):
        gap = common(window, [(start, end)])
        if gap and total(gap) <= most:
            short += gap
            found.append(total(gap))
    if first is None or last is None:
        return [], []
    return merged((*present, *short)), found


def _holes(spans: Sequence[Span]) -> Iterable[Span]:
    return ((one[1], other[0]) for one, other in pairwise(spans))


def _edges(spans: Sequence[Span]) -> tuple[int | None, int | None]:
    return (spans[0][0], spans[-1][1]) if spans else (None, None)


def _inner(missed: Sequence[Span], first: int | None, last: int | None) -> list[Span]:
    if first is None or last is None:
        return []
    return common(missed, [(first, last)])


def _at_once(devices: Collection[Sequence[Span]], window: Sequence[Span]) -> int:
    """How many devices there were at the same time, at the most."""
    edges = [
        edge
        for spans in devices
        for start, end in common(window, merged(spans))
        for edge in ((start, 1), (end, -1))
    ]
    most = now = 0
    for _, change in sorted(edges):
        now += change
        most = max(most, now)
    return most
