"""A course at one look: every student, every class, and how each stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from vtp.actor import Actor
from vtp.attendance.marking import Standing, at_risk, stands
from vtp.attendance.policy import Mark, Policy
from vtp.attendance.register import Register
from vtp.attendance.store import policies
from vtp.attendance.store import registers as store
from vtp.attendance.store.strips import strips
from vtp.attendance.strips import Strip
from vtp.attendance.versions import Version
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses.model import ClassSession, Yours
from vtp.courses.service.expected import Expected, Named
from vtp.courses.service.gate import Gate
from vtp.db import Database
from vtp.ids import ClassId, CourseId, SectionId, UserId
from vtp.tasks import in_turns

_MS = timedelta(milliseconds=1)
# Marks that are counted without letting others run: less than a millisecond's worth.
AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One student over all classes that had a register, in the order of `Matrix.held`."""

    person: Named
    strip: Strip
    standing: Standing
    at_risk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    yours: Yours
    policy: Version
    held: tuple[ClassSession, ...]
    coming: tuple[ClassSession, ...]
    registers: dict[ClassId, Register]
    final: frozenset[ClassId]
    rows: tuple[Row, ...]

    def marks(self, row: Row) -> Iterator[tuple[ClassSession, Mark]]:
        """Of the classes in which they were expected, in order."""
        return ((self.held[place], mark) for place, mark in row.strip.marks())

    @property
    def average(self) -> float | None:
        """Of those whose classes count so far."""
        known = [one.standing.so_far for one in self.rows if one.standing.so_far is not None]
        return sum(known) / len(known) if known else None


class Matrices:
    """From stored rows alone: nothing is computed anew to look at a term."""

    def __init__(self, db: Database, *, clock: Clock, gate: Gate, audit: Audit) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._audit = audit
        self._expected = Expected(db)

    async def of_course(
        self, actor: Actor, course_id: CourseId, *, section_id: SectionId | None
    ) -> Matrix:
        """For staff. Reading about others is written down."""
        yours = await self._gate.staffed(actor, course_id)
        made = await self._made(yours, section_id, None)
        await self._audit.record_alone(actor, action="read", noun="attendance", target_id=course_id)
        return made

    async def told(self, actor: Actor, course_id: CourseId) -> Matrix:
        """For a report that staff chose: of it nobody learns more than sums."""
        return await self._made(await self._gate.staffed(actor, course_id), None, None)

    async def own(self, actor: Actor, course_id: CourseId) -> Matrix:
        """One's own row."""
        yours = await self._gate.inside(actor, course_id)
        return await self._made(yours, yours.seen.section_id, actor.require_user())

    async def _made(
        self, yours: Yours, section_id: SectionId | None, user_id: UserId | None
    ) -> Matrix:
        now, course_id = self._clock.now(), yours.course.id
        began = await self._expected.held(course_id, section_id=section_id, until=now)
        coming = await self._expected.coming(course_id, section_id=section_id, since=now)
        registers = await store.registers(self._db, [one.id for one in began])
        held = tuple(one for one in began if one.id in registers)
        found = await strips(self._db, [one.id for one in held], user_id=user_id)
        policy = await policies.newest(self._db, course_id)
        named = await self._expected.names(found)
        final = [registers[one.id].final(now) for one in held]
        future = [(one.ends_at - one.starts_at) // _MS for one in coming]
        people = in_turns(found.items(), each=turn(len(held) + len(future)))
        rows = [
            _row(named[person], strip, final=final, coming=future, policy=policy.policy)
            async for person, strip in people
            if person in named
        ]
        rows.sort(key=lambda row: (row.person.name.casefold(), row.person.user_id))
        return Matrix(
            yours=yours,
            policy=policy,
            held=held,
            coming=tuple(coming),
            registers=registers,
            final=frozenset(one.id for one, holds in zip(held, final, strict=True) if holds),
            rows=tuple(rows),
        )


def turn(cells: int) -> int:
    """How many rows of so many cells are made at once."""
    return max(1, AT_ONCE // max(1, cells))


def _row(
    person: Named,
    strip: Strip,
    *,
    final: Sequence[bool],
    coming: Sequence[int],
    policy: Policy,
) -> Row:
    """Only what is final counts; a class that is still to come counts as long as it is planned."""
    how = stands(strip.sums(final), coming, policy)
    return Row(person=person, strip=strip, standing=how, at_risk=at_risk(how, policy))
