"""Meetings as those see them who host: what goes on and was held, who was there, what is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from vtp.actor import Actor
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import MeetingId, RoomId
from vtp.media.sfu.figures import PeerFigures, PlaneFigures
from vtp.rooms import rights
from vtp.rooms.facts import RoomRole, Track
from vtp.rooms.media import Plane
from vtp.rooms.model import Attendee, Held, Seen, SeenMeeting
from vtp.rooms.problems import HostsOnly
from vtp.rooms.service.catalogue import gate
from vtp.rooms.service.chronicle import By
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
    role: RoomRole


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody who was in a meeting, and whether they are there now."""

    attendee: Attendee
    connection: str


class Meetings:
    def __init__(self, db: Database, *, live: Live, plane: Plane) -> None:
        self._db = db
        self._live = live
        self._plane = plane

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
        held = await self.hosted(actor, meeting_id)
        if (meeting := self._live.get(meeting_id)) is not None:
            self._live.end(meeting, "ended", By.of(actor))
            await self._live.records.flush()
        return await self.get(actor, held.id)

    # --- who is there -------------------------------------------------------------------------
    async def participants(
        self, actor: Actor, meeting_id: MeetingId, *, after: UUID | None, limit: int
    ) -> list[Listed]:
        """In the order of their coming."""
        await self.hosted(actor, meeting_id)
        found = await store.participants(self._db, meeting_id=meeting_id, after=after, limit=limit)
        here = meeting.state.participants if (meeting := self._live.get(meeting_id)) else {}
        return [Listed(one, here[one.id].connection if one.id in here else "gone") for one in found]

    # --- what they send -----------------------------------------------------------------------
    async def tracks(self, actor: Actor, meeting_id: MeetingId) -> list[Track]:
        await self.hosted(actor, meeting_id)
        meeting = self._live.get(meeting_id)
        return list(meeting.state.tracks.values()) if meeting is not None else []

    async def stats(self, actor: Actor, meeting_id: MeetingId) -> Measured:
        """What the media plane measures; of the plane itself for those who look after it all."""
        await self.hosted(actor, meeting_id)
        meeting = self._live.get(meeting_id)
        seats = meeting.seats.values() if meeting is not None else ()
        return Measured(
            {str(seat.participant_id): seat.peer.stats() for seat in seats},
            None if rights.OVERSEERS.isdisjoint(actor.roles) else self._plane.stats(),
        )

    # --- gates --------------------------------------------------------------------------------
    async def seen(self, actor: Actor, meeting_id: MeetingId) -> tuple[Held, RoomRole]:
        """And as what one is in its room."""
        seen = await store.by_id(self._db, meeting_id=meeting_id, user_id=actor.user_id)
        found = _gate(actor, seen)
        return found.meeting, found.role

    async def hosted(self, actor: Actor, meeting_id: MeetingId) -> Held:
        seen = await store.by_id(self._db, meeting_id=meeting_id, user_id=actor.user_id)
        found = _gate(actor, seen)
        if not rights.may_host(found.role):
            raise HostsOnly
        return found.meeting


def _gate(actor: Actor, seen: SeenMeeting | None) -> _Yours:
    """A meeting is for whom its room is."""
    if seen is None:
        raise NotFound
    yours = gate(actor, Seen(seen.meeting.room, seen.member_as))
    return _Yours(seen.meeting, yours.role)
