"""Which time is looked at, and in how fine steps. Pure: the present is an argument."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from vtp.analytics.model import Wanted
from vtp.errors import Invalid

WEEK = timedelta(days=7)
LONGEST = timedelta(days=366)
# A line of more points than this shows no more on a screen.
_MOST_POINTS = 200
_STEPS = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(days=1),
)


def wanted(
    since: datetime | None, until: datetime | None, course_id: UUID | None, *, now: datetime
) -> Wanted:
    """The last seven days, where nothing else is said."""
    end = until or (since + WEEK if since else now)
    begin = since or end - WEEK
    if begin >= end:
        raise Invalid(fields={"until": "It is not after the beginning."})
    if end - begin > LONGEST:
        raise Invalid(fields={"since": "At most a year is looked at at once."})
    return Wanted(begin, end, course_id)


def of_days(since: str, until: str, course_id: UUID | None, *, now: datetime, zone: str) -> Wanted:
    """Whole days where somebody is, both ends included. What is no day, and what is no range, is
    the seven days until today."""
    there = ZoneInfo(zone)
    today = now.astimezone(there).date()
    last = _day(until) or today
    first = _day(since) or last - timedelta(days=6)
    if not timedelta() <= last - first < LONGEST:
        first, last = today - timedelta(days=6), today
    midnight = datetime.combine(first, time(), there)
    return Wanted(
        midnight.astimezone(now.tzinfo),
        datetime.combine(last + timedelta(days=1), time(), there).astimezone(now.tzinfo),
        course_id,
    )


def step_of(length: timedelta) -> timedelta:
    """The finest that shows all of it."""
    return next((one for one in _STEPS if length / one <= _MOST_POINTS), _STEPS[-1])


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # Far from both ends of what a calendar has, so that nothing overflows.
    return found if 1990 <= found.year <= 2200 else None
