"""Registers: called when a class ends, looked at by staff and by students, final a day later.

A class that its host ends before its time has a register then. Opened again, it goes on as if it
had not ended, and is called once more when it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from vtp.actor import Actor
from vtp.attendance.problems import NotHeldYet
from vtp.attendance.register import Marked, Register
from vtp.attendance.service.coverage import Coverage
from vtp.attendance.service.rollcall import Called, RollCall
from vtp.attendance.store import registers as store
from vtp.attendance.store.policies import Break
from vtp.attendance.stretches import Span
from vtp.attendance.versions import Version
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses import rights
from vtp.courses.model import ClassSession, Yours
from vtp.courses.problems import StaffOnly
from vtp.courses.service.expected import Expected, Named
from vtp.courses.service.gate import Gate
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import ClassId

State = Literal["live", "provisional", "final"]
# A class that ended so long ago and has no register gets none by itself.
CALLED_WITHIN = timedelta(days=7)
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One student in a register."""

    marked: Marked
    person: Named
    there: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A register as staff see it; a student's has their own line alone."""

    planned: ClassSession
    yours: Yours
    register: Register
    state: State
    policy: Version
    breaks: tuple[Break, ...]
    lines: tuple[Line, ...]
    # A class that ended early may still go on until its time is over.
    confirmable: bool


class Registers:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        audit: Audit,
        expected: Expected,
        roll: RollCall,
        coverage: Coverage,
        settles: timedelta,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._audit = audit
        self._expected = expected
        self._roll = roll
        self._coverage = coverage
        # What was flushed late is in by then; and who ended a class by mistake has opened it again.
        self._settles = settles

    # --- in the work process ------------------------------------------------------------------
    async def call_due(self) -> int:
        """Write down every class that has ended, until it is final. How many were written."""
        now = self._clock.now()
        ended = await self._ended(now)
        known = await store.registers(self._db, ended)
        due = [one for one, over_at in ended.items() if _is_due(known.get(one), over_at, now)]
        for class_id in due[:_AT_ONCE]:
            await self.keep(class_id)
        return len(due[:_AT_ONCE])

    async def _ended(self, now: datetime) -> dict[ClassId, datetime]:
        """Classes that are over and when that was, also those that were ended early."""
        settled = now - self._settles
        found = await self._expected.ended(
            since=now - CALLED_WITHIN, until=settled, limit=_AT_ONCE * 10
        )
        for class_id in await self._expected.going_on(now):
            over_at = await self._roll.over_at(class_id, now=now)
            if over_at is not None and over_at <= settled:
                found[class_id] = over_at
        return found

    async def call_these(self, classes: Iterable[ClassId]) -> None:
        """However long ago they were held; what is final stays."""
        for class_id in classes:
            await self.keep(class_id)

    async def keep(self, class_id: ClassId, *, anew: bool = False) -> Called | None:
        """Found anew and written down, unless it is final; `anew`: what was required changed."""
        now = self._clock.now()
        called = await self._roll.call(class_id, now=now)
        if called is None or called.over_at is None or await self.forgotten(called.planned):
            return called
        settled = await self._settled(called)
        async with self._db.transaction() as tx:
            before = await store.lock(tx, class_id)
            if before is None or not before.final(before.computed_at):
                await store.write(tx, called.register, settled)
                if before is not None and before.computed_at < called.over_at:
                    await store.forget_told(tx, class_id)
            elif anew:
                final_at = before.final_at
                await store.write(tx, replace(called.register, final_at=final_at), settled)
        return called

    async def _settled(self, called: Called) -> list[Marked]:
        """With what was made up: once it is, it stays, unless the class went on after that."""
        class_id, known = called.planned.id, {}
        before = await store.register(self._db, class_id)
        if before is not None and called.over_at and before.computed_at >= called.over_at:
            marks = await store.marks(self._db, [class_id])
            known = {one.user_id: one.caught for one in marks}
        marks = [replace(one, caught=known.get(one.user_id)) for one in called.marks]
        return await self._coverage.settled(called.planned, marks, called.policy.policy)

    async def forgotten(self, planned: ClassSession) -> bool:
        """Whether a class has marks that cannot be found anew any more: they stay."""
        before = await store.register(self._db, planned.id)
        return before is not None and await self._roll.forgotten(planned, before)

    # --- looking ------------------------------------------------------------------------------
    async def sheet(self, actor: Actor, class_id: ClassId) -> Sheet:
        """For the staff of the course. Reading about others is written down."""
        yours, planned = await self._gate.session(actor, class_id)
        if not rights.is_staff(yours.role):
            raise StaffOnly
        made = await self.made(yours, planned)
        await self._audit.record_alone(actor, action="read", noun="attendance", target_id=class_id)
        return made

    async def own(self, actor: Actor, class_id: ClassId) -> Sheet:
        """All that is held about oneself in a class."""
        yours, planned = await self._gate.session(actor, class_id)
        made = await self.made(yours, planned)
        lines = tuple(one for one in made.lines if one.person.user_id == actor.require_user())
        if not lines:
            raise NotFound
        return replace(made, lines=lines)

    async def made(self, yours: Yours, planned: ClassSession) -> Sheet:
        """As it stands now, for who has passed the gate. Looking writes nothing."""
        now = self._clock.now()
        called = await self._roll.call(planned.id, now=now)
        if called is None:
            raise NotHeldYet
        written = await store.register(self._db, planned.id)
        known = {one.user_id: one for one in await store.marks(self._db, [planned.id])}
        if written is not None and _holds(written, called.over_at, now):
            register, marks = written, known
        else:
            register = called.register
            marks = {one.user_id: one.beside(known.get(one.user_id)) for one in called.marks}
        named = await self._expected.names(marks)
        lines = [
            Line(marked=one, person=named[user_id], there=called.there.get(user_id, ()))
            for user_id, one in marks.items()
            if user_id in named
        ]
        lines.sort(key=lambda one: (one.person.name.casefold(), one.person.user_id))
        state = _state(register, called.over_at, now)
        return Sheet(
            planned=planned,
            yours=yours,
            register=register,
            state=state,
            policy=called.policy,
            breaks=called.breaks,
            lines=tuple(lines),
            confirmable=state == "provisional" and now >= planned.ends_at,
        )


def _is_due(register: Register | None, over_at: datetime, now: datetime) -> bool:
    """Not yet written, or not since it is over; and once more when it becomes final."""
    if register is None:
        return True
    early = register.computed_at < over_at
    becomes_final = now >= register.final_at > register.computed_at
    return register.confirmed_at is None and (early or becomes_final)


def _holds(register: Register, over_at: datetime | None, now: datetime) -> bool:
    """Whether a register says how the class was, or only how it was before it went on."""
    return register.final(now) or (over_at is not None and register.computed_at >= over_at)


def _state(register: Register, over_at: datetime | None, now: datetime) -> State:
    if over_at is None:
        return "live"
    return "final" if register.final(now) else "provisional"
