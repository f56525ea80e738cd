"""As what somebody is in a room, by what is written alone: also in the work process."""

from __future__ import annotations

from vtp.actor import Actor
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import RoomId
from vtp.recordings.kinds import Role
from vtp.rooms import rights
from vtp.rooms.service.catalogue import gate
from vtp.rooms.store import rooms


class Roles:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def role(self, actor: Actor, room_id: RoomId) -> Role | None:
        """None where the room is not for them."""
        seen = await rooms.by_id(self._db, room_id=room_id, user_id=actor.user_id)
        try:
            return "host" if rights.may_host(gate(actor, seen).role) else "member"
        except NotFound:
            return None
