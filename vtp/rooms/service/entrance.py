"""Coming in, coming back and leaving. Every right is asked here first, and again if it changed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta

from vtp.accounts.service.people import People
from vtp.actor import SYSTEM, Actor, Guest
from vtp.courses.service.doors import Door
from vtp.db import Database
from vtp.edge.sockets.channels import Sid
from vtp.errors import NotFound, Unavailable
from vtp.ids import RoomId, UserId, uuid7
from vtp.media.rtp.ortc_types import RtpCapabilities
from vtp.rooms import moves, rights
from vtp.rooms.facts import AnyEvent, Participant, ParticipantId, Role, RoomRole, Source
from vtp.rooms.media import Plane
from vtp.rooms.meeting import Meeting, Seat
from vtp.rooms.model import Room, joined
from vtp.rooms.order import Order
from vtp.rooms.problems import (
    AlreadyInMeeting,
    MeetingOver,
    MustWait,
    NotOpenYet,
    RoomClosed,
    RoomFull,
)
from vtp.rooms.rights import Person
from vtp.rooms.service.chronicle import Departure
from vtp.rooms.service.live import Live
from vtp.rooms.store import guests, meetings, rooms

# How often somebody who comes in while rights change around them is looked at anew.
_TRIES = 5


class IceServer(msgspec.Struct, frozen=True, kw_only=True):
    """A relay that a browser may use, with credentials that last for one class."""

    urls: Annotated[list[str], Meta(examples=[["turn:class.example.org:3478"]])]
    username: str = ""
    credential: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody gets who is in."""

    meeting: Meeting
    me: Participant
    token: str
    resumed: bool
    missed: Sequence[AnyEvent]
    capabilities: RtpCapabilities
    ice_servers: Sequence[IceServer]
    publish: Sequence[Source]


@dataclass(frozen=True, slots=True)
class Place:
    """Since when somebody waits; None who need not."""

    since: datetime | None


class Doors(Protocol):
    """When rooms open; `courses` answers."""

    async def door(self, room_id: RoomId, *, at: datetime) -> Door: ...


class _Changed(Exception):
    """Rights changed while somebody came in, or there is no such place any more."""


@dataclass(frozen=True, slots=True)
class _Admitted:
    room: Room
    person: UUID
    guest: bool
    name: str
    role: RoomRole


class Entrance:
    def __init__(
        self,
        db: Database,
        *,
        live: Live,
        people: People,
        plane: Plane,
        ice_servers: Callable[[UserId], Sequence[IceServer]],
    ) -> None:
        self._db = db
        self._live = live
        self._people = people
        self._plane = plane
        self._ice_servers = ice_servers
        self._doors: Doors | None = None

    def open_by(self, doors: Doors) -> None:
        """Classes are planned: rooms open for them."""
        self._doors = doors

    async def join(
        self, actor: Actor, sid: Sid, *, room_id: RoomId, token: str = "", seen: int = 0
    ) -> Entry:
        """With a `token` from before as the same participant, while the place is kept.

        `seen` is the number of the last event that they know of.
        """
        if (place := self._live.place_of(sid)) is not None:
            return self._still_in(actor, place, room_id=room_id, token=token, seen=seen)
        back = await self._come_back(actor, sid, room_id=room_id, token=token)
        if back is not None:
            meeting, me = back
            return self._entry(meeting, me, token, resumed=True, seen=seen)
        for _ in range(_TRIES):
            try:
                return await self._come_in(actor, sid, room_id)
            except (_Changed, MeetingOver):  # ended at this very moment: another one begins
                continue
        raise Unavailable(retry_after=1)

    def _still_in(
        self,
        actor: Actor,
        place: tuple[Meeting, Seat],
        *,
        room_id: RoomId,
        token: str,
        seen: int,
    ) -> Entry:
        """They missed something, and prove that they mean the place that they have."""
        meeting, seat = place
        mine = meeting.state.holder(_hashed(token), actor.require_user()) == seat.participant_id
        if meeting.room.id != room_id or not mine:
            raise AlreadyInMeeting
        me = meeting.state.participants[seat.participant_id]
        return self._entry(meeting, me, token, resumed=True, seen=seen)

    async def _come_in(self, actor: Actor, sid: Sid, room_id: RoomId) -> Entry:
        changes = self._live.changes
        admitted = await self._admit(actor, room_id)
        meeting = await self._open(admitted)
        token, move = _ticket(admitted)
        meeting.check(move)
        async with self._recorded(meeting, move), self._hearing(sid, meeting):
            if changes != self._live.changes:
                raise _Changed
            me = meeting.join(move, sid=sid, credential_id=actor.credential_id)
        self._sit(sid, meeting, meeting.seats[me.id])
        return self._entry(meeting, me, token, resumed=False, seen=0)

    async def _come_back(
        self, actor: Actor, sid: Sid, *, room_id: RoomId, token: str
    ) -> tuple[Meeting, Participant] | None:
        """Without the database: it may be away, and the class goes on."""
        meeting = self._live.in_room(room_id)
        if meeting is None or not token:
            return None
        try:
            async with self._hearing(sid, meeting):
                participant_id = _holder(meeting, token, actor)
                me = meeting.resume(participant_id, sid=sid, credential_id=actor.credential_id)
        except (_Changed, MeetingOver):
            return None
        self._sit(sid, meeting, meeting.seats[participant_id])
        return meeting, me

    def _sit(self, sid: Sid, meeting: Meeting, seat: Seat) -> None:
        """A socket that ended meanwhile was told of before it had a place: it is cut off now."""
        self._live.waits_no_more(sid, for_good=True)
        self._live.sits(sid, meeting, seat)
        if not self._live.outside.audience.here(sid):
            self._live.gone(sid)

    async def _admit(self, actor: Actor, room_id: RoomId) -> _Admitted:
        """Whoever has no right to be here, finds no room."""
        if actor.guest is not None:
            return await self._admit_guest(actor.guest, room_id)
        user_id = actor.require_user()
        seen = await rooms.by_id(self._db, room_id=room_id, user_id=user_id)
        user = await self._people.by_id(SYSTEM, user_id)
        if seen is None or user.disabled_at is not None:
            raise NotFound
        role = rights.role_in(seen.room.place, Person(user_id, user.roles, seen.member_as))
        return _admitted(seen.room, role, user_id, user.name, guest=False)

    async def _admit_guest(self, guest: Guest, room_id: RoomId) -> _Admitted:
        now = self._live.outside.clock.now()
        visitor = await guests.by_id(self._db, guest_id=guest.id, now=now)
        seen = await rooms.by_id(self._db, room_id=room_id, user_id=None)
        if seen is None or visitor is None or visitor.room_id != room_id:
            raise NotFound
        role = rights.role_in(seen.room.place, Person(None, frozenset(), guest=True))
        return _admitted(seen.room, role, visitor.id, visitor.name, guest=True)

    async def _require_open(self, room_id: RoomId) -> None:
        """What goes on is open to all members; only staff begin a class before its time."""
        if self._doors is None:
            return
        door = await self._doors.door(room_id, at=self._live.outside.clock.now())
        if not door.open:
            opens_at = door.opens_at.isoformat() if door.opens_at else None
            raise NotOpenYet(more={"opens_at": opens_at})

    async def _open(self, admitted: _Admitted) -> Meeting:
        """A class that nobody may begin who comes now, is not begun by them."""
        begun = self._live.in_room(admitted.room.id) is not None
        if not begun and _has_to_wait(admitted):
            raise MustWait
        if not begun and not rights.is_staff(admitted.role):
            await self._require_open(admitted.room.id)
        if self._plane.full():
            raise RoomFull(retry_after=30)
        return await self._live.open(admitted.room)

    @asynccontextmanager
    async def _recorded(self, meeting: Meeting, move: moves.Join) -> AsyncIterator[None]:
        """The row comes first: presence refers to it."""
        now = self._live.outside.clock.now()
        attendee, first = joined(move, now), meeting.fresh
        async with self._db.transaction() as tx:
            if not await meetings.insert_participant(tx, meeting.id, attendee):
                raise _Changed
            if first:
                await meetings.begin(tx, meeting_id=meeting.id, at=now)
                await self._live.chronicle.began(tx, meeting.id, meeting.room, now)
            await self._live.chronicle.joined(tx, meeting.id, meeting.room, attendee)
        try:
            yield
            if first:
                meeting.started_at = now
        except BaseException:
            async with self._db.transaction() as tx:
                await meetings.forget_participant(tx, attendee.id)
                gone = Departure(
                    meeting_id=meeting.id,
                    room=meeting.room,
                    person=attendee.person,
                    guest=attendee.guest,
                    how="lost",
                    at=now,
                )
                await self._live.chronicle.left(tx, attendee.id, gone)
            raise

    @asynccontextmanager
    async def _hearing(self, sid: Sid, meeting: Meeting) -> AsyncIterator[None]:
        """In the channel first, so that no change after the answer can be missed."""
        await self._live.enter(sid, meeting)
        try:
            yield
        except BaseException:
            await self._live.leave(sid, meeting)
            raise

    def _entry(
        self, meeting: Meeting, me: Participant, token: str, *, resumed: bool, seen: int
    ) -> Entry:
        return Entry(
            meeting=meeting,
            me=me,
            token=token,
            resumed=resumed,
            missed=(meeting.ring.since(seen) or ()) if resumed else (),
            capabilities=meeting.capabilities,
            ice_servers=self._ice_servers(UserId(me.user_id)),
            publish=rights.publishable(me.role, meeting.state.member_sources),
        )

    async def leave(self, sid: Sid) -> None:
        """By themselves, at once and for good; also who only waits."""
        if self._live.is_outside(sid):
            self._live.waits_no_more(sid, for_good=True)
            return
        meeting, seat = self._live.seated(sid)
        meeting.do(moves.Leave(seat.participant_id))
        # A hand that is down must not be up again after a crash.
        await self._live.keeping.catch_up(meeting)

    async def raise_hand(self, sid: Sid, *, raised: bool) -> None:
        meeting, seat = self._live.seated(sid)
        await self._live.keeping.do(meeting, moves.RaiseHand(seat.participant_id, raised))

    # --- who has to be let in -----------------------------------------------------------------
    async def wait(self, actor: Actor, sid: Sid, *, room_id: RoomId) -> Place:
        """Stand before the door. They hear when they are let in or turned away, and nothing else.

        Whoever need not wait is told so and joins.
        """
        if self._live.place_of(sid) is not None:
            raise AlreadyInMeeting
        admitted = await self._admit(actor, room_id)
        meeting = await self._live.open(admitted.room)
        if not _has_to_wait(admitted, meeting):
            return Place(None)
        self._live.waits_no_more(sid, for_good=True)  # elsewhere
        self._live.waits(sid, meeting, admitted.person)
        move = moves.Wait(person=admitted.person, name=admitted.name, guest=admitted.guest)
        try:
            await self._live.keeping.do(meeting, move)
        except BaseException:
            self._live.waits_no_more(sid, for_good=True)
            raise
        if not self._live.outside.audience.here(sid):
            self._live.gone(sid)
        stand = meeting.state.order.of(admitted.person)
        return Place(stand.waiting_since if stand is not None else None)


def _admitted(
    room: Room, role: RoomRole | None, person: UUID, name: str, *, guest: bool
) -> _Admitted:
    if role is None:
        raise NotFound
    if room.closed_at is not None:
        raise RoomClosed
    return _Admitted(room, person, guest, name, role)


def _has_to_wait(admitted: _Admitted, meeting: Meeting | None = None) -> bool:
    order = meeting.state.order if meeting is not None else Order()
    role: Role = "cohost" if order.cohost(admitted.person) else admitted.role
    return rights.has_to_wait(
        role,
        waiting_room=admitted.room.waiting_room,
        admitted=order.admitted(admitted.person),
    )


def _holder(meeting: Meeting, token: str, actor: Actor) -> ParticipantId:
    found = meeting.state.holder(_hashed(token), actor.person_id)
    if found is None:
        raise _Changed
    return found


def _ticket(admitted: _Admitted) -> tuple[str, moves.Join]:
    token = secrets.token_urlsafe(24)
    return token, moves.Join(
        participant_id=ParticipantId(uuid7()),
        user_id=admitted.person,
        guest=admitted.guest,
        name=admitted.name,
        role=admitted.role,
        token_hash=_hashed(token),
    )


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
