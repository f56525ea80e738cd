"""The rows of sections, who teaches them, and venues."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import asyncpg

from vtp.courses.model import Section, Venue
from vtp.courses.problems import NameTaken, SectionInUse, VenueInUse
from vtp.db import Db, Row
from vtp.ids import CourseId, RoomId, SectionId, UserId, VenueId

_SECTION = """
    select section.*,
           array(select user_id from section_teacher where section_id = section.id
                  order by user_id) as teachers,
           (select count(*) from enrolment e
             where e.section_id = section.id and e.status = 'active') as students,
           (select count(*) from enrolment e
             where e.section_id = section.id and e.status = 'waiting') as waiting
      from section
"""
_SET = {
    "name": "update section set name = $2 where id = $1",
    "capacity": "update section set capacity = $2 where id = $1",
}


async def insert(tx: Db, section: Section) -> None:
    try:
        await tx.execute(
            """
            insert into section (id, course_id, name, capacity, room_id, created_at)
            values ($1, $2, $3, $4, $5, $6)
            """,
            section.id,
            section.course_id,
            section.name,
            section.capacity,
            section.room_id,
            section.created_at,
        )
    except asyncpg.UniqueViolationError:
        raise NameTaken from None


async def by_id(db: Db, section_id: SectionId) -> Section | None:
    row = await db.fetchrow(_SECTION + " where id = $1", section_id)
    return _section(row) if row else None


async def of_course(db: Db, course_id: CourseId) -> list[Section]:
    rows = await db.fetch(_SECTION + " where course_id = $1 order by name, id", course_id)
    return [_section(row) for row in rows]


async def lock(tx: Db, section_id: SectionId) -> None:
    """Places are counted by one at a time.

    Who only points at a section need not wait: they may be the writer of the timetable, for whom
    the holder of this waits.
    """
    await tx.execute("select from section where id = $1 for no key update", section_id)


async def lock_all(tx: Db, course_id: CourseId) -> None:
    """In one order, so that nobody waits for one another."""
    await tx.execute(
        "select from section where course_id = $1 order by id for no key update", course_id
    )


async def change(tx: Db, section_id: SectionId, fields: dict[str, Any]) -> None:
    try:
        for name, value in fields.items():
            await tx.execute(_SET[name], section_id, value)
    except asyncpg.UniqueViolationError:
        raise NameTaken from None


async def delete(tx: Db, section_id: SectionId) -> None:
    used = await tx.fetchval(
        """
        select exists (select from enrolment where section_id = $1)
            or exists (select from class_session where section_id = $1)
        """,
        section_id,
    )
    if used:
        raise SectionInUse
    await tx.execute("delete from section where id = $1", section_id)


async def set_teachers(tx: Db, section_id: SectionId, teachers: Collection[UserId]) -> None:
    await tx.execute("delete from section_teacher where section_id = $1", section_id)
    await tx.executemany(
        "insert into section_teacher (section_id, user_id) values ($1, $2)",
        [(section_id, one) for one in sorted(set(teachers))],
    )


async def taught_by(db: Db, course_id: CourseId, user_id: UserId) -> list[SectionId]:
    rows = await db.fetch(
        """
        select section_id from section_teacher join section on section.id = section_id
         where course_id = $1 and user_id = $2 order by section_id
        """,
        course_id,
        user_id,
    )
    return [row["section_id"] for row in rows]


async def people(db: Db, section_id: SectionId) -> tuple[frozenset[UserId], frozenset[UserId]]:
    """Who hosts its room, and who else may come in."""
    rows = await db.fetch(
        """
        select user_id, role in ('teacher', 'co_teacher', 'ta') as hosts
          from course_staff join section using (course_id) where section.id = $1
         union all
        select user_id, false from enrolment where section_id = $1 and status = 'active'
        """,
        section_id,
    )
    hosts = frozenset(row["user_id"] for row in rows if row["hosts"])
    return hosts, frozenset(row["user_id"] for row in rows) - hosts


# --- venues ---------------------------------------------------------------------------------
async def venues(db: Db) -> list[Venue]:
    rows = await db.fetch("select id, name::text, seats from venue order by name limit 1000")
    return [Venue(id=row["id"], name=row["name"], seats=row["seats"]) for row in rows]


async def insert_venue(tx: Db, venue: Venue, *, at: datetime) -> None:
    try:
        await tx.execute(
            "insert into venue (id, name, seats, created_at) values ($1, $2, $3, $4)",
            venue.id,
            venue.name,
            venue.seats,
            at,
        )
    except asyncpg.UniqueViolationError:
        raise NameTaken from None


async def change_venue(tx: Db, venue: Venue) -> bool:
    try:
        tag = await tx.execute(
            "update venue set name = $2, seats = $3 where id = $1",
            venue.id,
            venue.name,
            venue.seats,
        )
    except asyncpg.UniqueViolationError:
        raise NameTaken from None
    return tag != "UPDATE 0"


async def delete_venue(tx: Db, venue_id: VenueId) -> bool:
    try:
        tag = await tx.execute("delete from venue where id = $1", venue_id)
    except asyncpg.ForeignKeyViolationError:
        raise VenueInUse from None
    return tag != "DELETE 0"


async def venue(db: Db, venue_id: VenueId) -> Venue | None:
    row = await db.fetchrow("select id, name::text, seats from venue where id = $1", venue_id)
    return Venue(id=row["id"], name=row["name"], seats=row["seats"]) if row else None


def _section(row: Row) -> Section:
    return Section(
        id=row["id"],
        course_id=row["course_id"],
        name=row["name"],
        capacity=row["capacity"],
        room_id=RoomId(row["room_id"]),
        created_at=row["created_at"],
        teachers=tuple(row["teachers"]),
        students=row["students"],
        waiting=row["waiting"],
    )
