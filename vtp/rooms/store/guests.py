"""The rows of guests: people without an account, each in one room."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from vtp.db import Db
from vtp.ids import RoomId
from vtp.rooms.model import Room, Visitor
from vtp.rooms.store.rooms import room_of


async def insert(tx: Db, visitor: Visitor, *, pass_hash: bytes, created_at: datetime) -> None:
    await tx.execute(
        """
        insert into guest (id, room_id, name, pass_hash, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        visitor.id,
        visitor.room_id,
        visitor.name,
        pass_hash,
        created_at,
        visitor.expires_at,
    )


async def rename(tx: Db, guest_id: UUID, *, name: str) -> None:
    await tx.execute("update guest set name = $2 where id = $1", guest_id, name)


async def by_pass(db: Db, *, pass_hash: bytes, now: datetime) -> Visitor | None:
    """While the pass lasts and the room takes guests at all."""
    row = await db.fetchrow(
        """
        select guest.id, room_id, name, expires_at from guest join room on room.id = room_id
         where pass_hash = $1 and expires_at > $2 and guest_token is not null
        """,
        pass_hash,
        now,
    )
    return Visitor(**row) if row else None


async def by_id(db: Db, *, guest_id: UUID, now: datetime) -> Visitor | None:
    row = await db.fetchrow(
        """
        select guest.id, room_id, name, expires_at from guest join room on room.id = room_id
         where guest.id = $1 and expires_at > $2 and guest_token is not null
        """,
        guest_id,
        now,
    )
    return Visitor(**row) if row else None


async def still(db: Db, guest_ids: Collection[UUID], *, now: datetime) -> set[UUID]:
    """Whose passes hold."""
    rows = await db.fetch(
        """
        select guest.id from guest join room on room.id = room_id
         where guest.id = any($1) and expires_at > $2 and guest_token is not null
        """,
        list(guest_ids),
        now,
    )
    return {row["id"] for row in rows}


async def room_of_link(db: Db, *, token: str) -> Room | None:
    """The room that this link opens to guests."""
    row = await db.fetchrow("select * from room where guest_token = $1", token)
    return room_of(row) if row else None


async def set_link(tx: Db, *, room_id: RoomId, token: str | None) -> None:
    """Another link in place of the one before, or none."""
    await tx.execute("update room set guest_token = $2 where id = $1", room_id, token)
