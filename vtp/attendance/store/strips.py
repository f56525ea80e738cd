"""What matrices and overviews read of marks: a row for each student, not one for each mark."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from vtp.attendance.strips import LETTERS, Strip, laid
from vtp.db import Db
from vtp.ids import ClassId, UserId


@dataclass(frozen=True, slots=True)
class Open:
    """A mark that a student does not agree with, and nobody has answered."""

    class_id: ClassId
    user_id: UserId
    text: str
    at: datetime


async def strips(
    db: Db, class_ids: Sequence[ClassId], *, user_id: UserId | None = None
) -> dict[UserId, Strip]:
    """Of everybody, or of one, over these classes in this order."""
    rows = await db.fetch(
        """
        select user_id, array_agg(place), string_agg(letter, ''), array_agg(need_ms)
          from (
            select user_id, (place - 1)::int as place, need_ms,
                   case when override is null then letter else upper(letter) end as letter
              from unnest($1::uuid[]) with ordinality held (session_id, place)
              join class_mark using (session_id)
              join unnest($3::text[], $4::text[]) known (mark, letter) using (mark)
             where $2::uuid is null or user_id = $2
          ) each
         group by user_id
        """,
        list(class_ids),
        user_id,
        list(LETTERS),
        list(LETTERS.values()),
    )
    return {
        user_id: laid(places, letters, needs, classes=len(class_ids))
        for user_id, places, letters, needs in rows
    }


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
