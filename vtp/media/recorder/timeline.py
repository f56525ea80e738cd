"""Where a moment of a sender's clock lies on the recording. Pure.

A sender stamps its sound and its pictures with clocks of their own, and tells in reports what both
show at one moment of its wall clock (RFC 3550, 6.4.1). That keeps lips and voice together. How its
wall clock stands to ours only the quickest packets tell.
"""

from __future__ import annotations

_WRAP = 1 << 32
_HALF = 1 << 31
# The quickest packet counts, and is forgotten at this rate, so that a clock that drifts is
# followed: 100 ppm, more than crystals differ.
_FORGET = 100e-6
# A jump of the sender's clock by so much is a new start.
_WILD = 5.0


class Ticks:
    """The 32 bits of a media clock, grown."""

    def __init__(self) -> None:
        self._last: int | None = None

    def grown(self, ts: int) -> int:
        if self._last is None:
            self._last = ts
        else:
            self._last += (ts - self._last + _HALF) % _WRAP - _HALF
        return self._last


class Offset:
    """How far our clock is ahead of another, as far as the quickest way from there tells."""

    def __init__(self) -> None:
        self._offset: float | None = None
        self._at = 0.0

    def seen(self, theirs: float, ours: float) -> float:
        """`ours` is when something of the moment `theirs` arrived."""
        now = ours - theirs
        if self._offset is None or abs(now - self._offset) > _WILD:
            self._offset = now
        else:
            slack = max(0.0, ours - self._at) * _FORGET
            self._offset = min(now, self._offset + slack)
        self._at = max(self._at, ours)
        return self._offset


class Leg:
    """One stream of a sender: when what it stamped happened, on our monotonic clock."""

    def __init__(self, clock_rate: int, wall: Offset) -> None:
        self._rate = clock_rate
        self._ticks = Ticks()
        self._own = Offset()  # before its sender reports
        self._wall = wall  # shared by all that one sender sends
        self._report: tuple[float, int] | None = None

    def report(self, ntp: int, rtp: int) -> None:
        """What the sender's clocks showed at one moment."""
        if ntp:
            self._report = (ntp / _WRAP, rtp)

    def at(self, ts: int, arrival: float) -> float:
        ticks = self._ticks.grown(ts)
        if self._report is None:
            media = ticks / self._rate
            return media + self._own.seen(media, arrival)
        wall, rtp = self._report
        apart = (ts - rtp + _HALF) % _WRAP - _HALF
        theirs = wall + apart / self._rate
        return theirs + self._wall.seen(theirs, arrival)
