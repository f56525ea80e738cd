"""What courses hold about a person: what they teach, where they are enrolled, what they wrote."""

from __future__ import annotations

from vtp.actor import Gone
from vtp.db import Db

sheets = {
    "courses-owned": """
        select id, title, visibility, state, created_at from course where owner_id = $1
    """,
    "courses-taught": """
        select course_id as id, title, role, added_at
          from course_staff join course on course.id = course_id where user_id = $1
    """,
    "enrolments": """
        select enrolment.course_id as id, course.title, section.name as section, enrolment.status,
               enrolment.how, enrolment.enrolled_at, enrolment.changed_at
          from enrolment join course on course.id = enrolment.course_id
          join section on section.id = enrolment.section_id where enrolment.user_id = $1
    """,
    "enrolment-history": """
        select id, course_id, status, how, at from enrolment_change where user_id = $1
    """,
    "letters-to-classes": """
        select id, course_id, subject, body, created_at from course_letter where author_id = $1
    """,
    "calendar-address": """
        select user_id as id, created_at, read_at from calendar_feed where user_id = $1
    """,
}
kept: tuple[str, ...] = ("erasure.kept.courses",)


async def erase(tx: Db, gone: Gone, /) -> None:
    """Where they were enrolled still counts; nobody finds their calendar or an invitation."""
    await tx.execute("delete from calendar_feed where user_id = $1", gone.user_id)
    await tx.execute("delete from course_invitation where email = $1::text::citext", gone.email)
    await tx.execute(
        "update enrolment set status = 'dropped', changed_at = now()"
        " where user_id = $1 and status in ('active', 'waiting')",
        gone.user_id,
    )
