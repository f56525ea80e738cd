"""From the time of a class to the time of its recording, from which pauses are taken out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

# From, until; None while it lasts.
Pause = tuple[datetime, datetime | None]


class Moments:
    def __init__(self, started_at: datetime, pauses: Sequence[Pause]) -> None:
        self._started_at = started_at
        self._pauses = sorted(pauses, key=lambda one: one[0])

    def at(self, when: datetime) -> float | None:
        """Seconds on the recording; None for what was before it, or in a pause."""
        if when < self._started_at:
            return None
        if any(since <= when and (until is None or when < until) for since, until in self._pauses):
            return None
        return self._passed(when)

    def within(self, since: datetime, until: datetime) -> tuple[float, float] | None:
        """What of a stretch of time is on the recording."""
        start = self._passed(max(since, self._started_at))
        end = self._passed(max(until, self._started_at))
        return (start, end) if end > start else None

    def _passed(self, when: datetime) -> float:
        passed = (when - self._started_at).total_seconds()
        for since, until in self._pauses:
            if since < when:
                end = when if until is None else min(until, when)
                passed -= (end - since).total_seconds()
        return max(passed, 0.0)
