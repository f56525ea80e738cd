"""Recordings as courses show them in their outlines: those that are for somebody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from vtp.actor import Actor
from vtp.courses.port import Filmed
from vtp.db import Database
from vtp.ids import RecordingId, RoomId
from vtp.recordings import rights, store
from vtp.recordings.kinds import Role

# As what somebody is in a room; None where it is not for them.
RoleIn = Callable[[Actor, RoomId], Awaitable[Role | None]]


class Filming:
    """Needs no class that goes on, so the work process may ask it, too."""

    def __init__(self, db: Database, *, role_in: RoleIn) -> None:
        self._db = db
        self._role_in = role_in

    async def films(self, actor: Actor, ids: Collection[RecordingId]) -> dict[RecordingId, Filmed]:
        """Those of these that are for somebody."""
        found = await store.by_ids(self._db, ids=ids)
        roles = {room: await self._role_in(actor, room) for room in {one.room_id for one in found}}
        return {
            one.id: Filmed(
                id=one.id,
                title=one.title,
                seconds=one.seconds,
                live=one.goes_on,
                ready=one.state == "ready",
            )
            for one in found
            if one.deleted_at is None
            and rights.may_see(
                roles[one.room_id], visibility=one.visibility, state=one.state, deleted=False
            )
        }
