"""Recordings of past classes of a demo: their rows, for files that are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vtp.db import Database, Db
from vtp.ids import MeetingId, RecordingId, RoomId, UserId
from vtp.recordings import store
from vtp.recordings.model import Chapter, Made
from vtp.recordings.port import Timetable
from vtp.recordings.store import chapters, made


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRecording:
    id: RecordingId
    room_id: RoomId
    meeting_id: MeetingId
    title: str
    by: UserId
    began_at: datetime
    ended_at: datetime
    bytes: int
    poster: Made
    chapters: Sequence[Chapter]


async def put_past_recordings(
    db: Database, timetable: Timetable, past: Iterable[PastRecording]
) -> None:
    """Each belongs to the class that was held then."""
    async with db.transaction() as tx:
        for one in past:
            await _put(tx, one)
            await timetable.recorded(tx, one.id, one.room_id, one.began_at)


async def _put(tx: Db, one: PastRecording) -> None:
    await store.insert(
        tx,
        id=one.id,
        room_id=one.room_id,
        meeting_id=one.meeting_id,
        title=one.title,
        started_by=one.by,
        started_at=one.began_at,
    )
    seconds = (one.ended_at - one.began_at).total_seconds()
    await store.set_size(tx, id=one.id, seconds=seconds, bytes=one.bytes)
    await store.finish(tx, id=one.id, state="ready", reason="", at=one.ended_at)
    await made.put(tx, id=one.id, made=one.poster, at=one.ended_at)
    await chapters.replace(tx, id=one.id, chapters=one.chapters)
