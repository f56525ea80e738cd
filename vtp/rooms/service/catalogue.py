"""Rooms and who belongs to them. The gate of rooms is here: what is not for you, is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from vtp.accounts.model import User
from vtp.accounts.service import Accounts
from vtp.actor import SYSTEM, Actor
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import Forbidden, NotFound
from vtp.ids import RoomId, UserId, uuid7
from vtp.rooms import rights
from vtp.rooms.facts import SOURCES, RoomRole, Source
from vtp.rooms.model import Member, Room, Seen
from vtp.rooms.problems import HostsOnly, NoSuchPerson, OwnerIsHost, OwnerOnly
from vtp.rooms.rights import Access, Person
from vtp.rooms.service.chronicle import Chronicle
from vtp.rooms.service.standing import Standing
from vtp.rooms.store import rooms as store
from vtp.rooms.titles import title as cleaned

# A letter alone would list half the school.
_FEWEST_LETTERS = 2
_CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class Yours:
    """A room, and as what you are in it."""

    room: Room
    role: RoomRole


class Catalogue:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        accounts: Accounts,
        standing: Standing,
        chronicle: Chronicle,
    ) -> None:
        self._db = db
        self._clock = clock
        self._accounts = accounts
        self._standing = standing
        self._chronicle = chronicle

    async def create(
        self,
        actor: Actor,
        *,
        title: str,
        access: Access,
        member_sources: Sequence[Source],
        waiting_room: bool = False,
        member_chat: bool = True,
        member_private_chat: bool = True,
        records_itself: bool = False,
        records_cameras: bool = False,
    ) -> Yours:
        owner_id = actor.require_user()
        if not rights.may_make_rooms(Person(owner_id, actor.roles)):
            raise Forbidden
        room = Room(
            id=RoomId(uuid7()),
            title=cleaned(title),
            owner_id=owner_id,
            access=access,
            member_sources=_ordered(member_sources),
            created_at=self._clock.now(),
            waiting_room=waiting_room,
            member_chat=member_chat,
            member_private_chat=member_private_chat,
            records_itself=records_itself,
            records_cameras=records_cameras,
        )
        async with self._db.transaction() as tx:
            await store.insert(tx, room)
            await self._chronicle.room_made(tx, actor, room)
        return Yours(room, "host")

    async def get(self, actor: Actor, room_id: RoomId) -> Yours:
        return gate(actor, await store.by_id(self._db, room_id=room_id, user_id=actor.user_id))

    async def listed(self, actor: Actor, *, before: RoomId | None, limit: int) -> list[Yours]:
        """Newest first: what one owns or belongs to, and for those who look after the school all.

        A room that is open to the school is found by its link.
        """
        everywhere = not rights.OVERSEERS.isdisjoint(actor.roles)
        user_id = None if everywhere else actor.require_user()
        found = await store.listed(self._db, user_id=user_id, before=before, limit=limit)
        return [gate(actor, one) for one in found]

    async def change(
        self,
        actor: Actor,
        room_id: RoomId,
        *,
        title: str | None = None,
        access: Access | None = None,
        member_sources: Sequence[Source] | None = None,
        waiting_room: bool | None = None,
        member_chat: bool | None = None,
        member_private_chat: bool | None = None,
        records_itself: bool | None = None,
        records_cameras: bool | None = None,
    ) -> Yours:
        """None leaves it as it is. A class that goes on follows at once."""
        before = await self.hosted(actor, room_id)
        async with self._db.transaction() as tx:
            room = await store.change(
                tx,
                room_id=room_id,
                title=None if title is None else cleaned(title),
                access=access,
                member_sources=None if member_sources is None else _ordered(member_sources),
                waiting_room=waiting_room,
                member_chat=member_chat,
                member_private_chat=member_private_chat,
                records_itself=records_itself,
                records_cameras=records_cameras,
            )
            if room is None:
                raise NotFound
            await self._chronicle.room_changed(tx, actor, before.room, room)
        await self._standing.room_changed(room)
        return await self.get(actor, room_id)

    async def close(self, actor: Actor, room_id: RoomId) -> None:
        """For good: the class that goes on ends, and no other begins. What was held stays."""
        yours = await self.get(actor, room_id)
        if not rights.may_close(yours.room.place, _person(actor)):
            raise OwnerOnly
        at = self._clock.now()
        async with self._db.transaction() as tx:
            await store.close(tx, room_id=room_id, at=at)
            await self._chronicle.room_closed(tx, actor, yours.room)
        await self._standing.room_changed(replace(yours.room, closed_at=at))

    async def owner_name(self, room: Room) -> str:
        """For those who wait to be let in: whose room it is."""
        return (await self._accounts.people.by_id(SYSTEM, room.owner_id)).name

    async def candidates(self, actor: Actor, room_id: RoomId, *, words: str) -> list[User]:
        """People of the school whom a host may mean, by a part of a name or mail address."""
        await self.hosted(actor, room_id)
        wanted = words.strip()
        if len(wanted) < _FEWEST_LETTERS:
            return []
        people = self._accounts.people
        return await people.listed(SYSTEM, words=wanted, after=None, limit=_CANDIDATES)

    # --- members ------------------------------------------------------------------------------
    async def members(
        self, actor: Actor, room_id: RoomId, *, after: UUID | None, limit: int
    ) -> list[Member]:
        await self.hosted(actor, room_id)
        return await store.members(self._db, room_id=room_id, after=after, limit=limit)

    async def put_member(
        self, actor: Actor, room_id: RoomId, *, email: str, role: RoomRole
    ) -> Member:
        """Add somebody, or change what they are in this room."""
        yours = await self.hosted(actor, room_id)
        try:
            user = await self._accounts.administration.of_email(SYSTEM, email)
        except NotFound:
            raise NoSuchPerson from None
        if user.id == yours.room.owner_id:
            raise OwnerIsHost
        at = self._clock.now()
        async with self._db.transaction() as tx:
            await store.put_member(tx, room_id=room_id, user_id=user.id, role=role, at=at)
            await self._chronicle.member_put(tx, actor, yours.room, user.id, role)
        await self._standing.membership_changed(user.id)
        return Member(user_id=user.id, role=role, name=user.name, email=user.email, added_at=at)

    async def remove_member(self, actor: Actor, room_id: RoomId, user_id: UserId) -> None:
        """Who is in the class and has no other right to be there, is out at once."""
        yours = await self.hosted(actor, room_id)
        async with self._db.transaction() as tx:
            if not await store.remove_member(tx, room_id=room_id, user_id=user_id):
                raise NotFound
            await self._chronicle.member_removed(tx, actor, yours.room, user_id)
        await self._standing.membership_changed(user_id)

    async def hosted(self, actor: Actor, room_id: RoomId) -> Yours:
        yours = await self.get(actor, room_id)
        if not rights.may_host(yours.role):
            raise HostsOnly
        return yours


def gate(actor: Actor, seen: Seen | None) -> Yours:
    if seen is None:
        raise NotFound
    role = rights.role_in(seen.room.place, _person(actor, seen.member_as, seen.room))
    if role is None:
        raise NotFound
    return Yours(seen.room, role)


def _person(actor: Actor, member_as: RoomRole | None = None, room: Room | None = None) -> Person:
    guest = actor.guest is not None and room is not None and actor.guest.room_id == room.id
    return Person(actor.user_id, actor.roles, member_as, guest=guest)


def _ordered(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Each once, in the order in which they are always named."""
    return tuple(one for one in SOURCES if one in sources)
