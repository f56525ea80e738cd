"""The rows of courses, their staff and their holidays.

Names of people are read beside them; `app_user` is written by accounts alone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from vtp.courses.model import Course, Holiday, Seen, Teacher
from vtp.courses.rights import StaffRole, State
from vtp.db import Db, Row
from vtp.ids import CourseId, UserId

# $1 is who asks, in every one of these.
_SEEN = """
    select course.*, owner.name as owner_name, staff.role as staff_role,
           mine.status, mine.section_id as my_section,
           (select count(*) from enrolment where course_id = course.id and status = 'active')
               as students
      from course
      join app_user owner on owner.id = course.owner_id
      left join course_staff staff on staff.course_id = course.id and staff.user_id = $1
      left join enrolment mine on mine.course_id = course.id and mine.user_id = $1
"""
_OVERSEEN = """
         where ($2 = '' or course.title ilike '%' || $2 || '%'
                or $6 and course.owner_id = any(array(
                   select id from app_user
                    where (name || ' ' || email::text) ilike '%' || $2 || '%' limit 1000)))
           and ($3::uuid is null or course.id < $3)
           and ($5::text is null or course.state = $5)
         order by course.id desc limit $4
"""
_SET = {
    "title": "update course set title = $2 where id = $1",
    "description": "update course set description = $2 where id = $1",
    "visibility": "update course set visibility = $2 where id = $1",
    "state": "update course set state = $2 where id = $1",
    "time_zone": "update course set time_zone = $2 where id = $1",
    "open_enrolment": "update course set open_enrolment = $2 where id = $1",
    "join_code": "update course set join_code = $2 where id = $1",
    "term": "update course set first_day = $2, last_day = $3 where id = $1",
    "owner_id": "update course set owner_id = $2 where id = $1",
    "picture_id": "update course set picture_id = $2 where id = $1",
}


async def insert(tx: Db, course: Course) -> None:
    await tx.execute(
        """
        insert into course (id, title, description, owner_id, visibility, state, time_zone,
                            open_enrolment, first_day, last_day, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        course.id,
        course.title,
        course.description,
        course.owner_id,
        course.visibility,
        course.state,
        course.time_zone,
        course.open_enrolment,
        course.first_day,
        course.last_day,
        course.created_at,
    )


async def by_id(db: Db, course_id: CourseId, *, asker: UserId | None) -> Seen | None:
    row = await db.fetchrow(_SEEN + " where course.id = $2", asker, course_id)
    return _seen(row) if row else None


async def by_code(db: Db, code: str, *, asker: UserId | None) -> Seen | None:
    row = await db.fetchrow(_SEEN + " where course.join_code = $2", asker, code)
    return _seen(row) if row else None


async def of_person(db: Db, user_id: UserId, *, before: CourseId | None, limit: int) -> list[Seen]:
    """Those that somebody teaches, helps in or is enrolled in, newest first."""
    ids = await db.fetch(
        """
        select id from course where owner_id = $1 and ($2::uuid is null or id < $2)
         union
        select course_id from course_staff
         where user_id = $1 and ($2::uuid is null or course_id < $2)
         union
        select course_id from enrolment
         where user_id = $1 and status <> 'dropped' and ($2::uuid is null or course_id < $2)
         order by 1 desc limit $3
        """,
        user_id,
        before,
        limit,
    )
    rows = await db.fetch(
        _SEEN + " where course.id = any($2) order by course.id desc",
        user_id,
        [row["id"] for row in ids],
    )
    return [_seen(row) for row in rows]


async def catalogue(
    db: Db, *, asker: UserId | None, words: str, before: CourseId | None, limit: int
) -> list[Seen]:
    """What everybody may find, newest first."""
    rows = await db.fetch(
        _SEEN
        + """
         where course.visibility = 'public' and course.state = 'published'
           and ($2 = '' or course.title ilike '%' || $2 || '%')
           and ($3::uuid is null or course.id < $3)
         order by course.id desc limit $4
        """,
        asker,
        _literally(words),
        before,
        limit,
    )
    return [_seen(row) for row in rows]


async def everything(
    db: Db,
    *,
    asker: UserId | None,
    words: str,
    state: State | None = None,
    owners: bool = False,
    before: CourseId | None,
    limit: int,
) -> list[Seen]:
    """For those who look after the school; with `owners`, words are looked for in theirs too."""
    rows = await db.fetch(
        _SEEN + _OVERSEEN,
        asker,
        _literally(words),
        before,
        limit,
        state,
        owners,
    )
    return [_seen(row) for row in rows]


def _literally(words: str) -> str:
    """Nothing in it stands for anything else in a pattern."""
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


async def change(tx: Db, course_id: CourseId, fields: dict[str, Any]) -> None:
    """Only the named fields, so that two who change different ones lose nothing."""
    for name, value in fields.items():
        values = value if name == "term" else (value,)
        await tx.execute(_SET[name], course_id, *values)


async def lock(tx: Db, course_id: CourseId) -> Course | None:
    row = await tx.fetchrow("select * from course where id = $1 for update", course_id)
    return course_of(row) if row else None


async def in_use(tx: Db, course_id: CourseId) -> bool:
    found: bool = await tx.fetchval(
        "select exists (select from enrolment where course_id = $1)", course_id
    )
    return found


async def delete(tx: Db, course_id: CourseId) -> None:
    await tx.execute("delete from course where id = $1", course_id)


# --- staff ----------------------------------------------------------------------------------
async def put_staff(
    tx: Db, *, course_id: CourseId, user_id: UserId, role: StaffRole, at: datetime
) -> None:
    await tx.execute(
        """
        insert into course_staff (course_id, user_id, role, added_at) values ($1, $2, $3, $4)
        on conflict (course_id, user_id) do update set role = excluded.role
        """,
        course_id,
        user_id,
        role,
        at,
    )


async def remove_staff(tx: Db, *, course_id: CourseId, user_id: UserId) -> bool:
    tag = await tx.execute(
        "delete from course_staff where course_id = $1 and user_id = $2", course_id, user_id
    )
    return tag == "DELETE 1"


async def staff(db: Db, course_id: CourseId) -> list[Teacher]:
    rows = await db.fetch(
        """
        select staff.*, person.name, person.email, person.picture_id
          from course_staff staff join app_user person on person.id = staff.user_id
         where course_id = $1
         order by array_position(array['teacher', 'co_teacher', 'ta', 'observer'], role), name
        """,
        course_id,
    )
    return [
        Teacher(
            user_id=row["user_id"],
            role=row["role"],
            name=row["name"],
            email=row["email"],
            picture_id=row["picture_id"],
            added_at=row["added_at"],
        )
        for row in rows
    ]


# --- holidays -------------------------------------------------------------------------------
async def holidays(db: Db, course_id: CourseId) -> list[Holiday]:
    rows = await db.fetch(
        "select day, name from course_holiday where course_id = $1 order by day", course_id
    )
    return [Holiday(row["day"], row["name"]) for row in rows]


async def put_holiday(tx: Db, course_id: CourseId, holiday: Holiday) -> None:
    await tx.execute(
        """
        insert into course_holiday (course_id, day, name) values ($1, $2, $3)
        on conflict (course_id, day) do update set name = excluded.name
        """,
        course_id,
        holiday.day,
        holiday.name,
    )


async def remove_holiday(tx: Db, course_id: CourseId, day: date) -> str | None:
    """What it was called."""
    name: str | None = await tx.fetchval(
        "delete from course_holiday where course_id = $1 and day = $2 returning name",
        course_id,
        day,
    )
    return name


def course_of(row: Row) -> Course:
    return Course(
        id=row["id"],
        title=row["title"],
        description=row["description"],
        owner_id=row["owner_id"],
        visibility=row["visibility"],
        state=row["state"],
        time_zone=row["time_zone"],
        open_enrolment=row["open_enrolment"],
        created_at=row["created_at"],
        join_code=row["join_code"],
        first_day=row["first_day"],
        last_day=row["last_day"],
        picture_id=row["picture_id"],
    )


def _seen(row: Row) -> Seen:
    return Seen(
        course=course_of(row),
        owner_name=row["owner_name"],
        staff_role=row["staff_role"],
        status=row["status"],
        section_id=row["my_section"],
        students=row["students"],
    )
