"""Writes the order of classes: what must survive is written first, and then it is so."""

from __future__ import annotations

from functools import partial

import structlog

from vtp.db import Database
from vtp.errors import Unavailable
from vtp.rooms import moves
from vtp.rooms.meeting import Meeting
from vtp.rooms.order import Order, changed, same_rules
from vtp.rooms.service.committing import committed
from vtp.rooms.store import order as store
from vtp.tasks import Tasks

_log = structlog.get_logger()


class Keeping:
    def __init__(self, db: Database, tasks: Tasks) -> None:
        self._db = db
        self._tasks = tasks

    async def do(self, meeting: Meeting, move: moves.Move) -> None:
        """Written, then carried out, then told; refused or not written, it never was."""
        await committed(self._tasks, meeting, partial(self._do, meeting, move))

    async def _do(self, meeting: Meeting, move: moves.Move) -> None:
        await self._write(meeting, meeting.foreseen(move))
        meeting.do(move)

    async def do_at_once(self, meeting: Meeting, move: moves.Move) -> None:
        """Carried out first, for what cannot wait for a database that is away: it is written as
        soon as that is back."""
        meeting.do(move)
        await self.catch_up(meeting)

    async def catch_up(self, meeting: Meeting) -> bool:
        """Write what followed from moves that wait for nobody; False while the database is away."""
        if meeting.state.order is meeting.stored:
            return True
        async with meeting.committing:
            try:
                await self._write(meeting, meeting.state.order)
            except Unavailable as problem:
                _log.warning("rooms.order_waits", code=problem.code, meeting_id=str(meeting.id))
                return False
        return True

    async def _write(self, meeting: Meeting, order: Order) -> None:
        before = meeting.stored
        people = list(changed(before, order))
        if people or not same_rules(before, order):
            async with self._db.transaction() as tx:
                if not same_rules(before, order):
                    await store.put_rules(tx, meeting_id=meeting.id, order=order)
                if people:
                    await store.put_people(tx, meeting_id=meeting.id, people=people)
        meeting.stored = order
