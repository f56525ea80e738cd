"""What a form says, as values; what cannot be read is told at its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from vtp.courses.problems import BadText, BadTimes
from vtp.courses.service.timetable import Plan
from vtp.ids import SectionId, VenueId

Form = Mapping[str, str]
_MOST = 100_000


def whole(form: Form, field: str) -> int | None:
    text = form.get(field, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MOST:
        raise BadText(fields={field: "Write a number, from 1 on."})
    return int(text)


def day(form: Form, field: str) -> date | None:
    text = form.get(field, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadTimes(fields={field: "Write a day, as 2026-03-12."}) from None


def clock(form: Form, field: str) -> time:
    try:
        return time.fromisoformat(form.get(field, "").strip())
    except ValueError:
        raise BadTimes(fields={field: "Write a time, as 18:00."}) from None


def moment(form: Form, field: str, zone: str) -> datetime:
    try:
        local = datetime.fromisoformat(form.get(field, "").strip())
    except ValueError:
        raise BadTimes(fields={field: "Write a day and a time."}) from None
    return local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone))


def identity(form: Form, field: str) -> UUID | None:
    text = form.get(field, "").strip()
    try:
        return UUID(text) if text else None
    except ValueError:
        raise BadText(fields={field: "Choose one of these."}) from None


def needed(form: Form, field: str) -> UUID:
    found = identity(form, field)
    if found is None:
        raise BadText(fields={field: "Choose one of these."})
    return found


def section(form: Form) -> SectionId | None:
    found = identity(form, "section_id")
    return None if found is None else SectionId(found)


def weekdays(form: Form) -> tuple[int, ...]:
    return tuple(number for number in range(1, 8) if f"day{number}" in form)


def ticked(form: Form, beginning: str) -> list[UUID]:
    """What the names of boxes say that are ticked: "teacher-<id>"."""
    found = (name.removeprefix(beginning) for name in form if name.startswith(beginning))
    return [needed({"id": one}, "id") for one in found]


def plan(form: Form) -> Plan:
    first = day(form, "first_day")
    if first is None:
        raise BadTimes(fields={"first_day": "Say when it begins."})
    venue = identity(form, "venue_id")
    return Plan(
        title=form.get("title", ""),
        at=clock(form, "at"),
        minutes=whole(form, "minutes") or 60,
        first_day=first,
        last_day=day(form, "last_day"),
        weekdays=weekdays(form),
        every=min(whole(form, "every") or 1, 8),
        venue_id=None if venue is None else VenueId(venue),
    )


def one_of(form: Form, field: str, choices: tuple[Any, ...]) -> Any:
    found = form.get(field, "")
    if found not in choices:
        raise BadText(fields={field: "Choose one of these."})
    return found
