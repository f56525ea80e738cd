"""How courses and classes look on a page: in words, and at the time of who looks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vtp.courses import rights
from vtp.courses.model import ClassSession, Series, Venue, Yours
from vtp.courses.port import Missed
from vtp.courses.service.doors import OPENS_BEFORE

_COVERS = ("orbits", "tide", "circle")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# A class that goes on is the next one until it is over.
_SOON = timedelta(minutes=60)


def cover(course_id: Any) -> str:
    """The drawn picture of a course that has none of its own."""
    return f"art/tile-{_COVERS[int(str(course_id)[-4:], 16) % len(_COVERS)]}.svg"


def card(yours: Yours) -> dict[str, Any]:
    course, seen = yours.course, yours.seen
    return {
        "id": str(course.id),
        "path": f"/courses/{course.id}",
        "title": course.title,
        "teacher": seen.owner_name,
        "students": seen.students,
        "state": course.state,
        "visibility": course.visibility,
        "role": yours.role,
        "staff": rights.is_staff(yours.role),
        "waiting": seen.status == "waiting",
        "cover": cover(course.id),
        "picture": picture(yours),
    }


def picture(yours: Yours) -> str | None:
    course = yours.course
    if course.picture_id is None:
        return None
    return f"/api/v1/courses/{course.id}/picture?v={course.picture_id}"


def lesson(
    one: ClassSession, *, zone: str, now: datetime, missed: Missed | None = None
) -> dict[str, Any]:
    """A class, for a reader who is in `zone`; `missed`: they can still make it up."""
    start, end = (at.astimezone(ZoneInfo(zone)) for at in (one.starts_at, one.ends_at))
    opens = start - OPENS_BEFORE
    return {
        "id": str(one.id),
        "title": one.title,
        "course": one.course,
        "course_path": f"/courses/{one.course_id}",
        "section": one.section,
        "venue": one.venue,
        "teachers": ", ".join(one.teachers),
        "room": f"/room/{one.room_id}",
        "cancelled": one.cancelled,
        "weekday": _DAYS[start.weekday()],
        "day": start.day,
        "date": f"{start:%A} {start.day} {start:%B}",
        "month": f"{start:%B}",
        "time": f"{start:%H:%M}",
        "until": f"{end:%H:%M}",
        "iso": start.isoformat(),
        "local": f"{start:%Y-%m-%dT%H:%M}",
        "opens": f"{opens:%H:%M}",
        "today": start.date() == now.astimezone(ZoneInfo(zone)).date(),
        "open": one.cancelled is None and opens <= now < one.ends_at,
        "live": one.starts_at <= now < one.ends_at,
        "over": one.ends_at <= now,
        "minutes": max(0, round((one.starts_at - now).total_seconds() / 60)),
        "soon": now < one.starts_at <= now + _SOON,
        "colour": int(str(one.course_id)[-4:], 16) % 4 + 1,
        "missed": missed,
        "recordings": [f"/watch/{recording}" for recording in one.recordings],
    }


def coming(classes: Sequence[ClassSession]) -> ClassSession | None:
    return next((one for one in classes if one.cancelled is None), None)


def weekly(one: Series) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "section_id": str(one.section_id),
        "title": one.title,
        "days": ", ".join(_DAYS[number - 1] for number in one.weekdays),
        "every": one.every,
        "time": f"{one.local_start:%H:%M}",
        "minutes": one.minutes,
        "first": f"{one.first_day.day} {one.first_day:%B}",
        "last": f"{one.last_day.day} {one.last_day:%B %Y}",
    }


def venues(found: Sequence[Venue]) -> list[tuple[str, str]]:
    """As choices."""
    return [(str(one.id), one.name) for one in found]
