"""What a kind of job is: its name, its payload, how it is run and how often it is tried."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

Result = msgspec.Struct | None


class Tick(msgspec.Struct, frozen=True):
    """The payload of a job that cron began: the minute that it stands for."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    name: str
    payload: type[msgspec.Struct]
    run: Callable[..., Awaitable[Result]]
    retries: int  # attempts after the first
    timeout: float  # seconds for one attempt
    concurrency: int  # at once, over all workers; 0: as many as workers take
    priority: int  # higher goes first
    cron: str | None = None

    @property
    def max_attempts(self) -> int:
        return 1 + self.retries
