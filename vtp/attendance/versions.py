"""Which version of the policy of its course a class has. Pure.

A class has what held when it was planned; what staff wrote later is for it too where they said so
before it began. Of what began before its course had any, the first that held then counts.

Nobody is marked by rules that were not written when they sat there: of a class that is moved to an
earlier time, or is entered after it was held, only what held by its beginning counts. One that has
its register keeps the version of that, wherever it is moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vtp.attendance.policy import Policy


@dataclass(frozen=True, slots=True)
class Version:
    """A policy, and which of its course it is; 0 is what every course begins with."""

    number: int
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A version as it stands in the history of a course."""

    version: Version
    at: datetime
    also_planned: bool
    by: str = ""  # by name; empty: they are gone

    @property
    def number(self) -> int:
        return self.version.number


BEGINNING = Version(0, Policy())


def stamped(history: Iterable[Written], *, planned_at: datetime, starts_at: datetime) -> Version:
    """The one that a class has, whenever one asks."""
    known = sorted(
        (one for one in history if one.at <= starts_at), key=lambda one: one.number, reverse=True
    )
    given = [one for one in known if one.at <= planned_at or one.also_planned]
    return next((one.version for one in (*given, *known)), BEGINNING)
