"""Classes as recordings see them (`vtp.recordings.port.Stage`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from vtp.actor import Actor
from vtp.db import Database
from vtp.ids import MeetingId, RoomId
from vtp.recordings.kinds import Role
from vtp.recordings.port import Sent, Shown
from vtp.rooms import moves
from vtp.rooms.effects import pinned
from vtp.rooms.service.live import Live
from vtp.rooms.service.roles import Roles
from vtp.rooms.store import rooms


class RecordedClasses:
    def __init__(self, db: Database, *, live: Live) -> None:
        self._db = db
        self._live = live

    async def role(self, actor: Actor, room_id: RoomId) -> Role | None:
        return await Roles(self._db).role(actor, room_id)

    async def titles(self, room_ids: Collection[RoomId]) -> Mapping[RoomId, str]:
        return await rooms.titles(self._db, room_ids=room_ids)

    def class_of(self, room_id: RoomId) -> tuple[MeetingId, str] | None:
        meeting = self._live.in_room(room_id)
        if meeting is None or meeting.fresh:
            return None  # people wait outside at most
        return meeting.id, meeting.room.title

    def records_itself(self, meeting_id: MeetingId) -> tuple[RoomId, str] | None:
        meeting = self._live.get(meeting_id)
        if meeting is None or not meeting.room.records_itself or meeting.state.over is not None:
            return None
        return meeting.room.id, meeting.room.title

    def going_on(self) -> Sequence[MeetingId]:
        return [meeting.id for meeting in self._live]

    def sent(self, meeting_id: MeetingId) -> Sequence[Sent]:
        meeting = self._live.get(meeting_id)
        if meeting is None:
            return []
        return [meeting.sent(track) for track in meeting.state.tracks.values()]

    def kept_large(self, meeting_id: MeetingId) -> Collection[str]:
        meeting = self._live.get(meeting_id)
        if meeting is None:
            return ()
        return {str(one) for one in pinned(meeting.state)}

    def show(self, meeting_id: MeetingId, shown: Shown) -> None:
        meeting = self._live.get(meeting_id)
        if meeting is not None and meeting.state.over is None:
            meeting.do(moves.ShowRecording(shown))
