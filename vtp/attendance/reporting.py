"""When the next report of a course is due. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo
from typing import Literal

Every = Literal["week", "month"]
EVERY: tuple[Every, ...] = ("week", "month")
# Before the day begins, where the course is.
_AT = time(6)


def following(now: datetime, every: Every, zone: tzinfo) -> datetime:
    """The next Monday, or the next first of a month; never now."""
    there = now.astimezone(zone)
    day = there.date()
    while True:
        found = datetime.combine(day, _AT, zone)
        if found > there and (day.weekday() == 0 if every == "week" else day.day == 1):
            return found
        day += timedelta(days=1)
