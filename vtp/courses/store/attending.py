"""Rows from which attendance learns who was expected, and of whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vtp.courses.rights import Status
from vtp.db import Db
from vtp.ids import ClassId, CourseId, RecordingId, SectionId, UserId


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to an enrolment."""

    user_id: UserId
    section_id: SectionId | None
    status: Status
    at: datetime


async def steps(db: Db, course_id: CourseId, *, until: datetime) -> list[Step]:
    """In the order in which they happened."""
    rows = await db.fetch(
        """
        select user_id, section_id, status, at from enrolment_change
         where course_id = $1 and at < $2 order by at, id
        """,
        course_id,
        until,
    )
    return [Step(row["user_id"], row["section_id"], row["status"], row["at"]) for row in rows]


async def hosts(db: Db, class_id: ClassId) -> frozenset[UserId]:
    """Who teaches or helps, of whatever section."""
    rows = await db.fetch(
        """
        select user_id from class_teacher where session_id = $1
         union
        select user_id from course_staff join class_session class using (course_id)
         where class.id = $1 and role in ('teacher', 'co_teacher', 'ta')
        """,
        class_id,
    )
    return frozenset(row["user_id"] for row in rows)


async def ended(
    db: Db, *, since: datetime, until: datetime, limit: int
) -> list[tuple[ClassId, datetime]]:
    rows = await db.fetch(
        """
        select id, ends_at from class_session
         where ends_at > $1 and ends_at <= $2 and cancelled is null
         order by ends_at, id limit $3
        """,
        since,
        until,
        limit,
    )
    return [(row["id"], row["ends_at"]) for row in rows]


async def going_on(db: Db, *, at: datetime) -> list[ClassId]:
    """Whose time this is."""
    rows = await db.fetch(
        """
        select id from class_session
         where starts_at < $1 and ends_at > $1 and cancelled is null order by starts_at, id
        """,
        at,
    )
    return [row["id"] for row in rows]


async def names(db: Db, people: Sequence[UserId]) -> list[tuple[UserId, str, UUID | None]]:
    rows = await db.fetch(
        "select id, name, picture_id from app_user where id = any($1)", list(people)
    )
    return [(row["id"], row["name"], row["picture_id"]) for row in rows]


async def of_recordings(db: Db, recordings: Sequence[RecordingId]) -> dict[RecordingId, ClassId]:
    """Which classes they are of."""
    rows = await db.fetch(
        "select recording_id, session_id from class_recording where recording_id = any($1)",
        list(recordings),
    )
    return {RecordingId(row["recording_id"]): ClassId(row["session_id"]) for row in rows}
