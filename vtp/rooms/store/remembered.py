"""What is shown of a meeting beside its recording: what was said to all, and who was who."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from vtp.db import Db
from vtp.ids import MeetingId
from vtp.recordings.port import Message


async def messages(
    db: Db, *, meeting_id: MeetingId, since: datetime, until: datetime, limit: int
) -> list[Message]:
    """Without private ones, and without what was taken back."""
    rows = await db.fetch(
        """
        select message.*, answered.author_name as answers
          from chat_message message left join chat_message answered
               on answered.id = message.reply_to and answered.deleted_at is null
         where message.meeting_id = $1 and message.to_id is null and message.deleted_at is null
           and message.sent_at between $2 and $3
         order by message.id limit $4
        """,
        meeting_id,
        since,
        until,
        limit,
    )
    return [
        Message(
            id=row["id"],
            person=row["author_id"],
            name=row["author_name"],
            host=row["author_role"] != "member",
            at=row["sent_at"],
            text=row["text"],
            image=row["image_id"] is not None,
            answers=row["answers"] or "",
        )
        for row in rows
    ]


async def people(db: Db, *, meeting_id: MeetingId) -> dict[UUID, tuple[UUID, str, bool]]:
    """By participant: the person, the name, and whether they hosted."""
    rows = await db.fetch(
        """
        select id, coalesce(user_id, guest_id) as person, name, role = 'host' as host
          from participant where meeting_id = $1
        """,
        meeting_id,
    )
    return {row["id"]: (row["person"], row["name"], row["host"]) for row in rows}
