"""Classes of every week, as instants. Pure.

A class is at a local time in its own zone: it stays at 18:00 when the clocks change. A time that
does not exist on a spring night moves forward with the clock; one that is there twice in autumn
is the first of the two.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

# A school year of five classes a week, twice.
MOST = 520


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """On these days of the week (Monday is 1), every so many weeks."""

    weekdays: Collection[int]
    every: int
    at: time
    minutes: int
    zone: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Occurrence:
    day: date
    starts_at: datetime
    ends_at: datetime


def expand(weekly: Weekly, *, without: Collection[date] = ()) -> list[Occurrence]:
    """Every class of the series in order, but none on the days `without`."""
    return [
        occurrence(day, weekly.at, weekly.minutes, weekly.zone)
        for day in days(weekly)
        if day not in without
    ]


def days(weekly: Weekly) -> list[date]:
    """Weeks are counted from the Monday of the week of the first day."""
    monday = weekly.first - timedelta(days=weekly.first.isoweekday() - 1)
    found = []
    while monday <= weekly.last:
        week = [monday + timedelta(days=number - 1) for number in sorted(set(weekly.weekdays))]
        found += [day for day in week if weekly.first <= day <= weekly.last]
        monday += timedelta(weeks=weekly.every)
    return found


def occurrence(day: date, at: time, minutes: int, zone: str) -> Occurrence:
    """Its length is time that passes, whatever the clocks do meanwhile."""
    starts_at = instant(day, at, zone)
    return Occurrence(day, starts_at, starts_at + timedelta(minutes=minutes))


def instant(day: date, at: time, zone: str) -> datetime:
    # fold=0: the offset before a change, which is the first of two, and forward over a gap.
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def overlaps(one: Sequence[Occurrence]) -> bool:
    """Whether classes of a series would run into each other."""
    ordered = sorted(one, key=lambda occurrence: occurrence.starts_at)
    return any(after.starts_at < before.ends_at for before, after in pairwise(ordered))
