"""Times at which nobody and nothing that a class needs is taken. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from vtp.courses.series import instant

# When classes are offered, and in which steps: a day of school, and a quarter of an hour.
_FROM, _UNTIL = time(8, 0), time(20, 0)
_STEP = 15
_OFFERED = 5


@dataclass(frozen=True, slots=True)
class Busy:
    starts_at: datetime
    ends_at: datetime


def free(
    busy: Sequence[Busy],
    *,
    days: Sequence[date],
    minutes: int,
    zone: str,
    near: time,
    offered: int = _OFFERED,
) -> list[time]:
    """Local times that are free on every one of these days; the nearest to `near` first."""
    fitting = [at for at in _candidates(minutes) if _fits(at, busy, days, minutes, zone)]
    wanted = _minutes(near)
    return sorted(fitting, key=lambda at: (abs(_minutes(at) - wanted), at))[:offered]


def _candidates(minutes: int) -> list[time]:
    last = _minutes(_UNTIL) - minutes
    return [time(n // 60, n % 60) for n in range(_minutes(_FROM), last + 1, _STEP)]


def _fits(at: time, busy: Sequence[Busy], days: Sequence[date], minutes: int, zone: str) -> bool:
    length = timedelta(minutes=minutes)
    for day in days:
        starts_at = instant(day, at, zone)
        ends_at = starts_at + length
        if any(one.starts_at < ends_at and starts_at < one.ends_at for one in busy):
            return False
    return True


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
