"""The room of the demo, made without the rest of the services."""

from __future__ import annotations

from vtp.clock import Clock
from vtp.db import Database
from vtp.ids import RoomId
from vtp.rooms.facts import SOURCES
from vtp.rooms.store import rooms as store


async def put_example(
    db: Database, *, clock: Clock, room_id: RoomId, title: str, owner: str
) -> None:
    """May be called again and again. `owner` is the email of a demo account."""
    await store.put_demo(
        db,
        room_id=room_id,
        title=title,
        owner=owner,
        member_sources=SOURCES,
        created_at=clock.now(),
    )
