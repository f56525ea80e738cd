"""What matrices and overviews read of marks: no more of each than is shown and counted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from vtp.attendance.outlook import Tally
from vtp.db import Db
from vtp.ids import ClassId, UserId


@dataclass(frozen=True, slots=True)
class Open:
    """A mark that a student does not agree with, and nobody has answered."""

    class_id: ClassId
    user_id: UserId
    text: str
    at: datetime


async def tallies(
    db: Db, class_ids: Collection[ClassId], *, user_id: UserId | None = None
) -> list[Tally]:
    """Of everybody, or of one."""
    rows = await db.fetch(
        """
        select session_id, user_id, mark, need_ms, override is not null from class_mark
         where session_id = any($1) and ($2::uuid is null or user_id = $2)
        """,
        list(class_ids),
        user_id,
    )
    return [Tally._make(row) for row in rows]


async def contests(db: Db, class_ids: Collection[ClassId]) -> list[Open]:
    """Who waits longest comes first."""
    rows = await db.fetch(
        """
        select session_id, user_id, contested, contested_at from class_mark
         where session_id = any($1) and contested is not null and answer is null
         order by contested_at, user_id
        """,
        list(class_ids),
    )
    return [Open(*row) for row in rows]
