"""A school with one class at nine, a clock that is set, and its registers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from tests.support.application import some_settings
from tests.support.held_class import HeldClass, person, planned
from vtp import settings
from vtp.actor import Role
from vtp.app.attending import attending
from vtp.app.parts import open_parts
from vtp.attendance.service.books import Books
from vtp.clock import SetClock

NINE = datetime(2030, 3, 5, 9, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


@dataclass
class School(HeldClass):
    clock: SetClock = field(init=False)
    books: Books = field(init=False)


S = TypeVar("S", bound=School)


@asynccontextmanager
async def a_school(database: settings.Database, data: Path, *, kind: type[S]) -> AsyncIterator[S]:
    """An hour before the class."""
    clock = SetClock(at(-60))
    async with open_parts(some_settings(database, data), clock=clock) as parts:
        ines = await person(parts, "Ines", Role.INSTRUCTOR)
        there = await planned(parts, ines, NINE, kind=kind)
        there.clock, there.books = clock, attending(parts)
        yield there
