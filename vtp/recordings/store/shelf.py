"""Recordings as they stand in the list of a person: with their rooms, and as what one sees them."""

from __future__ import annotations

from vtp.db import Db
from vtp.ids import RecordingId, UserId
from vtp.recordings.model import Listed
from vtp.recordings.store import recording_of


async def of_person(
    db: Db,
    *,
    user_id: UserId,
    everywhere: bool,
    words: str,
    binned: bool,
    before: RecordingId | None,
    limit: int,
) -> list[Listed]:
    """Of all rooms that somebody hosts or belongs to, newest first; in the bin those of hosts."""
    rows = await db.fetch(
        """
        select * from (
            select recording.*, room.title as room_title,
                   $2 or room.owner_id = $1 or coalesce(member.role = 'host', false) as host,
                   member.role is not null as member
              from recording join room on room.id = recording.room_id
                   left join room_member member
                     on member.room_id = room.id and member.user_id = $1
             where (recording.deleted_at is not null) = $3
               and ($4 = '' or position(lower($4) in lower(recording.title)) > 0
                    or position(lower($4) in lower(room.title)) > 0)
               and ($5::uuid is null or recording.id < $5)
        ) shown
         where host or (member and not $3 and visibility = 'room' and state <> 'failed')
         order by id desc limit $6
        """,
        user_id,
        everywhere,
        binned,
        words,
        before,
        limit,
    )
    return [Listed(recording_of(row), row["room_title"], row["host"]) for row in rows]
