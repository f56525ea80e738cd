"""Writes the order of classes: what must survive is written first, and then it is so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from vtp.db import Database, Db
from vtp.errors import Unavailable
from vtp.ids import MeetingId
from vtp.rooms import moves
from vtp.rooms.meeting import Meeting
from vtp.rooms.order import Order, changed, same_rules
from vtp.rooms.service.committing import committed
from vtp.rooms.store import order as store
from vtp.tasks import Tasks

_log = structlog.get_logger()


# Writes down who wanted it, in the transaction of what followed.
Note = Callable[[Db], Awaitable[None]]


class Keeping:
    def __init__(self, db: Database, tasks: Tasks) -> None:
        self._db = db
        # Of what was carried out before it could be written.
        self._notes: dict[MeetingId, list[Note]] = {}
        self._tasks = tasks

    async def do(self, meeting: Meeting, move: moves.Move, note: Note | None = None) -> None:
        """Written, then carried out, then told; refused or not written, it never was."""
        await committed(self._tasks, meeting, partial(self._do, meeting, move, note))

    async def _do(self, meeting: Meeting, move: moves.Move, note: Note | None) -> None:
        order = meeting.foreseen(move)
        # What changes nothing is nothing to write down.
        noted = note is not None and order != meeting.state.order
        await self._write(meeting, order, [note] if note and noted else [])
        meeting.do(move)

    async def do_at_once(self, meeting: Meeting, move: moves.Move, note: Note) -> None:
        """Carried out first, for what cannot wait for a database that is away: it is written as
        soon as that is back."""
        meeting.do(move)
        self._notes.setdefault(meeting.id, []).append(note)
        await self.catch_up(meeting)

    async def catch_up(self, meeting: Meeting) -> bool:
        """Write what followed from moves that wait for nobody; False while the database is away."""
        if meeting.state.order is meeting.stored and meeting.id not in self._notes:
            return True
        async with meeting.committing:
            notes = self._notes.get(meeting.id, [])
            try:
                await self._write(meeting, meeting.state.order, list(notes))
            except Unavailable as problem:
                _log.warning("rooms.order_waits", code=problem.code, meeting_id=str(meeting.id))
                return False
            self._notes.pop(meeting.id, None)
        return True

    async def _write(self, meeting: Meeting, order: Order, notes: Sequence[Note]) -> None:
        before = meeting.stored
        people = list(changed(before, order))
        if people or notes or not same_rules(before, order):
            async with self._db.transaction() as tx:
                if not same_rules(before, order):
                    await store.put_rules(tx, meeting_id=meeting.id, order=order)
                if people:
                    await store.put_people(tx, meeting_id=meeting.id, people=people)
                for note in notes:
                    await note(tx)
        meeting.stored = order
