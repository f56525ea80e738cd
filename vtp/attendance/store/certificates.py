"""The rows of what courses ask for their certificates, and of the certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from vtp.attendance.certifying import Evidence, Rule
from vtp.db import Db, Row
from vtp.ids import CourseId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """`by` is the name of who did it, as they are called now."""

    at: datetime
    why: str
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    id: UUID
    serial: str
    course_id: CourseId | None
    user_id: UserId
    evidence: Evidence
    issued_at: datetime
    revoked: Revoked | None = None


# --- rules ------------------------------------------------------------------------------------
async def rule(db: Db, course_id: CourseId) -> Rule | None:
    row = await db.fetchrow(
        "select attendance, completion from certificate_rule where course_id = $1", course_id
    )
    return Rule(attendance=row["attendance"], completion=row["completion"]) if row else None


async def put_rule(
    tx: Db, course_id: CourseId, wanted: Rule, *, by: UserId | None, at: datetime
) -> None:
    await tx.execute(
        """
        insert into certificate_rule (course_id, attendance, completion, by_id, changed_at)
        values ($1, $2, $3, $4, $5)
        on conflict (course_id) do update
           set attendance = excluded.attendance, completion = excluded.completion,
               by_id = excluded.by_id, changed_at = excluded.changed_at
        """,
        course_id,
        wanted.attendance,
        wanted.completion,
        by,
        at,
    )


async def drop_rule(tx: Db, course_id: CourseId) -> bool:
    """False when there was none."""
    tag = await tx.execute("delete from certificate_rule where course_id = $1", course_id)
    return tag == "DELETE 1"


# --- certificates -----------------------------------------------------------------------------
async def insert(tx: Db, made: Certificate) -> bool:
    """False when they have one of that course, also one that was revoked."""
    tag = await tx.execute(
        """
        insert into certificate (id, serial, course_id, user_id, evidence, issued_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (course_id, user_id) do nothing
        """,
        made.id,
        made.serial,
        made.course_id,
        made.user_id,
        msgspec.json.encode(made.evidence).decode(),
        made.issued_at,
    )
    return tag == "INSERT 0 1"


async def revoke(tx: Db, id: UUID, *, by: UserId | None, why: str, at: datetime) -> bool:
    """False when it was revoked before."""
    tag = await tx.execute(
        """
        update certificate set revoked_at = $2, revoked_by = $3, revoked_why = $4
         where id = $1 and revoked_at is null
        """,
        id,
        at,
        by,
        why,
    )
    return tag == "UPDATE 1"


async def restore(tx: Db, id: UUID) -> bool:
    """False when it was not revoked."""
    tag = await tx.execute(
        """
        update certificate set revoked_at = null, revoked_by = null, revoked_why = null
         where id = $1 and revoked_at is not null
        """,
        id,
    )
    return tag == "UPDATE 1"


_FOUND = """
    select certificate.*, evidence::text as proof, person.name as revoker
      from certificate left join app_user person on person.id = revoked_by
"""


async def by_id(db: Db, id: UUID) -> Certificate | None:
    row = await db.fetchrow(f"{_FOUND} where certificate.id = $1", id)
    return _certificate(row) if row else None


async def by_serial(db: Db, serial: str) -> Certificate | None:
    row = await db.fetchrow(f"{_FOUND} where serial = $1", serial)
    return _certificate(row) if row else None


async def of_person(db: Db, course_id: CourseId, user_id: UserId) -> Certificate | None:
    row = await db.fetchrow(f"{_FOUND} where course_id = $1 and user_id = $2", course_id, user_id)
    return _certificate(row) if row else None


async def of_course(db: Db, course_id: CourseId, *, limit: int) -> list[Certificate]:
    """The newest first."""
    rows = await db.fetch(
        f"{_FOUND} where course_id = $1 order by issued_at desc, certificate.id desc limit $2",
        course_id,
        limit,
    )
    return [_certificate(row) for row in rows]


async def of_user(db: Db, user_id: UserId, *, limit: int) -> list[Certificate]:
    """The newest first."""
    rows = await db.fetch(
        f"{_FOUND} where user_id = $1 order by issued_at desc, certificate.id desc limit $2",
        user_id,
        limit,
    )
    return [_certificate(row) for row in rows]


async def erase(tx: Db, *, user_id: UserId) -> None:
    """A certificate without the name of its holder certifies nothing."""
    await tx.execute("delete from certificate where user_id = $1", user_id)


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    """To another account of theirs; where both have one of a course, that of the other stays."""
    await tx.execute(
        """
        delete from certificate mine
         where user_id = $1
           and exists (select from certificate
                        where user_id = $2 and course_id = mine.course_id)
        """,
        source,
        target,
    )
    await tx.execute("update certificate set user_id = $2 where user_id = $1", source, target)


def _certificate(row: Row) -> Certificate:
    revoked = None
    if row["revoked_at"] is not None:
        revoked = Revoked(at=row["revoked_at"], why=row["revoked_why"], by=row["revoker"])
    return Certificate(
        id=row["id"],
        serial=row["serial"],
        course_id=row["course_id"],
        user_id=row["user_id"],
        evidence=msgspec.json.decode(row["proof"], type=Evidence),
        issued_at=row["issued_at"],
        revoked=revoked,
    )
