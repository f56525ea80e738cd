"""What people say about a register: staff decide and confirm, students contest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from vtp.actor import Actor
from vtp.attendance import kinds
from vtp.attendance.policy import Mark
from vtp.attendance.problems import NoReason, NotHeldYet, NothingContested
from vtp.attendance.register import Contest, Marked, Override
from vtp.attendance.service.policies import changed_values
from vtp.attendance.service.registers import Registers, Sheet
from vtp.attendance.store import registers as store
from vtp.audit.model import Detail
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses.service.gate import Gate
from vtp.db import Database, Db
from vtp.errors import NotFound
from vtp.ids import ClassId, UserId
from vtp.notices.service import Notices
from vtp.notices.topics import Kind


class Deciding:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        audit: Audit,
        registers: Registers,
        notices: Notices,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._audit = audit
        self._registers = registers
        self._notices = notices

    async def override(
        self, actor: Actor, class_id: ClassId, user_id: UserId, *, mark: Mark, why: str
    ) -> Sheet:
        """A mark by staff, with their reason. The computed one is kept, and shown beside it."""
        yours, planned = await self._gate.taught_session(actor, class_id)
        reason = _said(why)
        now = self._clock.now()
        async with self._changing(class_id) as tx:
            before = await _mark(tx, class_id, user_id)
            given = Override(mark=mark, why=reason, by=actor.user_id, at=now)
            await store.override(tx, class_id, user_id, given)
            await self._wrote(tx, actor, "mark_changed", class_id, _change(before, mark))
            said = changed_values(planned, mark, reason)
            await self._tell(tx, user_id, kinds.CHANGED, class_id, said)
        return await self._registers.made(yours, planned)

    async def restore(self, actor: Actor, class_id: ClassId, user_id: UserId) -> Sheet:
        """Back to what was computed."""
        yours, planned = await self._gate.taught_session(actor, class_id)
        async with self._changing(class_id) as tx:
            before = await _mark(tx, class_id, user_id)
            await store.override(tx, class_id, user_id, None)
            details = _change(before, before.found)
            await self._wrote(tx, actor, "mark_restored", class_id, details)
        return await self._registers.made(yours, planned)

    async def confirm(self, actor: Actor, class_id: ClassId) -> Sheet:
        """Final from now on, before its time."""
        yours, planned = await self._gate.taught_session(actor, class_id)
        now = self._clock.now()
        if now < planned.ends_at:
            raise NotHeldYet
        async with self._changing(class_id) as tx:
            await store.confirm(tx, class_id, by=actor.user_id, at=now)
            await self._wrote(tx, actor, "register_confirmed", class_id, {})
        return await self._registers.made(yours, planned)

    # --- students -----------------------------------------------------------------------------
    async def contest(self, actor: Actor, class_id: ClassId, text: str) -> Sheet:
        """One's own mark, also one that is final; said again, it takes the place of before."""
        await self._registers.own(actor, class_id)
        said = Contest(text=_said(text), at=self._clock.now())
        async with self._changing(class_id) as tx:
            await _mark(tx, class_id, actor.require_user())
            await store.contest(tx, class_id, actor.require_user(), said)
            await self._wrote(tx, actor, "mark_contested", class_id, {})
        return await self._registers.own(actor, class_id)

    async def answer(self, actor: Actor, class_id: ClassId, user_id: UserId, text: str) -> Sheet:
        yours, planned = await self._gate.taught_session(actor, class_id)
        said = _said(text)
        async with self._changing(class_id) as tx:
            contest = (await _mark(tx, class_id, user_id)).contest
            if contest is None:
                raise NothingContested
            told = replace(contest, answer=said, answered_at=self._clock.now())
            await store.contest(tx, class_id, user_id, told)
            details = {"user_id": str(user_id)}
            await self._wrote(tx, actor, "contest_answered", class_id, details)
            values = {"course": planned.course, "title": planned.title, "answer": said}
            await self._tell(tx, user_id, kinds.ANSWERED, class_id, values)
        return await self._registers.made(yours, planned)

    @asynccontextmanager
    async def _changing(self, class_id: ClassId) -> AsyncIterator[Db]:
        """One at a time, and only where there is something to change.

        Who is faster than the work process writes the register themselves.
        """
        if await store.register(self._db, class_id) is None:
            await self._registers.keep(class_id)
        async with self._db.transaction() as tx:
            if await store.lock(tx, class_id) is None:
                raise NotHeldYet
            yield tx

    async def _tell(
        self, tx: Db, user_id: UserId, kind: Kind, class_id: ClassId, said: Mapping[str, str]
    ) -> None:
        await self._notices.tell(tx, user_id, kind, said, link=f"/attendance/{class_id}")

    async def _wrote(
        self, tx: Db, actor: Actor, action: str, class_id: ClassId, details: Mapping[str, Detail]
    ) -> None:
        await self._audit.record(
            tx, actor, action=action, noun="attendance", target_id=class_id, details=details
        )


async def _mark(tx: Db, class_id: ClassId, user_id: UserId) -> Marked:
    found = await store.marks(tx, [class_id], user_id=user_id)
    if not found:
        raise NotFound
    return found[0]


def _change(before: Marked, mark: Mark) -> dict[str, Detail]:
    return {"user_id": str(before.user_id), "from": before.mark, "to": mark}


def _said(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise NoReason(fields={"why": "Write a word or two."})
    return reason
