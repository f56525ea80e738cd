"""Attendance at one look: what waits for who teaches, and how who learns stands everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from vtp.actor import Actor
from vtp.attendance import outlook
from vtp.attendance.marking import Counted, Standing, standing
from vtp.attendance.outlook import Tally
from vtp.attendance.policy import Mark, Policy
from vtp.attendance.register import Marked, Register
from vtp.attendance.service.catching import CatchingUp, Chance
from vtp.attendance.store import policies, registers
from vtp.attendance.store import tallies as store
from vtp.attendance.store.tallies import Open
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses import rights
from vtp.courses.model import ClassSession, Yours
from vtp.courses.service.expected import Expected, Named
from vtp.db import Database
from vtp.ids import ClassId, UserId

State = Literal["coming", "live", "provisional", "final", "none"]
_BACK, _AHEAD = timedelta(days=4), timedelta(days=7)
# No course lets people make up a class for longer.
_LONGEST = timedelta(days=366)
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A class of these days, and where its register stands."""

    planned: ClassSession
    state: State
    counts: Counter[Mark]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A course as its staff see it."""

    yours: Yours
    policy: Policy
    held: int
    coming: int
    average: float | None
    trend: tuple[tuple[ClassSession, float], ...]
    risks: tuple[tuple[Named, Standing], ...]


@dataclass(frozen=True, slots=True)
class Contested:
    planned: ClassSession
    person: Named
    said: Open


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """A class of a student: the mark, and whether it can still be made up by watching."""

    planned: ClassSession
    marked: Marked
    final: bool
    chance: Chance | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A course as somebody stands in it; the newest class comes first."""

    yours: Yours
    policy: Policy
    standing: Standing
    coming: int
    classes: tuple[Attended, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """What waits for somebody who teaches or helps, and how their courses go."""

    lessons: tuple[Lesson, ...] = ()
    unconfirmed: tuple[Lesson, ...] = ()
    contests: tuple[Contested, ...] = ()
    taught: tuple[Taught, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    teaching: Teaching
    learning: tuple[Learnt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    """What is read of one course."""

    yours: Yours
    held: Sequence[ClassSession]
    coming: Sequence[ClassSession]
    policy: Policy

    @property
    def future(self) -> list[int]:
        return [(one.ends_at - one.starts_at) // _MS for one in self.coming]


class Overviews:
    """From stored rows alone, as matrices are."""

    def __init__(self, db: Database, *, clock: Clock, audit: Audit, catching: CatchingUp) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._catching = catching
        self._expected = Expected(db)

    async def of(self, actor: Actor) -> Overview:
        """All courses that one teaches or learns in. Reading about others is written down."""
        now = self._clock.now()
        mine = await self._expected.courses_of(actor)
        terms = [await self._term(one, now) for one in mine]
        taught = [one for one in terms if rights.is_staff(one.yours.role)]
        learnt = [one for one in terms if not rights.is_staff(one.yours.role)]
        if taught:
            await self._audit.record_alone(actor, action="read", noun="attendance")
        return Overview(
            await self._teaching(taught, now),
            await self._learning(learnt, actor, now),
        )

    async def _term(self, yours: Yours, now: datetime) -> _Term:
        course_id = yours.course.id
        section_id = None if rights.is_staff(yours.role) else yours.seen.section_id
        version = await policies.newest(self._db, course_id)
        return _Term(
            yours=yours,
            held=await self._expected.held(course_id, section_id=section_id, until=now),
            coming=await self._expected.coming(course_id, section_id=section_id, since=now),
            policy=version.policy,
        )

    # --- who teaches --------------------------------------------------------------------------
    async def _teaching(self, terms: Sequence[_Term], now: datetime) -> Teaching:
        if not terms:
            return Teaching()
        planned = {one.id: one for term in terms for one in term.held}
        called = await registers.registers(self._db, planned)
        tallies = _by_class(await store.tallies(self._db, called))
        contests = await store.contests(self._db, called)
        people = {one.user_id for known in tallies.values() for one in known}
        names = await self._expected.names(people | {one.user_id for one in contests})
        final = frozenset(known for known, one in called.items() if one.final(now))
        lessons = _lessons(terms, called, tallies, now)
        return Teaching(
            lessons=tuple(
                one for one in lessons if now - _BACK < one.planned.ends_at < now + _AHEAD
            ),
            unconfirmed=tuple(one for one in lessons if one.state == "provisional"),
            contests=tuple(
                Contested(planned[one.class_id], names[one.user_id], one)
                for one in contests
                if one.user_id in names
            ),
            taught=tuple(_taught(term, tallies, final, names) for term in terms),
        )

    # --- who learns ---------------------------------------------------------------------------
    async def _learning(
        self, terms: Sequence[_Term], actor: Actor, now: datetime
    ) -> tuple[Learnt, ...]:
        held = [one for term in terms for one in term.held]
        called = await registers.registers(self._db, [one.id for one in held])
        marks = await registers.marks(self._db, list(called), user_id=actor.require_user())
        recent = [one.id for one in held if one.recordings and one.ends_at > now - _LONGEST]
        chances = await self._catching.chances(actor, recent) if recent else ()
        mine = {one.class_id: one for one in marks}
        open_ = {one.planned.id: one for one in chances}
        return tuple(_learnt(term, mine, called, open_, now) for term in terms)


def _by_class(tallies: Iterable[Tally]) -> dict[ClassId, list[Tally]]:
    found: dict[ClassId, list[Tally]] = {}
    for one in tallies:
        found.setdefault(one.class_id, []).append(one)
    return found


def _lessons(
    terms: Sequence[_Term],
    called: Mapping[ClassId, Register],
    tallies: Mapping[ClassId, Sequence[Tally]],
    now: datetime,
) -> list[Lesson]:
    found = [
        Lesson(
            one,
            _state(one, called.get(one.id), now),
            Counter(each.mark for each in tallies.get(one.id, ())),
        )
        for term in terms
        for one in (*term.held, *term.coming)
    ]
    return sorted(found, key=lambda one: (one.planned.starts_at, one.planned.id))


def _state(planned: ClassSession, register: Register | None, now: datetime) -> State:
    if now < planned.starts_at:
        return "coming"
    if now < planned.ends_at:
        return "live"
    if register is None:
        return "none"
    return "final" if register.final(now) else "provisional"


def _taught(
    term: _Term,
    tallies: Mapping[ClassId, Sequence[Tally]],
    final: Container[ClassId],
    names: Mapping[UserId, Named],
) -> Taught:
    planned = {one.id: one for one in term.held}
    mine = [one for known in planned for one in tallies.get(known, ())]
    counted = [one for one in mine if one.class_id in final]
    found = outlook.standings(counted, term.future, term.policy)
    return Taught(
        yours=term.yours,
        policy=term.policy,
        held=len(planned),
        coming=len(term.coming),
        average=outlook.average(found.values()),
        trend=tuple(
            (planned[known], share)
            for known, share in outlook.trend(list(planned), mine, term.policy)
        ),
        risks=tuple(
            (names[known], stands)
            for known, stands in outlook.risks(found, term.policy)
            if known in names
        ),
    )


def _learnt(
    term: _Term,
    mine: Mapping[ClassId, Marked],
    called: Mapping[ClassId, Register],
    chances: Mapping[ClassId, Chance],
    now: datetime,
) -> Learnt:
    classes = [
        Attended(
            planned=one,
            marked=mine[one.id],
            final=called[one.id].final(now),
            chance=chances.get(one.id),
        )
        for one in reversed(term.held)
        if one.id in mine
    ]
    counted = [Counted(one.marked.mark, one.marked.facts.need) for one in classes if one.final]
    return Learnt(
        yours=term.yours,
        policy=term.policy,
        standing=standing(counted, term.future, term.policy),
        coming=len(term.coming),
        classes=tuple(classes),
    )
