"""The rows of enrolments, their history, invitations, and letters to a class."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from vtp.courses.model import Change, Enrolment, How, Invitation, Letter
from vtp.courses.rights import Status
from vtp.db import Db, Row
from vtp.ids import CourseId, SectionId, UserId, uuid7

_ENROLMENT = """
    select enrolment.*, person.name, person.email, person.picture_id,
           (select section.name from section where section.id = enrolment.section_id) as section,
           (select course.title from course where course.id = enrolment.course_id) as course
      from enrolment
      join app_user person on person.id = enrolment.user_id
"""
# By its key; a join would read all courses to find a few.
_STATE = "(select state from course where course.id = enrolment.course_id)"


async def put(
    tx: Db,
    *,
    course_id: CourseId,
    user_id: UserId,
    section_id: SectionId,
    status: Status,
    how: How,
    by: UserId | None,
    at: datetime,
) -> None:
    """As it is from now on, and one line more of its history."""
    await tx.execute(
        """
        insert into enrolment (course_id, user_id, section_id, status, how, enrolled_at,
                               changed_at)
        values ($1, $2, $3, $4, $5, $6, $6)
        on conflict (course_id, user_id) do update
           set section_id = excluded.section_id, status = excluded.status, how = excluded.how,
               changed_at = excluded.changed_at
        """,
        course_id,
        user_id,
        section_id,
        status,
        how,
        at,
    )
    await tx.execute(
        """
        insert into enrolment_change (id, course_id, user_id, section_id, status, how, by_id, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        uuid7(),
        course_id,
        user_id,
        section_id,
        status,
        how,
        by,
        at,
    )


async def one(db: Db, *, course_id: CourseId, user_id: UserId) -> Enrolment | None:
    row = await db.fetchrow(
        _ENROLMENT + " where enrolment.course_id = $1 and user_id = $2", course_id, user_id
    )
    return _enrolment(row) if row else None


async def listed(
    db: Db,
    course_id: CourseId,
    *,
    status: Status | None,
    section_id: SectionId | None,
    words: str,
    after: UserId | None,
    limit: int,
) -> list[Enrolment]:
    rows = await db.fetch(
        _ENROLMENT
        + """
         where enrolment.course_id = $1
           and ($2::text is null or enrolment.status = $2)
           and ($3::uuid is null or enrolment.section_id = $3)
           and ($4 = '' or strpos(lower(person.name || ' ' || person.email), lower($4)) > 0)
           and ($5::uuid is null or enrolment.user_id > $5)
         order by enrolment.user_id limit $6
        """,
        course_id,
        status,
        section_id,
        words,
        after,
        limit,
    )
    return [_enrolment(row) for row in rows]


async def roll(db: Db, course_id: CourseId) -> list[Enrolment]:
    """Everybody who is or was enrolled."""
    rows = await db.fetch(
        _ENROLMENT + " where enrolment.course_id = $1 order by person.name, user_id", course_id
    )
    return [_enrolment(row) for row in rows]


async def seats(
    db: Db, course_id: CourseId, *, words: str, section_id: SectionId | None, start: int, limit: int
) -> list[Enrolment]:
    """A page of a course's people: who waits first, who was dropped last."""
    order = "array_position(array['waiting', 'active', 'completed', 'dropped'], enrolment.status)"
    rows = await db.fetch(
        _ENROLMENT
        + f"""
         where enrolment.course_id = $1 and ($2::uuid is null or enrolment.section_id = $2)
           and ($3 = '' or strpos(lower(person.name || ' ' || person.email), lower($3)) > 0)
         order by {order}, lower(person.name), user_id limit $4 offset $5
        """,
        *(course_id, section_id, words, limit, start),
    )
    return [_enrolment(row) for row in rows]


async def of_user(
    db: Db, user_id: UserId, *, before: CourseId | None, limit: int
) -> list[Enrolment]:
    rows = await db.fetch(
        _ENROLMENT
        + " where enrolment.user_id = $1 and "
        + _STATE
        + """ <> 'draft'
           and ($2::uuid is null or enrolment.course_id < $2)
         order by enrolment.course_id desc limit $3
        """,
        *(user_id, before, limit),
    )
    return [_enrolment(row) for row in rows]


async def history(db: Db, *, course_id: CourseId, user_id: UserId) -> list[Change]:
    rows = await db.fetch(
        """
        select change.status, change.how, change.at, section.name as section,
               person.name as by
          from enrolment_change change
          left join section on section.id = change.section_id
          left join app_user person on person.id = change.by_id
         where change.course_id = $1 and change.user_id = $2 order by change.id
        """,
        course_id,
        user_id,
    )
    return [
        Change(
            status=row["status"],
            section=row["section"],
            how=row["how"],
            by=row["by"],
            at=row["at"],
        )
        for row in rows
    ]


async def taken(db: Db, section_id: SectionId) -> int:
    count: int = await db.fetchval(
        "select count(*) from enrolment where section_id = $1 and status = 'active'", section_id
    )
    return count


async def waiting(db: Db, section_id: SectionId, *, limit: int) -> list[Enrolment]:
    """Who has waited longest comes first."""
    rows = await db.fetch(
        _ENROLMENT
        + """
         where enrolment.section_id = $1 and enrolment.status = 'waiting'
         order by enrolment.changed_at, enrolment.user_id limit $2
        """,
        section_id,
        limit,
    )
    return [_enrolment(row) for row in rows]


async def people_by_email(db: Db, emails: Collection[str]) -> dict[str, tuple[UserId, str]]:
    """Who has an account that is open, by address in lower case: id and name."""
    rows = await db.fetch(
        "select lower(email) as email, id, name from app_user"
        " where email = any($1::citext[]) and disabled_at is null",
        sorted(emails),
    )
    return {row["email"]: (row["id"], row["name"]) for row in rows}


# --- invitations ----------------------------------------------------------------------------
async def invite(tx: Db, invitation: Invitation, *, secret_hash: bytes, by: UserId | None) -> None:
    """In place of one to the same address that is open."""
    await tx.execute(
        "delete from course_invitation where course_id = $1 and email = $2 and taken_at is null",
        invitation.course_id,
        invitation.email,
    )
    await tx.execute(
        """
        insert into course_invitation (id, course_id, section_id, email, secret_hash, invited_by,
                                       created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        invitation.id,
        invitation.course_id,
        invitation.section_id,
        invitation.email,
        secret_hash,
        by,
        invitation.created_at,
        invitation.expires_at,
    )


async def invitations(db: Db, course_id: CourseId) -> list[Invitation]:
    rows = await db.fetch(
        """
        select id, course_id, section_id, email::text, created_at, expires_at
          from course_invitation where course_id = $1 and taken_at is null order by id
        """,
        course_id,
    )
    return [_invitation(row) for row in rows]


async def invited(db: Db, secret_hash: bytes, *, now: datetime) -> Invitation | None:
    row = await db.fetchrow(
        """
        select id, course_id, section_id, email::text, created_at, expires_at
          from course_invitation
         where secret_hash = $1 and taken_at is null and expires_at > $2
        """,
        secret_hash,
        now,
    )
    return _invitation(row) if row else None


async def take_invitation(tx: Db, invitation_id: UUID, *, by: UserId, at: datetime) -> bool:
    tag = await tx.execute(
        "update course_invitation set taken_by = $2, taken_at = $3"
        " where id = $1 and taken_at is null",
        invitation_id,
        by,
        at,
    )
    return tag == "UPDATE 1"


async def withdraw(tx: Db, invitation_id: UUID, *, course_id: CourseId) -> str | None:
    """The address that it was for."""
    email: str | None = await tx.fetchval(
        "delete from course_invitation where id = $1 and course_id = $2 and taken_at is null"
        " returning email::text",
        invitation_id,
        course_id,
    )
    return email


# --- letters --------------------------------------------------------------------------------
async def insert_letter(tx: Db, letter: Letter, *, at: datetime) -> None:
    await tx.execute(
        """
        insert into course_letter (id, course_id, section_id, author_id, subject, body,
                                   created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        letter.id,
        letter.course_id,
        letter.section_id,
        letter.author_id,
        letter.subject,
        letter.body,
        at,
    )


async def letter(db: Db, letter_id: UUID) -> tuple[Letter, str, str] | None:
    """With the name of its author, and the title of the course."""
    row = await db.fetchrow(
        """
        select letter.*, coalesce(person.name, '') as author, course.title
          from course_letter letter join course on course.id = course_id
          left join app_user person on person.id = author_id
         where letter.id = $1
        """,
        letter_id,
    )
    if row is None:
        return None
    found = Letter(
        id=row["id"],
        course_id=row["course_id"],
        section_id=row["section_id"],
        author_id=row["author_id"],
        subject=row["subject"],
        body=row["body"],
    )
    return found, row["author"], row["title"]


async def readers(db: Db, course_id: CourseId, section_id: SectionId | None) -> Sequence[UserId]:
    rows = await db.fetch(
        """
        select user_id from enrolment
         where course_id = $1 and status = 'active' and ($2::uuid is null or section_id = $2)
         order by user_id
        """,
        course_id,
        section_id,
    )
    return [row["user_id"] for row in rows]


# --- calendars ------------------------------------------------------------------------------
async def set_feed(tx: Db, user_id: UserId, *, secret_hash: bytes, at: datetime) -> None:
    await tx.execute(
        """
        insert into calendar_feed (user_id, secret_hash, created_at) values ($1, $2, $3)
        on conflict (user_id) do update
           set secret_hash = excluded.secret_hash, created_at = excluded.created_at,
               read_at = null
        """,
        user_id,
        secret_hash,
        at,
    )


async def forget_feed(tx: Db, user_id: UserId) -> None:
    await tx.execute("delete from calendar_feed where user_id = $1", user_id)


async def feed_since(db: Db, user_id: UserId) -> datetime | None:
    since: datetime | None = await db.fetchval(
        "select created_at from calendar_feed where user_id = $1", user_id
    )
    return since


async def feed_of(db: Db, secret_hash: bytes) -> tuple[UserId, str] | None:
    """Whose calendar it is, and their name; nobody's once their account is closed."""
    row: Any = await db.fetchrow(
        """
        select user_id, name from calendar_feed join app_user on app_user.id = user_id
         where secret_hash = $1 and disabled_at is null
        """,
        secret_hash,
    )
    return (row["user_id"], row["name"]) if row else None


def _enrolment(row: Row) -> Enrolment:
    return Enrolment(
        course_id=row["course_id"],
        user_id=row["user_id"],
        section_id=row["section_id"],
        status=row["status"],
        how=row["how"],
        enrolled_at=row["enrolled_at"],
        changed_at=row["changed_at"],
        name=row["name"],
        email=row["email"],
        picture_id=row["picture_id"],
        section=row["section"],
        course=row["course"],
    )


def _invitation(row: Row) -> Invitation:
    return Invitation(
        id=row["id"],
        course_id=row["course_id"],
        section_id=row["section_id"],
        email=row["email"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
