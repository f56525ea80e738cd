"""The rows of recordings and of their pauses."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from vtp.db import Db, Row
from vtp.ids import MeetingId, RecordingId, RoomId, UserId
from vtp.recordings.kinds import State, Visibility
from vtp.recordings.model import Pause, Recording


async def insert(
    tx: Db,
    *,
    id: RecordingId,
    room_id: RoomId,
    meeting_id: MeetingId,
    title: str,
    started_by: UserId | None,
    started_at: datetime,
) -> Recording | None:
    """None when this class is being recorded already."""
    row = await tx.fetchrow(
        """
        insert into recording (id, room_id, meeting_id, title, state, started_by, started_at)
        values ($1, $2, $3, $4, 'recording', $5, $6)
        on conflict (meeting_id) where state in ('recording', 'paused') do nothing
        returning *
        """,
        id,
        room_id,
        meeting_id,
        title,
        started_by,
        started_at,
    )
    return recording_of(row) if row else None


async def any_of(db: Db, *, meeting_id: MeetingId) -> bool:
    """Whether this class was ever recorded."""
    return bool(
        await db.fetchval("select exists (select from recording where meeting_id = $1)", meeting_id)
    )


async def by_id(db: Db, *, id: RecordingId) -> Recording | None:
    row = await db.fetchrow("select * from recording where id = $1", id)
    return recording_of(row) if row else None


async def by_ids(db: Db, *, ids: Collection[RecordingId]) -> list[Recording]:
    rows = await db.fetch("select * from recording where id = any($1)", list(ids))
    return [recording_of(row) for row in rows]


async def locked(tx: Db, *, id: RecordingId) -> Recording | None:
    row = await tx.fetchrow("select * from recording where id = $1 for update", id)
    return recording_of(row) if row else None


async def of_room(
    db: Db, *, room_id: RoomId, hosts: bool, before: RecordingId | None, limit: int
) -> list[Recording]:
    """Newest first, without what was deleted; those of hosts alone only when asked for."""
    rows = await db.fetch(
        """
        select * from recording
         where room_id = $1 and deleted_at is null
           and ($2 or (visibility = 'room' and state <> 'failed'))
           and ($3::uuid is null or id < $3)
         order by id desc limit $4
        """,
        room_id,
        hosts,
        before,
        limit,
    )
    return [recording_of(row) for row in rows]


async def of_person(
    db: Db, *, user_id: UserId, everywhere: bool, before: RecordingId | None, limit: int
) -> list[Recording]:
    """Of all rooms that somebody hosts or belongs to, newest first."""
    rows = await db.fetch(
        """
        select recording.*
          from recording join room on room.id = recording.room_id
               left join room_member member
                 on member.room_id = room.id and member.user_id = $1
         where recording.deleted_at is null
           and ($2 or room.owner_id = $1 or member.role = 'host'
                or (member.role is not null and recording.visibility = 'room'
                    and recording.state <> 'failed'))
           and ($3::uuid is null or recording.id < $3)
         order by recording.id desc limit $4
        """,
        user_id,
        everywhere,
        before,
        limit,
    )
    return [recording_of(row) for row in rows]


async def unfinished(db: Db) -> list[Recording]:
    rows = await db.fetch(
        """
        select * from recording
         where state in ('recording', 'paused', 'processing') order by id
        """
    )
    return [recording_of(row) for row in rows]


async def set_state(
    tx: Db, *, id: RecordingId, state: State, stopped_at: datetime | None = None
) -> Recording | None:
    """What has ended stays as it ended: the recorder may be done before a stop is written."""
    row = await tx.fetchrow(
        """
        update recording
           set state = case when state in ('ready', 'failed') then state else $2 end,
               stopped_at = coalesce(stopped_at, $3)
         where id = $1 returning *
        """,
        id,
        state,
        stopped_at,
    )
    return recording_of(row) if row else None


async def set_size(db: Db, *, id: RecordingId, seconds: float, bytes: int) -> None:
    await db.execute(
        "update recording set seconds = $2, bytes = $3 where id = $1", id, seconds, bytes
    )


async def set_bytes(tx: Db, *, id: RecordingId, bytes: int) -> None:
    """Of what goes on no more: the recorder tells the rest."""
    await tx.execute(
        """
        update recording set bytes = $2
         where id = $1 and bytes <> $2 and state in ('ready', 'failed')
        """,
        id,
        bytes,
    )


async def finish(
    tx: Db, *, id: RecordingId, state: State, reason: str, at: datetime
) -> Recording | None:
    """Once: what has ended stays as it ended. What failed with something written can be played."""
    row = await tx.fetchrow(
        """
        update recording
           set state = case when $2 = 'failed' and bytes > 0 then 'ready' else $2 end,
               reason = $3, stopped_at = coalesce(stopped_at, $4)
         where id = $1 and state in ('recording', 'paused', 'processing')
        returning *
        """,
        id,
        state,
        reason,
        at,
    )
    return recording_of(row) if row else None


async def change(
    tx: Db,
    *,
    id: RecordingId,
    title: str | None,
    visibility: Visibility | None,
    downloads: bool | None = None,
) -> Recording | None:
    """What is None stays as it is."""
    row = await tx.fetchrow(
        """
        update recording
           set title = coalesce($2, title), visibility = coalesce($3, visibility),
               downloads = coalesce($4, downloads)
         where id = $1 returning *
        """,
        id,
        title,
        visibility,
        downloads,
    )
    return recording_of(row) if row else None


async def set_deleted(tx: Db, *, id: RecordingId, at: datetime | None) -> Recording | None:
    row = await tx.fetchrow(
        "update recording set deleted_at = $2 where id = $1 returning *", id, at
    )
    return recording_of(row) if row else None


async def expire(tx: Db, *, before: datetime, at: datetime) -> int:
    """Into the bin with what ended before; how many that were."""
    tag = await tx.execute(
        """
        update recording set deleted_at = $2
         where stopped_at < $1 and deleted_at is null and state in ('ready', 'failed')
        """,
        before,
        at,
    )
    return int(tag.rpartition(" ")[2])


async def deleted_before(db: Db, *, before: datetime, limit: int) -> list[RecordingId]:
    rows = await db.fetch(
        """
        select id from recording where deleted_at < $1 order by deleted_at limit $2
        """,
        before,
        limit,
    )
    return [RecordingId(row["id"]) for row in rows]


async def remove(tx: Db, *, id: RecordingId) -> None:
    await tx.execute("delete from recording where id = $1", id)


# --- pauses -----------------------------------------------------------------------------------
async def pauses(db: Db, *, id: RecordingId) -> list[Pause]:
    rows = await db.fetch(
        "select since, until from recording_pause where recording_id = $1 order by since", id
    )
    return [Pause(row["since"], row["until"]) for row in rows]


async def add_pause(tx: Db, *, id: RecordingId, since: datetime) -> None:
    await tx.execute("insert into recording_pause (recording_id, since) values ($1, $2)", id, since)


async def end_pause(tx: Db, *, id: RecordingId, until: datetime) -> None:
    await tx.execute(
        """
        update recording_pause set until = greatest(since, $2)
         where recording_id = $1 and until is null
        """,
        id,
        until,
    )


def recording_of(row: Row) -> Recording:
    return Recording(
        id=RecordingId(row["id"]),
        room_id=RoomId(row["room_id"]),
        meeting_id=MeetingId(row["meeting_id"]),
        title=row["title"],
        state=row["state"],
        reason=row["reason"],
        visibility=row["visibility"],
        started_by=UserId(row["started_by"]) if row["started_by"] else None,
        started_at=row["started_at"],
        stopped_at=row["stopped_at"],
        seconds=row["seconds"],
        bytes=row["bytes"],
        downloads=row["downloads"],
        deleted_at=row["deleted_at"],
    )


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    await tx.execute("update recording set started_by = $2 where started_by = $1", source, target)


async def names(db: Db, *, meeting_id: MeetingId) -> dict[str, str]:
    """How those were called who took part in a class."""
    rows = await db.fetch("select id, name from participant where meeting_id = $1", meeting_id)
    return {str(row["id"]): row["name"] for row in rows}
