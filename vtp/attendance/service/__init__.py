"""Presence: noted in memory at once, written in batches, never in the way of a class."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import structlog

from vtp import settings
from vtp.attendance import store
from vtp.attendance.ledger import Entry, Kind, Ledger, Stretch
from vtp.attendance.store import CannotBeWritten
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import Unavailable
from vtp.ids import MeetingId, uuid7
from vtp.tasks import Tasks

_log = structlog.get_logger()

# Entries in one transaction: some 20 ms of the database.
_AT_ONCE = 1000


class Attendance:
    """Own it with `open_attendance`, which writes what is left at the end."""

    def __init__(self, db: Database, *, clock: Clock, options: settings.Attendance) -> None:
        self._db = db
        self._clock = clock
        self._interval = options.flush_interval
        self._ledger = Ledger(new_id=uuid7, most_waiting=options.most_waiting)
        self._writing = asyncio.Lock()

    # --- what is noted, at once and without waiting -------------------------------------------
    def began(
        self,
        meeting_id: MeetingId,
        participant_id: UUID,
        person: UUID,
        kind: Kind,
        *,
        guest: bool = False,
    ) -> None:
        """Noted once, however often it is said. A person is an account or a guest."""
        at = self._clock.now()
        self._ledger.began(meeting_id, participant_id, person, kind, at=at, guest=guest)

    def ended(self, participant_id: UUID, kind: Kind) -> None:
        self._ledger.ended(participant_id, kind, at=self._clock.now())

    def left(self, participant_id: UUID) -> None:
        """All that goes on of a participant ends, for good."""
        self._ledger.left(participant_id, at=self._clock.now())

    @property
    def waiting(self) -> int:
        """Spans that have ended and are not in the database yet."""
        return self._ledger.waiting

    @property
    def lost(self) -> int:
        """Spans that there was no room to keep while the database was away."""
        return self._ledger.lost

    # --- what is written ----------------------------------------------------------------------
    async def flush(self) -> bool:
        """Write what is due; False when the database is away, and it waits for the next time."""
        async with self._writing:
            due = self._ledger.due(at=self._clock.now())
            try:
                for start in range(0, len(due), _AT_ONCE):
                    await self._write(due[start : start + _AT_ONCE])
            except Unavailable as problem:
                _log.warning("attendance.waits", code=problem.code, waiting=self.waiting)
                return False
            return True

    async def _write(self, entries: Sequence[Entry]) -> None:
        try:
            await self._put(entries)
        except CannotBeWritten:
            # One that cannot be written, as of a room that was deleted, must not hold up the rest.
            await self._one_by_one(entries)

    async def _one_by_one(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            try:
                await self._put([entry])
            except CannotBeWritten as problem:
                reason = type(problem.__cause__).__name__
                _log.error("attendance.dropped", span=str(entry.id), reason=reason)
                self._ledger.forget(entry)

    async def _put(self, entries: Sequence[Entry]) -> None:
        async with self._db.transaction() as tx:
            await store.write(tx, entries)
        self._ledger.written(entries)

    async def run(self, tasks: Tasks) -> None:
        while True:
            await asyncio.sleep(self._interval)
            # A task each time: a defect in one round must not keep the next from happening.
            await asyncio.wait([tasks.start("attendance.flush_round", self._round())])

    async def _round(self) -> None:
        await self.flush()

    async def close(self) -> None:
        """Nobody is here any more, as far as we can tell."""
        self._ledger.all_left(at=self._clock.now())
        await self.flush()

    # --- after a crash ------------------------------------------------------------------------
    async def recover(self) -> None:
        """What a crash left open ended when it was last seen."""
        async with self._db.transaction() as tx:
            closed = await store.close_open(tx)
        if closed:
            _log.warning("attendance.recovered", spans=closed)

    async def last_seen(self, meeting_ids: Collection[MeetingId]) -> dict[UUID, datetime]:
        """When anybody was last present in a meeting; without those where nobody ever was."""
        return await store.last_seen(self._db, meeting_ids=meeting_ids)

    async def spans(
        self, meeting_id: MeetingId, kinds: Collection[Kind], *, most: int
    ) -> list[Stretch]:
        """As far as they are written: what goes on ends where it was last seen."""
        return await store.spans(self._db, meeting_id=meeting_id, kinds=kinds, limit=most)


@asynccontextmanager
async def open_attendance(
    db: Database, *, clock: Clock, options: settings.Attendance
) -> AsyncIterator[Attendance]:
    """For the one process that holds classes: it ends what its predecessor left open."""
    attendance = Attendance(db, clock=clock, options=options)
    await attendance.recover()
    tasks = Tasks(_report)
    tasks.start("attendance.flush", attendance.run(tasks))
    try:
        yield attendance
    finally:
        await tasks.close()
        await attendance.close()


def _report(task: str, error: BaseException) -> None:
    _log.error("attendance.task_failed", task=task, exc_info=error)
