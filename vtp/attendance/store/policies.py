"""The rows of policies, and of the breaks in classes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from vtp.attendance.policy import Policy
from vtp.attendance.versions import BEGINNING, Version, Written
from vtp.db import Db
from vtp.ids import ClassId, CourseId, UserId

# A break that goes on has no end.
Break = tuple[datetime, datetime | None]


async def history(db: Db, course_id: CourseId) -> list[Written]:
    """All versions, the newest first."""
    rows = await db.fetch(
        """
        select version, policy::text, made.created_at, also_planned, coalesce(name, '') as name
          from attendance_policy made left join app_user on app_user.id = by_id
         where course_id = $1 order by version desc
        """,
        course_id,
    )
    return [
        Written(
            version=Version(row["version"], msgspec.json.decode(row["policy"], type=Policy)),
            at=row["created_at"],
            also_planned=row["also_planned"],
            by=row["name"],
        )
        for row in rows
    ]


async def newest(db: Db, course_id: CourseId) -> Version:
    found = await history(db, course_id)
    return found[0].version if found else BEGINNING


async def write(
    tx: Db,
    course_id: CourseId,
    version: Version,
    *,
    by: UserId | None,
    at: datetime,
    also_planned: bool,
) -> bool:
    """False where somebody else wrote that version before."""
    row = await tx.fetchrow(
        """
        insert into attendance_policy (course_id, version, policy, by_id, created_at, also_planned)
        values ($1, $2, $3::text::jsonb, $4, $5, $6)
        on conflict (course_id, version) do nothing returning version
        """,
        course_id,
        version.number,
        msgspec.json.encode(version.policy).decode(),
        by,
        at,
        also_planned,
    )
    return row is not None


# --- breaks ---------------------------------------------------------------------------------
async def breaks(db: Db, class_id: ClassId) -> list[Break]:
    rows = await db.fetch(
        "select since, until from class_break where session_id = $1 order by since", class_id
    )
    return [(row["since"], row["until"]) for row in rows]


async def set_breaks(tx: Db, class_id: ClassId, these: Sequence[Break]) -> None:
    """Exactly these."""
    await tx.execute("delete from class_break where session_id = $1", class_id)
    await tx.executemany(
        "insert into class_break (session_id, since, until) values ($1, $2, $3)",
        [(class_id, since, until) for since, until in these],
    )
