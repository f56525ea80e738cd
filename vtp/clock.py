"""The clock as a thing that is given: services ask it, tests set it.

Two times, never mixed: `now()` is the wall clock (aware, UTC) for what is stored and shown;
`monotonic()` is for limits and liveness, because a wall clock may step.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(slots=True)
class SetClock:
    """A clock that stands still until it is told to move."""

    at: datetime = field(default_factory=lambda: datetime(2026, 3, 12, 18, 0, tzinfo=UTC))
    ticks: float = 1000.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.ticks

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds

    def step_wall(self, seconds: float) -> None:
        """Move only the wall clock, as NTP does."""
        self.at += timedelta(seconds=seconds)
