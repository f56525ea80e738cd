"""What recordings take, by kind, by place, and which of them take the most."""

from __future__ import annotations

from vtp.db import Db, Row
from vtp.ids import RecordingId
from vtp.recordings.model import Large, Place


async def kinds(db: Db) -> list[tuple[str, int]]:
    """Bytes of what was made of them, by what it is; the largest first."""
    rows = await db.fetch(
        """
        select kind, sum(bytes)::bigint as bytes from recording_file
         group by kind order by bytes desc, kind
        """
    )
    return [(row["kind"], row["bytes"]) for row in rows]


async def places(db: Db, *, limit: int) -> list[Place]:
    """Rooms, with the course whose classes are held there; those that take the most first."""
    rows = await db.fetch(
        """
        with made as (
            select recording_id, sum(bytes) as bytes from recording_file group by recording_id
        )
        select room.title as room, coalesce(course.title, '') as course,
               count(*) as recordings,
               sum(recording.bytes + coalesce(made.bytes, 0))::bigint as bytes
          from recording join room on room.id = recording.room_id
               left join made on made.recording_id = recording.id
               left join section on section.room_id = room.id
               left join course on course.id = section.course_id
         group by room.id, room.title, course.title
         order by bytes desc, room.id limit $1
        """,
        limit,
    )
    return [Place(row["course"], row["room"], row["recordings"], row["bytes"]) for row in rows]


async def largest(db: Db, *, limit: int) -> list[Large]:
    rows = await db.fetch(
        """
        with made as (
            select recording_id, sum(bytes) as bytes from recording_file group by recording_id
        )
        select recording.id, recording.title, recording.started_at, recording.seconds,
               recording.deleted_at, room.title as room,
               (recording.bytes + coalesce(made.bytes, 0))::bigint as taken
          from recording join room on room.id = recording.room_id
               left join made on made.recording_id = recording.id
         order by taken desc, recording.id limit $1
        """,
        limit,
    )
    return [_large(row) for row in rows]


async def ended(db: Db, *, turn: int, turns: int) -> list[RecordingId]:
    """One of so many shares of what goes on no more."""
    rows = await db.fetch(
        """
        select id from recording
         where state in ('ready', 'failed') and mod(abs(hashtext(id::text)::bigint), $2) = $1
         order by id
        """,
        turn,
        turns,
    )
    return [RecordingId(row["id"]) for row in rows]


def _large(row: Row) -> Large:
    return Large(
        id=RecordingId(row["id"]),
        title=row["title"],
        room=row["room"],
        started_at=row["started_at"],
        seconds=row["seconds"],
        bytes=row["taken"],
        binned=row["deleted_at"] is not None,
    )
