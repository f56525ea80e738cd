"""The rows that rooms and recordings ask for: which classes a room has, which was recorded."""

from __future__ import annotations

from datetime import datetime

from vtp.db import Db
from vtp.ids import ClassId, RecordingId, RoomId, SectionId


async def windows(
    db: Db, room_id: RoomId, *, since: datetime, limit: int = 20
) -> list[tuple[ClassId, datetime, datetime, str]]:
    """Of the classes in a room that end after `since`, in order: their times and titles."""
    rows = await db.fetch(
        """
        select id, starts_at, ends_at, title from class_session
         where room_id = $1 and cancelled is null and ends_at > $2
         order by starts_at limit $3
        """,
        room_id,
        since,
        limit,
    )
    return [(row["id"], row["starts_at"], row["ends_at"], row["title"]) for row in rows]


async def section_of_room(db: Db, room_id: RoomId) -> SectionId | None:
    found: SectionId | None = await db.fetchval(
        "select id from section where room_id = $1", room_id
    )
    return found


async def put_recording(tx: Db, *, recording_id: RecordingId, class_id: ClassId) -> None:
    await tx.execute(
        "insert into class_recording (recording_id, session_id) values ($1, $2)"
        " on conflict do nothing",
        recording_id,
        class_id,
    )
