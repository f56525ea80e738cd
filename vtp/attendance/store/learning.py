"""The rows of what people opened and finished of courses."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from vtp.db import Db
from vtp.ids import CourseId, UserId


async def opened(db: Db, *, user_id: UserId, course_id: CourseId) -> dict[UUID, bool]:
    """What somebody opened of a course, and whether it is done."""
    rows = await db.fetch(
        """
        select item_id, done_at is not null as done from item_progress
         where course_id = $1 and user_id = $2
        """,
        course_id,
        user_id,
    )
    return {row["item_id"]: row["done"] for row in rows}


async def note(
    tx: Db, *, user_id: UserId, course_id: CourseId, item_id: UUID, at: datetime, done: bool | None
) -> None:
    """Opened; done or not done any more; None leaves that as it is."""
    await tx.execute(
        """
        insert into item_progress as known (user_id, item_id, course_id, opened_at, done_at)
        values ($1, $2, $3, $4::timestamptz, case when $5::boolean then $4::timestamptz end)
        on conflict (user_id, item_id) do update
           set done_at = case when $5 is null then known.done_at
                              when $5 then coalesce(known.done_at, excluded.done_at) end
        """,
        user_id,
        item_id,
        course_id,
        at,
        done,
    )


async def erase(tx: Db, *, user_id: UserId) -> None:
    await tx.execute("delete from item_progress where user_id = $1", user_id)


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    """What either has done, the one has done now."""
    await tx.execute(
        """
        insert into item_progress as kept (user_id, item_id, course_id, opened_at, done_at)
        select $2, item_id, course_id, opened_at, done_at from item_progress where user_id = $1
        on conflict (user_id, item_id) do update
           set opened_at = least(kept.opened_at, excluded.opened_at),
               done_at = least(kept.done_at, excluded.done_at)
        """,
        source,
        target,
    )
    await erase(tx, user_id=source)
