"""The rows of who is sent a report of a course, and when the next one is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vtp.attendance.reporting import Every
from vtp.db import Db
from vtp.ids import CourseId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    course_id: CourseId
    user_id: UserId
    every: Every
    next_at: datetime


async def chosen(db: Db, course_id: CourseId, user_id: UserId) -> Every | None:
    every: Every | None = await db.fetchval(
        "select every from attendance_report where course_id = $1 and user_id = $2",
        course_id,
        user_id,
    )
    return every


async def put(tx: Db, due: Due) -> None:
    await tx.execute(
        """
        insert into attendance_report (course_id, user_id, every, next_at)
        values ($1, $2, $3, $4)
        on conflict (course_id, user_id) do update
           set every = excluded.every, next_at = excluded.next_at
        """,
        due.course_id,
        due.user_id,
        due.every,
        due.next_at,
    )


async def drop(tx: Db, course_id: CourseId, user_id: UserId) -> None:
    await tx.execute(
        "delete from attendance_report where course_id = $1 and user_id = $2", course_id, user_id
    )


async def due(db: Db, *, now: datetime, limit: int) -> list[Due]:
    rows = await db.fetch(
        """
        select course_id, user_id, every, next_at from attendance_report
         where next_at <= $1 order by next_at limit $2
        """,
        now,
        limit,
    )
    return [Due(**dict(row)) for row in rows]


async def erase(tx: Db, *, user_id: UserId) -> None:
    await tx.execute("delete from attendance_report where user_id = $1", user_id)
