"""The rooms of courses, as those ask for them (`vtp.courses.port.Classrooms`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from vtp.db import Db
from vtp.ids import RoomId, UserId, uuid7
from vtp.rooms import rights
from vtp.rooms.model import Room
from vtp.rooms.store import rooms as store


class OnChanged(Protocol):
    """Who has to be told that somebody may be where they may not be."""

    async def __call__(self, user_id: UserId, /) -> None: ...


async def nobody(_user_id: UserId, /) -> None:
    """For a process that holds no classes."""


class Classrooms:
    def __init__(self, *, on_changed: OnChanged = nobody) -> None:
        self._on_changed = on_changed

    async def make(self, tx: Db, *, title: str, owner_id: UserId, at: datetime) -> RoomId:
        room = Room(
            id=RoomId(uuid7()),
            title=title[:200],
            owner_id=owner_id,
            access="members",
            member_sources=rights.USUAL,
            created_at=at,
        )
        await store.insert(tx, room)
        return room.id

    async def rename(self, tx: Db, room_id: RoomId, *, title: str) -> None:
        await store.rename(tx, room_id=room_id, title=title[:200])

    async def give(self, tx: Db, room_id: RoomId, *, owner_id: UserId) -> None:
        await store.give(tx, room_id=room_id, owner_id=owner_id)

    async def close(self, tx: Db, room_id: RoomId, *, at: datetime) -> None:
        await store.close(tx, room_id=room_id, at=at)

    async def seat(
        self,
        tx: Db,
        room_id: RoomId,
        *,
        hosts: Collection[UserId],
        members: Collection[UserId],
        at: datetime,
    ) -> frozenset[UserId]:
        """Whoever was added by hand in the room itself does not stay: the section decides."""
        return await store.set_members(tx, room_id=room_id, hosts=hosts, members=members, at=at)

    async def changed(self, people: Collection[UserId]) -> None:
        for user_id in people:
            await self._on_changed(user_id)
