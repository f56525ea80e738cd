"""Recordings of a school that players can play, without a class."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.support.application import Application, Person
from tests.support.film import Film
from vtp.db import Database
from vtp.ids import MeetingId, RecordingId, RoomId, UserId, uuid7
from vtp.recordings import store as recordings
from vtp.rooms.model import Room
from vtp.rooms.rights import Access
from vtp.rooms.store import meetings, rooms

_AT = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)


async def a_recording(
    application: Application, owner: Person, *, ended: bool = True, access: Access = "members"
) -> RecordingId:
    """Its row; the folder is `film`ed by the test."""
    db, owner_id = application.parts.db, owner.user.id
    return await a_row(db, owner_id, ended=ended, access=access)


async def a_row(
    db: Database, owner_id: UserId, *, ended: bool = True, access: Access = "members"
) -> RecordingId:
    room_id, meeting_id, made = RoomId(uuid7()), MeetingId(uuid7()), RecordingId(uuid7())
    room = Room(
        id=room_id,
        title="Algebra",
        owner_id=owner_id,
        access=access,
        member_sources=(),
        created_at=_AT,
    )
    async with db.transaction() as tx:
        await rooms.insert(tx, room)
        await meetings.insert(tx, meeting_id=meeting_id, room_id=room_id, started_at=_AT)
        await recordings.insert(
            tx,
            id=made,
            room_id=room_id,
            meeting_id=meeting_id,
            title="Algebra",
            started_by=owner_id,
            started_at=_AT,
        )
        if ended:
            await recordings.finish(tx, id=made, state="ready", reason="", at=_AT)
    return made


def folder(application: Application, id: RecordingId) -> Path:
    return application.parts.settings.recordings_dir / str(id)


def a_lesson(path: Path) -> Film:
    """A camera that comes late, goes and comes back smaller; a screen for a while; all voices."""
    return (
        Film(path)
        .voice("mix-opus", 0, 10, source="mix")
        .camera("cam", 0.5, 4)
        .camera("cam", 6, 4, width=160)
        .camera("screen", 3, 3, source="screen")
    )
