"""What courses ask of those above them; filled in by `app`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from vtp.db import Db
from vtp.ids import RoomId, UserId


class Classrooms(Protocol):
    """The rooms in which the classes of a section are held."""

    async def make(self, tx: Db, *, title: str, owner_id: UserId, at: datetime) -> RoomId: ...

    async def rename(self, tx: Db, room_id: RoomId, *, title: str) -> None: ...

    async def close(self, tx: Db, room_id: RoomId, *, at: datetime) -> None: ...

    async def seat(
        self,
        tx: Db,
        room_id: RoomId,
        *,
        hosts: Collection[UserId],
        members: Collection[UserId],
        at: datetime,
    ) -> frozenset[UserId]:
        """Exactly these belong to the room from now on. Who has another role than before."""

    async def changed(self, people: Collection[UserId]) -> None:
        """After the commit: whoever of them is in a class and may not be, is out at once."""
