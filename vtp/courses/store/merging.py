"""What courses keep of a person goes to another account of theirs."""

from __future__ import annotations

from vtp.db import Db
from vtp.ids import UserId

# What the target has already stays; else that of the source becomes theirs.
_STATEMENTS = (
    "update course set owner_id = $2 where owner_id = $1",
    """
    update course_staff set user_id = $2 where user_id = $1 and not exists (
        select from course_staff other
         where other.course_id = course_staff.course_id and other.user_id = $2)
    """,
    "delete from course_staff where user_id = $1",
    """
    update section_teacher set user_id = $2 where user_id = $1 and not exists (
        select from section_teacher other
         where other.section_id = section_teacher.section_id and other.user_id = $2)
    """,
    "delete from section_teacher where user_id = $1",
    # One person cannot have taught in two places: what would clash stays with the closed account.
    """
    update class_teacher set user_id = $2 where user_id = $1 and not exists (
        select from class_teacher other
         where other.user_id = $2 and other.held and other.during && class_teacher.during)
    """,
    """
    insert into enrolment (course_id, user_id, section_id, status, how, enrolled_at, changed_at)
    select course_id, $2, section_id, status, how, enrolled_at, changed_at
      from enrolment where user_id = $1
    on conflict (course_id, user_id) do nothing
    """,
    "update enrolment_change set user_id = $2 where user_id = $1",
    "delete from enrolment where user_id = $1",
    "update course_letter set author_id = $2 where author_id = $1",
    "update course_invitation set taken_by = $2 where taken_by = $1",
    "delete from calendar_feed where user_id = $1",
)


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    for statement in _STATEMENTS:
        # PostgreSQL takes no argument that a statement does not use.
        args = (source, target) if "$2" in statement else (source,)
        await tx.execute(statement, *args)
