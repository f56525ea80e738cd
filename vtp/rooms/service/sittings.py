"""Meetings as attendance sees them (`vtp.attendance.port.Meetings`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from vtp.attendance.port import Sitting
from vtp.db import Database
from vtp.ids import RoomId
from vtp.rooms.store import meetings


class Sittings:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def sittings(
        self, room_id: RoomId, *, since: datetime, until: datetime
    ) -> Sequence[Sitting]:
        return await meetings.sittings(self._db, room_id, since=since, until=until)
