"""The rows of class sessions and their series.

Constraints of the schema keep venues, sections and teachers from being in two places at once:
whoever came second is told so by `DoubleBooked`, however many write at the same time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from vtp.courses.model import ClassSession, Series
from vtp.courses.problems import DoubleBooked
from vtp.courses.slots import Busy
from vtp.db import Db, Row
from vtp.ids import (
    ClassId,
    CourseId,
    SectionId,
    SeriesId,
    UserId,
    VenueId,
)

_CLASS = """
    select class.*, course.title as course, section.name as section, venue.name::text as venue,
           array(select name from class_teacher join app_user on app_user.id = user_id
                  where session_id = class.id order by name) as teachers,
           array(select recording_id from class_recording
                   join recording on recording.id = recording_id
                  where session_id = class.id and deleted_at is null
                  order by recording_id) as recordings
      from class_session class
      join course on course.id = class.course_id
      join section on section.id = class.section_id
      left join venue on venue.id = class.venue_id
"""
_SET = {
    "title": "update class_session set title = $2 where id = $1",
    "venue_id": "update class_session set venue_id = $2 where id = $1",
    "cancelled": "update class_session set cancelled = $2 where id = $1",
}
_WHAT = {
    "section_is_busy": "section",
    "venue_is_busy": "venue",
    "teacher_is_busy": "teacher",
}


@contextmanager
def _alone() -> Iterator[None]:
    try:
        yield
    except asyncpg.ExclusionViolationError as error:
        busy = _WHAT.get(error.constraint_name or "", "section")
        raise DoubleBooked(more={"busy": [busy]}) from None


async def _one_at_a_time(tx: Db) -> None:
    """The timetable of the school has one writer, until its transaction ends.

    Constraints find every clash, but two who wait for each other's rows would deadlock. Always
    the last lock that is taken.
    """
    await tx.execute("select pg_advisory_xact_lock(hashtext('vtp.timetable'))")


async def insert(tx: Db, classes: Sequence[ClassSession], *, teachers: Collection[UserId]) -> None:
    await _one_at_a_time(tx)
    with _alone():
        await tx.executemany(
            """
            insert into class_session (id, course_id, section_id, series_id, series_day, title,
                                       room_id, venue_id, time_zone, during)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, tstzrange($10, $11))
            """,
            [
                (
                    one.id,
                    one.course_id,
                    one.section_id,
                    one.series_id,
                    one.series_day,
                    one.title,
                    one.room_id,
                    one.venue_id,
                    one.time_zone,
                    one.starts_at,
                    one.ends_at,
                )
                for one in classes
            ],
        )
        await _set_teachers(tx, [one.id for one in classes], teachers)


async def _set_teachers(tx: Db, classes: Sequence[ClassId], teachers: Collection[UserId]) -> None:
    await tx.execute("delete from class_teacher where session_id = any($1)", list(classes))
    await tx.execute(
        """
        insert into class_teacher (session_id, user_id, during, held)
        select class.id, person, class.during, class.held
          from class_session class, unnest($2::uuid[]) person where class.id = any($1)
        """,
        list(classes),
        sorted(set(teachers)),
    )


async def set_teachers(
    tx: Db, section_id: SectionId, teachers: Collection[UserId], *, since: datetime
) -> None:
    """Of all classes of a section that are still to come."""
    rows = await tx.fetch(
        "select id from class_session where section_id = $1 and starts_at >= $2", section_id, since
    )
    await _one_at_a_time(tx)
    with _alone():
        await _set_teachers(tx, [row["id"] for row in rows], teachers)


async def by_id(db: Db, class_id: ClassId) -> ClassSession | None:
    row = await db.fetchrow(_CLASS + " where class.id = $1", class_id)
    return _class(row) if row else None


async def by_ids(
    db: Db, ids: Collection[UUID], *, course_id: CourseId, section_id: SectionId | None
) -> list[ClassSession]:
    """Those of this course among these; None is all sections."""
    rows = await db.fetch(
        _CLASS
        + """
         where class.id = any($1) and class.course_id = $2
           and ($3::uuid is null or class.section_id = $3)
        """,
        list(ids),
        course_id,
        section_id,
    )
    return [_class(row) for row in rows]


async def lock(tx: Db, class_id: ClassId) -> bool:
    found = await tx.fetchval(
        "select true from class_session where id = $1 for no key update", class_id
    )
    return bool(found)


async def of_course(
    db: Db,
    course_id: CourseId,
    *,
    section_id: SectionId | None,
    since: datetime,
    until: datetime,
    limit: int,
) -> list[ClassSession]:
    """In order of time; None is all sections."""
    rows = await db.fetch(
        _CLASS
        + """
         where class.course_id = $1 and ($2::uuid is null or class.section_id = $2)
           and class.starts_at >= $3 and class.starts_at < $4
         order by class.starts_at, class.id limit $5
        """,
        course_id,
        section_id,
        since,
        until,
        limit,
    )
    return [_class(row) for row in rows]


async def of_person(
    db: Db, user_id: UserId, *, since: datetime, until: datetime, limit: int
) -> list[ClassSession]:
    """What somebody goes to: the classes of their sections, and those that they teach.

    Those that are cancelled are there too, and say so.
    """
    sections = await db.fetch(
        """
        select section_id from enrolment
         where user_id = $1 and status in ('active', 'completed')
           and (select state from course where course.id = enrolment.course_id) <> 'draft'
         union
        select section.id from course_staff join section using (course_id)
         where user_id = $1 and role in ('ta', 'observer')
         union
        select section_id from section_teacher where user_id = $1
        """,
        user_id,
    )
    rows = await db.fetch(
        _CLASS
        + """
         where class.section_id = any($1) and class.ends_at > $2 and class.starts_at < $3
         order by class.starts_at, class.id limit $4
        """,
        [row["section_id"] for row in sections],
        since,
        until,
        limit,
    )
    return [_class(row) for row in rows]


async def move(tx: Db, class_id: ClassId, *, starts_at: datetime, ends_at: datetime) -> None:
    """Its teachers move with it."""
    await _one_at_a_time(tx)
    with _alone():
        await tx.execute(
            """
            update class_session set during = tstzrange($2, $3), revision = revision + 1
             where id = $1
            """,
            class_id,
            starts_at,
            ends_at,
        )


async def change(tx: Db, class_id: ClassId, fields: dict[str, Any]) -> None:
    """Only the named fields; one change, as calendars count."""
    await _one_at_a_time(tx)
    with _alone():
        for name, value in fields.items():
            await tx.execute(_SET[name], class_id, value)
        await tx.execute("update class_session set revision = revision + 1 where id = $1", class_id)


async def busy(
    db: Db,
    *,
    section_id: SectionId,
    venue_id: VenueId | None,
    teachers: Collection[UserId],
    since: datetime,
    until: datetime,
    besides: ClassId | None = None,
) -> list[Busy]:
    """When one of them is taken. Nothing of what takes them: that may be of another course."""
    rows = await db.fetch(
        """
        select starts_at, ends_at from class_session
         where section_id = $1 and cancelled is null and during && tstzrange($4, $5)
           and id is distinct from $6
         union all
        select starts_at, ends_at from class_session
         where venue_id = $2 and cancelled is null and during && tstzrange($4, $5)
           and id is distinct from $6
         union all
        select lower(during), upper(during) from class_teacher
         where user_id = any($3) and held and during && tstzrange($4, $5)
           and session_id is distinct from $6
        """,
        section_id,
        venue_id,
        sorted(set(teachers)),
        since,
        until,
        besides,
    )
    return [Busy(row["starts_at"], row["ends_at"]) for row in rows]


# --- series ---------------------------------------------------------------------------------
async def insert_series(tx: Db, series: Series, *, at: datetime) -> None:
    await tx.execute(
        """
        insert into class_series (id, section_id, title, weekdays, every, local_start, minutes,
                                  time_zone, first_day, last_day, venue_id, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        series.id,
        series.section_id,
        series.title,
        list(series.weekdays),
        series.every,
        series.local_start,
        series.minutes,
        series.time_zone,
        series.first_day,
        series.last_day,
        series.venue_id,
        at,
    )


async def series_of_course(db: Db, course_id: CourseId) -> list[Series]:
    rows = await db.fetch(
        """
        select series.* from class_series series join section on section.id = section_id
         where course_id = $1 order by local_start, series.id
        """,
        course_id,
    )
    return [_series(row) for row in rows]


async def series(db: Db, series_id: SeriesId) -> Series | None:
    row = await db.fetchrow("select * from class_series where id = $1", series_id)
    return _series(row) if row else None


async def end_series(tx: Db, series_id: SeriesId, *, since: datetime) -> int:
    """No more of its classes; those that were held, or have a recording, stay."""
    tag = await tx.execute(
        """
        delete from class_session class where series_id = $1 and starts_at >= $2
           and not exists (select from class_recording where session_id = class.id)
        """,
        series_id,
        since,
    )
    await tx.execute("delete from class_series where id = $1", series_id)
    return int(tag.rpartition(" ")[2])


async def on_day(
    db: Db, course_id: CourseId, *, since: datetime, until: datetime, cancelled: str | None
) -> list[ClassId]:
    """Classes of series in that time: all that are held, or those cancelled for that reason."""
    rows = await db.fetch(
        """
        select id from class_session
         where course_id = $1 and series_id is not null and starts_at >= $2 and starts_at < $3
           and cancelled is not distinct from $4 order by starts_at
        """,
        course_id,
        since,
        until,
        cancelled,
    )
    return [row["id"] for row in rows]


def _class(row: Row) -> ClassSession:
    return ClassSession(
        id=row["id"],
        course_id=row["course_id"],
        section_id=row["section_id"],
        title=row["title"],
        room_id=row["room_id"],
        time_zone=row["time_zone"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        series_id=row["series_id"],
        series_day=row["series_day"],
        venue_id=row["venue_id"],
        cancelled=row["cancelled"],
        revision=row["revision"],
        planned_at=row["planned_at"],
        course=row["course"],
        section=row["section"],
        venue=row["venue"],
        teachers=tuple(row["teachers"]),
        recordings=tuple(row["recordings"]),
    )


def _series(row: Row) -> Series:
    return Series(
        id=row["id"],
        section_id=row["section_id"],
        title=row["title"],
        weekdays=tuple(row["weekdays"]),
        every=row["every"],
        local_start=row["local_start"],
        minutes=row["minutes"],
        time_zone=row["time_zone"],
        first_day=row["first_day"],
        last_day=row["last_day"],
        venue_id=row["venue_id"],
    )
