"""Policies as staff write them, what a new one would change, and marks made anew with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vtp.actor import Actor
from vtp.attendance import kinds
from vtp.attendance.policy import Mark, Policy, contradiction
from vtp.attendance.problems import NoReason, PolicyChanged
from vtp.attendance.register import Marked, Register
from vtp.attendance.service.coverage import Coverage
from vtp.attendance.service.rollcall import Called, RollCall
from vtp.attendance.store import policies as store
from vtp.attendance.store import registers
from vtp.attendance.versions import BEGINNING, Version, Written
from vtp.audit.model import Detail
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses.model import ClassSession, Yours
from vtp.courses.service.expected import Expected, Named
from vtp.courses.service.gate import Gate
from vtp.db import Database, Db
from vtp.errors import Invalid
from vtp.ids import CourseId, UserId
from vtp.notices.service import Notices

Say = Mapping[Mark, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in a course, and how it came to that: the newest first."""

    yours: Yours
    history: tuple[Written, ...]

    @property
    def newest(self) -> Version:
        return self.history[0].version if self.history else BEGINNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A mark that is another one under another policy."""

    planned: ClassSession
    person: Named
    before: Marked
    after: Marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a policy does to the classes that were held."""

    yours: Yours
    classes: int
    marks: int
    turned: tuple[Turned, ...]
    # Classes whose marks stay: who was there when is not held any more.
    too_old: int


@dataclass(frozen=True, slots=True)
class _Anew:
    """A class under another policy, beside what stands in its register."""

    called: Called
    register: Register
    before: dict[UserId, Marked]
    after: tuple[Marked, ...]

    @property
    def turned(self) -> list[tuple[Marked, Marked]]:
        """By the mark that holds: what staff decided stays."""
        both = ((self.before.get(one.user_id), one) for one in self.after)
        return [(old, new) for old, new in both if old is not None and old.mark != new.mark]


@dataclass(frozen=True, slots=True)
class _Judged:
    """The classes of a course under another policy, and how many there was nothing left of."""

    found: tuple[_Anew, ...]
    too_old: int


class Policies:
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
        notices: Notices,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._audit = audit
        self._expected = expected
        self._roll = roll
        self._coverage = coverage
        self._notices = notices

    async def read(self, actor: Actor, course_id: CourseId) -> Rules:
        """For everybody in the course: who is marked knows by which rules."""
        yours = await self._gate.inside(actor, course_id)
        return Rules(yours, tuple(await store.history(self._db, course_id)))

    async def write(
        self, actor: Actor, course_id: CourseId, policy: Policy, *, base: int, also_planned: bool
    ) -> Rules:
        """A new version after `base`. No class that was held is decided anew by this."""
        await self._gate.taught(actor, course_id)
        _check(policy)
        made = Version(base + 1, policy)
        async with self._db.transaction() as tx:
            known = await store.newest(tx, course_id)
            if known.number != base or not await store.write(
                tx,
                course_id,
                made,
                by=actor.user_id,
                at=self._clock.now(),
                also_planned=also_planned,
            ):
                raise PolicyChanged
            details: dict[str, Detail] = {
                "version": made.number,
                "changed": changes(known.policy, policy),
            }
            await self._audit.record(
                tx,
                actor,
                action="policy_changed",
                noun="attendance",
                target_id=course_id,
                details=details,
            )
        return await self.read(actor, course_id)

    # --- classes that were held ---------------------------------------------------------------
    async def look(self, actor: Actor, course_id: CourseId, policy: Policy) -> Outlook:
        """What would be another mark with it. Nothing is changed; that one looked is written."""
        yours = await self._gate.taught(actor, course_id)
        _check(policy)
        newest = await store.newest(self._db, course_id)
        found = await self._anew(yours, Version(newest.number, policy))
        await self._audit.record_alone(actor, action="read", noun="attendance", target_id=course_id)
        return await self._outlook(yours, found)

    async def rerun(self, actor: Actor, course_id: CourseId, *, version: int, why: str) -> Outlook:
        """All classes that were held, by the newest version. Those whose mark changes are told."""
        yours = await self._gate.taught(actor, course_id)
        reason = " ".join(why.split())
        if not reason:
            raise NoReason(fields={"why": "Write a word or two."})
        newest = await store.newest(self._db, course_id)
        if newest.number != version:
            raise PolicyChanged
        judged = await self._anew(yours, newest)
        async with self._db.transaction() as tx:
            changed = sum(len(one.turned) for one in judged.found)
            await self._audit.record(
                tx,
                actor,
                action="policy_rerun",
                noun="attendance",
                target_id=course_id,
                details={"why": reason, "version": version, "changed": changed},
            )
            for one in judged.found:
                await self._replace(tx, actor, one, newest, reason)
        return await self._outlook(yours, judged)

    async def _anew(self, yours: Yours, version: Version) -> _Judged:
        found, too_old = [], 0
        now = self._clock.now()
        held = await self._expected.held(yours.course.id, section_id=None, until=now)
        known = await registers.registers(self._db, [one.id for one in held])
        for planned in held:
            register = known.get(planned.id)
            if register is None or now < planned.ends_at:
                continue
            if await self._roll.forgotten(planned, register):
                too_old += 1
                continue
            called = await self._roll.call(planned.id, now=now, policy=version)
            if called is None:
                continue
            before = {one.user_id: one for one in await registers.marks(self._db, [planned.id])}
            fresh = [one.beside(before.get(one.user_id)) for one in called.marks]
            after = await self._coverage.settled(planned, fresh, version.policy)
            found.append(_Anew(called, register, before, tuple(after)))
        return _Judged(tuple(found), too_old)

    async def _outlook(self, yours: Yours, judged: _Judged) -> Outlook:
        found = judged.found
        people = {old.user_id for one in found for old, _ in one.turned}
        named = await self._expected.names(people)
        turned = [
            Turned(planned=one.called.planned, person=named[old.user_id], before=old, after=new)
            for one in found
            for old, new in one.turned
            if old.user_id in named
        ]
        turned.sort(key=lambda one: (one.planned.starts_at, one.person.name.casefold()))
        return Outlook(
            yours=yours,
            classes=len(found),
            marks=sum(len(one.after) for one in found),
            turned=tuple(turned),
            too_old=judged.too_old,
        )

    async def _replace(self, tx: Db, actor: Actor, one: _Anew, version: Version, why: str) -> None:
        """What was final stays final: only its marks are others."""
        planned = one.called.planned
        if await registers.lock(tx, planned.id) is None:
            return
        final_at = one.register.final_at
        fresh = replace(one.called.register, final_at=final_at)
        await registers.write(tx, fresh, one.after)
        turned = one.turned
        await self._audit.record(
            tx,
            actor,
            action="register_rerun",
            noun="attendance",
            target_id=planned.id,
            details={
                "why": why,
                "from": one.register.policy_version,
                "to": version.number,
                "changed": [f"{old.user_id}: {old.mark} > {new.mark}" for old, new in turned],
            },
        )
        for old, new in turned:
            await self._notices.tell(
                tx,
                old.user_id,
                kinds.CHANGED,
                changed_values(planned, new.mark, why),
                link=f"/attendance/{planned.id}",
            )


def changed_values(planned: ClassSession, mark: Mark, why: str) -> dict[str, str]:
    return {
        "course": planned.course,
        "title": planned.title,
        "mark": mark.replace("_", " "),
        "why": why,
    }


def changes(before: Policy, after: Policy) -> list[str]:
    """In words for the record: which field, from what to what."""
    return [
        f"{name}: {getattr(before, name)} > {getattr(after, name)}"
        for name in Policy.__struct_fields__
        if getattr(before, name) != getattr(after, name)
    ]


def _check(policy: Policy) -> None:
    if (field := contradiction(policy)) is not None:
        raise Invalid(fields={field: "This is less than what already makes somebody absent."})
