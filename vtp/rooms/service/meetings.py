"""Meetings as those see and steer them who host: over HTTP, or as a participant in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.db import Database
from vtp.edge.sockets.channels import Sid
from vtp.errors import NotFound
from vtp.ids import MeetingId, RoomId
from vtp.media.sfu.figures import PeerFigures, PlaneFigures
from vtp.rooms import moves, rights
from vtp.rooms.facts import ParticipantId, Role, Track, TrackId
from vtp.rooms.media import Plane
from vtp.rooms.meeting import Meeting
from vtp.rooms.model import Attendee, Held, Seen, SeenMeeting
from vtp.rooms.problems import HostsOnly, MeetingOver, NoSuchParticipant
from vtp.rooms.service.catalogue import gate
from vtp.rooms.service.live import Live
from vtp.rooms.store import meetings as store
from vtp.rooms.store import rooms


@dataclass(frozen=True, slots=True)
class Measured:
    participants: dict[str, PeerFigures]
    plane: PlaneFigures | None


@dataclass(frozen=True, slots=True)
class _Yours:
    meeting: Held
    role: Role


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody who was in a meeting, and whether they are there now."""

    attendee: Attendee
    connection: str


class Meetings:
    def __init__(self, db: Database, *, live: Live, plane: Plane, clock: Clock) -> None:
        self._db = db
        self._live = live
        self._plane = plane
        self._clock = clock

    # --- what was held and goes on ------------------------------------------------------------
    async def get(self, actor: Actor, meeting_id: MeetingId) -> Held:
        """For everybody for whom the room is."""
        seen = await store.by_id(self._db, meeting_id=meeting_id, user_id=actor.user_id)
        return self._as_it_is(_gate(actor, seen).meeting)

    async def listed(
        self, actor: Actor, *, room_id: RoomId | None, before: MeetingId | None, limit: int
    ) -> list[Held]:
        """Newest first: of one room, or of all that one owns or belongs to."""
        if room_id is not None:
            gate(actor, await rooms.by_id(self._db, room_id=room_id, user_id=actor.user_id))
        found = await store.listed(
            self._db,
            user_id=actor.require_user(),
            everywhere=not rights.OVERSEERS.isdisjoint(actor.roles),
            room_id=room_id,
            before=before,
            limit=limit,
        )
        return [self._as_it_is(_gate(actor, one).meeting) for one in found]

    def _as_it_is(self, held: Held) -> Held:
        """Its end may not be written yet."""
        over = self._live.records.end_of(held.id)
        if held.ended_at is not None or over is None:
            return held
        return replace(held, ended_at=over.at, ended_how=over.how)

    async def end(self, actor: Actor, meeting_id: MeetingId) -> Held:
        """For everybody who is in it. Ending what has ended changes nothing."""
        held = await self._hosted(actor, meeting_id)
        if (meeting := self._live.get(meeting_id)) is not None:
            self._live.end(meeting, "ended")
            await self._live.records.flush()
        return await self.get(actor, held.id)

    # --- who is there -------------------------------------------------------------------------
    async def participants(
        self, actor: Actor, meeting_id: MeetingId, *, after: UUID | None, limit: int
    ) -> list[Listed]:
        """In the order of their coming."""
        await self._hosted(actor, meeting_id)
        found = await store.participants(self._db, meeting_id=meeting_id, after=after, limit=limit)
        here = meeting.state.participants if (meeting := self._live.get(meeting_id)) else {}
        return [Listed(one, here[one.id].connection if one.id in here else "gone") for one in found]

    async def remove(
        self, actor: Actor, meeting_id: MeetingId, participant_id: ParticipantId
    ) -> None:
        """A person with all their devices, until somebody lets them in again."""
        meeting, attendee = await self._somebody(actor, meeting_id, participant_id)
        self._remove(meeting, attendee.user_id)

    async def readmit(
        self, actor: Actor, meeting_id: MeetingId, participant_id: ParticipantId
    ) -> None:
        meeting, attendee = await self._somebody(actor, meeting_id, participant_id)
        meeting.do(moves.Readmit(attendee.user_id))
        self._live.records.removed(meeting.id, attendee.user_id, None)

    def _remove(self, meeting: Meeting, user_id: UUID) -> None:
        meeting.do(moves.Remove(user_id))
        self._live.changes += 1
        self._live.records.removed(meeting.id, user_id, self._clock.now())

    # --- what they send -----------------------------------------------------------------------
    async def tracks(self, actor: Actor, meeting_id: MeetingId) -> list[Track]:
        await self._hosted(actor, meeting_id)
        meeting = self._live.get(meeting_id)
        return list(meeting.state.tracks.values()) if meeting is not None else []

    async def mute(self, actor: Actor, meeting_id: MeetingId, track_id: TrackId) -> Track:
        """Forward nothing of it, whatever its sender does, until they go on themselves."""
        await self._hosted(actor, meeting_id)
        meeting = self._going_on(meeting_id)
        meeting.do(moves.Mute(track_id))
        return meeting.state.tracks[track_id]

    async def stats(self, actor: Actor, meeting_id: MeetingId) -> Measured:
        """What the media plane measures; of the plane itself for those who look after it all."""
        await self._hosted(actor, meeting_id)
        meeting = self._live.get(meeting_id)
        seats = meeting.seats.values() if meeting is not None else ()
        return Measured(
            {str(seat.participant_id): seat.peer.stats() for seat in seats},
            None if rights.OVERSEERS.isdisjoint(actor.roles) else self._plane.stats(),
        )

    # --- the same for a host who is in the class ----------------------------------------------
    def mute_from(self, sid: Sid, *, track_id: TrackId) -> None:
        self._hosted_from(sid).do(moves.Mute(track_id))

    def remove_from(self, sid: Sid, *, participant_id: ParticipantId) -> None:
        meeting = self._hosted_from(sid)
        if (found := meeting.state.participants.get(participant_id)) is None:
            raise NoSuchParticipant
        self._remove(meeting, found.user_id)

    def _hosted_from(self, sid: Sid) -> Meeting:
        meeting, seat = self._live.seated(sid)
        if not rights.may_host(meeting.state.participants[seat.participant_id].role):
            raise HostsOnly
        return meeting

    # --- gates --------------------------------------------------------------------------------
    async def seen(self, actor: Actor, meeting_id: MeetingId) -> tuple[Held, Role]:
        """And as what one is in its room."""
        seen = await store.by_id(self._db, meeting_id=meeting_id, user_id=actor.user_id)
        found = _gate(actor, seen)
        return found.meeting, found.role

    async def hosted(self, actor: Actor, meeting_id: MeetingId) -> Held:
        return await self._hosted(actor, meeting_id)

    async def _hosted(self, actor: Actor, meeting_id: MeetingId) -> Held:
        seen = await store.by_id(self._db, meeting_id=meeting_id, user_id=actor.user_id)
        found = _gate(actor, seen)
        if not rights.may_host(found.role):
            raise HostsOnly
        return found.meeting

    def _going_on(self, meeting_id: MeetingId) -> Meeting:
        if (meeting := self._live.get(meeting_id)) is None:
            raise MeetingOver
        return meeting

    async def _somebody(
        self, actor: Actor, meeting_id: MeetingId, participant_id: ParticipantId
    ) -> tuple[Meeting, Attendee]:
        await self._hosted(actor, meeting_id)
        attendee = await store.participant(
            self._db, meeting_id=meeting_id, participant_id=participant_id
        )
        if attendee is None:
            raise NoSuchParticipant
        return self._going_on(meeting_id), attendee


def _gate(actor: Actor, seen: SeenMeeting | None) -> _Yours:
    """A meeting is for whom its room is."""
    if seen is None:
        raise NotFound
    yours = gate(actor, Seen(seen.meeting.room, seen.member_as))
    return _Yours(seen.meeting, yours.role)
