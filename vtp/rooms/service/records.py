"""What has to be written of classes and may wait: how they ended, and who left.

A class never waits for the database. What could not be written is tried again until it is; it is
kept by what it is about, so it cannot grow beyond the classes of this process.
"""

from __future__ import annotations

import asyncio

import structlog

from vtp.db import Database, Db
from vtp.errors import Unavailable
from vtp.ids import MeetingId
from vtp.rooms.facts import ParticipantId
from vtp.rooms.model import Room
from vtp.rooms.service.chronicle import NOBODY, By, Chronicle, Departure
from vtp.rooms.state import Over
from vtp.rooms.store import meetings as store

_log = structlog.get_logger()


# Departures that may wait while the database is away; programs of others miss what is beyond.
_MOST_DEPARTURES = 10_000


class Records:
    def __init__(self, db: Database, chronicle: Chronicle) -> None:
        self._db = db
        self._chronicle = chronicle
        self._ends: dict[MeetingId, tuple[Room, Over]] = {}
        # Who is about to end a class.
        self._ended_by: dict[MeetingId, By] = {}
        self._left: dict[ParticipantId, Departure] = {}
        self._writing = asyncio.Lock()

    def ending(self, meeting_id: MeetingId, by: By) -> None:
        self._ended_by[meeting_id] = by

    def ended(self, meeting_id: MeetingId, room: Room, over: Over) -> None:
        self._ends[meeting_id] = room, over

    def end_of(self, meeting_id: MeetingId) -> Over | None:
        """An end that is not written yet."""
        found = self._ends.get(meeting_id)
        return found[1] if found else None

    def left(self, participant_id: ParticipantId, departure: Departure) -> None:
        if len(self._left) < _MOST_DEPARTURES:
            self._left[participant_id] = departure

    async def flush(self) -> bool:
        """Write what waits; False when the database is away."""
        async with self._writing:
            try:
                await self._write_left()
                await self._write_ends()
            except Unavailable as problem:
                _log.warning("rooms.record_waits", code=problem.code, ends=len(self._ends))
                return False
            return True

    async def _write_left(self) -> None:
        leaving = dict(self._left)
        if not leaving:
            return
        async with self._db.transaction() as tx:
            for participant_id, departure in leaving.items():
                await self._chronicle.left(tx, participant_id, departure)
        for participant_id in leaving:
            del self._left[participant_id]

    async def _write_ends(self) -> None:
        for meeting_id, (room, over) in list(self._ends.items()):
            by = self._ended_by.get(meeting_id, NOBODY)
            async with self._db.transaction() as tx:
                await self._write_end(tx, meeting_id, room, over, by)
            del self._ends[meeting_id]
            self._ended_by.pop(meeting_id, None)

    async def _write_end(
        self, tx: Db, meeting_id: MeetingId, room: Room, over: Over, by: By
    ) -> None:
        # People waited outside, and nobody came to let them in: that was no class.
        if over.how != "ended" and await store.forget_unbegun(tx, meeting_id=meeting_id):
            return
        await store.end(tx, meeting_id=meeting_id, at=over.at, how=over.how)
        await self._chronicle.ended(tx, meeting_id, room, over, by)
