"""What has to be written of classes and may wait: how they ended.

A class never waits for the database. What could not be written is tried again until it is; it is
kept by what it is about, so it cannot grow beyond the classes of this process.
"""

from __future__ import annotations

import asyncio

import structlog

from vtp.db import Database
from vtp.errors import Unavailable
from vtp.ids import MeetingId
from vtp.rooms.state import Over
from vtp.rooms.store import meetings as store

_log = structlog.get_logger()


class Records:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._ends: dict[MeetingId, Over] = {}
        self._writing = asyncio.Lock()

    def ended(self, meeting_id: MeetingId, over: Over) -> None:
        self._ends[meeting_id] = over

    def end_of(self, meeting_id: MeetingId) -> Over | None:
        """An end that is not written yet."""
        return self._ends.get(meeting_id)

    async def flush(self) -> bool:
        """Write what waits; False when the database is away."""
        async with self._writing:
            try:
                await self._write_ends()
            except Unavailable as problem:
                _log.warning("rooms.record_waits", code=problem.code, ends=len(self._ends))
                return False
            return True

    async def _write_ends(self) -> None:
        for meeting_id, over in list(self._ends.items()):
            async with self._db.transaction() as tx:
                await store.end(tx, meeting_id=meeting_id, at=over.at, how=over.how)
            del self._ends[meeting_id]
