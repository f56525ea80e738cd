"""Breaks in a class: said by staff while it goes on, or afterwards. Nobody has to be there then."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vtp.actor import Actor
from vtp.attendance.problems import BadBreaks, NotHeldYet, TooOld
from vtp.attendance.service.registers import Registers, Sheet
from vtp.attendance.store import policies as store
from vtp.attendance.store.policies import Break
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses.model import ClassSession
from vtp.courses.service.gate import Gate
from vtp.db import Database
from vtp.ids import ClassId


class Breaks:
    def __init__(
        self, db: Database, *, clock: Clock, gate: Gate, audit: Audit, registers: Registers
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._audit = audit
        self._registers = registers

    async def put(self, actor: Actor, class_id: ClassId, these: Sequence[Break]) -> Sheet:
        """Exactly these. The marks of a class that has ended are found anew at once."""
        yours, planned = await self._gate.taught_session(actor, class_id)
        goes_on = self._clock.now() < planned.ends_at
        if self._clock.now() < planned.starts_at:
            raise NotHeldYet
        known = sorted(these, key=lambda one: one[0])
        _check(planned, known, goes_on=goes_on)
        if await self._registers.forgotten(planned):
            raise TooOld
        async with self._db.transaction() as tx:
            await store.set_breaks(tx, class_id, known)
            said = [f"{since.isoformat()} > {until or ''}" for since, until in known]
            await self._audit.record(
                tx,
                actor,
                action="breaks_changed",
                noun="attendance",
                target_id=class_id,
                details={"breaks": said},
            )
        await self._registers.keep(class_id, anew=True)
        return await self._registers.made(yours, planned)

    async def begin(self, actor: Actor, class_id: ClassId) -> Sheet:
        """From now on, until it ends."""
        known = await store.breaks(self._db, class_id)
        return await self.put(actor, class_id, [*known, (self._clock.now(), None)])

    async def end(self, actor: Actor, class_id: ClassId) -> Sheet:
        """The one that goes on."""
        now = self._clock.now()
        known = await store.breaks(self._db, class_id)
        return await self.put(actor, class_id, [(since, until or now) for since, until in known])

    async def add(self, actor: Actor, class_id: ClassId, one: Break) -> Sheet:
        known = await store.breaks(self._db, class_id)
        return await self.put(actor, class_id, [*known, one])

    async def remove(self, actor: Actor, class_id: ClassId, number: int) -> Sheet:
        """By its place in their order."""
        known = await store.breaks(self._db, class_id)
        return await self.put(actor, class_id, [*known[:number], *known[number + 1 :]])


def _check(planned: ClassSession, these: Sequence[Break], *, goes_on: bool) -> None:
    for since, until in these:
        if until is None and goes_on:
            continue
        if until is None or not planned.starts_at <= since < until <= planned.ends_at:
            raise BadBreaks
    if any(one[1] is None or one[1] > other[0] for one, other in pairwise(these)):
        raise BadBreaks
