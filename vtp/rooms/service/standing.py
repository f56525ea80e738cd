"""Whether those who are in may still be there, asked again when a right may have changed."""

from __future__ import annotations

from uuid import UUID

import structlog

from vtp.accounts.model import User
from vtp.accounts.service.people import People
from vtp.actor import SYSTEM, Actor
from vtp.db import Database
from vtp.edge.sockets.channels import Sid
from vtp.edge.sockets.endings import UNLOADED, Ending
from vtp.errors import NotFound, Unavailable
from vtp.ids import UserId
from vtp.rooms import moves, rights
from vtp.rooms.facts import RoomRole
from vtp.rooms.meeting import Meeting
from vtp.rooms.model import Room
from vtp.rooms.rights import Person
from vtp.rooms.service.live import Live
from vtp.rooms.store import rooms

_log = structlog.get_logger()


class Standing:
    def __init__(self, db: Database, *, live: Live, people: People) -> None:
        self._db = db
        self._live = live
        self._people = people
        # Who is to be looked at again; the database may be away when we are told.
        self._unsure: set[UserId] = set()

    # --- what is heard of others --------------------------------------------------------------
    def on_gone(self, sid: Sid, _actor: Actor, how: Ending) -> None:
        """A socket has ended (`edge.sockets`)."""
        # A page that is closed has no time to say more; browsers say that much for it.
        user_id = self._live.gone(sid, for_good=how is UNLOADED)
        if user_id is not None:
            self._unsure.add(user_id)  # it may have ended because the person may be here no more

    async def on_ended(self, user_id: UserId, credential_id: UUID | None) -> None:
        """Somebody was signed out (`accounts`): what they opened with that ends at once."""
        self._live.changes += 1
        for meeting in self._live:
            for seat in meeting.of_user(user_id):
                if credential_id is None or seat.credential_id == credential_id:
                    meeting.leave(seat, moves.Leave(seat.participant_id, "signed_out"))

    async def on_changed(self, user_id: UserId) -> None:
        """The roles of somebody changed (`accounts`)."""
        self._live.changes += 1
        self._unsure.add(user_id)
        await self.look_again()

    async def room_changed(self, room: Room) -> None:
        """What the room says has changed: everybody in it is asked about again."""
        if (meeting := self._live.room_changed(room)) is not None:
            await self._live.keeping.catch_up(meeting)
            self._unsure.update(seat.user_id for seat in meeting.seats.values())
            await self.look_again()

    async def membership_changed(self, user_id: UserId) -> None:
        await self.on_changed(user_id)

    # --- what follows -------------------------------------------------------------------------
    async def look_again(self) -> None:
        """While the database is away all stay, and are looked at when it is back."""
        for user_id in list(self._unsure):
            try:
                await self._look_at(user_id)
            except Unavailable as problem:
                _log.warning("rooms.standing_waits", code=problem.code, people=len(self._unsure))
                return
            self._unsure.discard(user_id)

    async def _look_at(self, user_id: UserId) -> None:
        where = [meeting for meeting in self._live if meeting.of_user(user_id)]
        if not where:
            return
        if any(seat.guest for meeting in where for seat in meeting.of_user(user_id)):
            for meeting in where:
                _follow(meeting, user_id, "member" if meeting.room.place.guests else None)
            return
        user = await self._user(user_id)
        for meeting in where:
            role = await self._role(user, meeting.room) if user is not None else None
            _follow(meeting, user_id, role)

    async def _user(self, user_id: UserId) -> User | None:
        try:
            user = await self._people.by_id(SYSTEM, user_id)
        except NotFound:
            return None
        return user if user.disabled_at is None else None

    async def _role(self, user: User, room: Room) -> RoomRole | None:
        member_as = await rooms.role_of(self._db, room_id=room.id, user_id=user.id)
        return rights.role_in(room.place, Person(user.id, user.roles, member_as))


def _follow(meeting: Meeting, user_id: UserId, role: RoomRole | None) -> None:
    for seat in meeting.of_user(user_id):
        if role is None:
            meeting.leave(seat, moves.Leave(seat.participant_id, "not_allowed"))
        elif seat.participant_id in meeting.seats:
            meeting.do(moves.ChangeRole(seat.participant_id, role))
