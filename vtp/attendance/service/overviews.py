"""Attendance at one look: what waits for who teaches, and how who learns stands everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from vtp.actor import Actor
from vtp.attendance import outlook
from vtp.attendance.marking import Counted, Standing, standing, stands
from vtp.attendance.policy import Mark, Policy
from vtp.attendance.register import Marked, Register
from vtp.attendance.service.catching import CatchingUp, Chance
from vtp.attendance.service.matrices import turn
from vtp.attendance.store import policies, registers
from vtp.attendance.store import strips as store
from vtp.attendance.store.strips import Open
from vtp.attendance.strips import Strip
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses import rights
from vtp.courses.model import ClassSession, Yours
from vtp.courses.service.expected import Expected, Named
from vtp.db import Database
from vtp.ids import ClassId, UserId
from vtp.tasks import in_turns

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Called:
    """A course with its registers: of each student the marks of `classes`, in their order."""

    term: _Term
    classes: Sequence[ClassSession]
    final: Sequence[bool]
    strips: Mapping[UserId, Strip]


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
        books = [await self._called(term, called, now) for term in terms]
        contests = await store.contests(self._db, called)
        people = {known for book in books for known in book.strips}
        names = await self._expected.names(people | {one.user_id for one in contests})
        lessons = _lessons(books, called, now)
        return Teaching(
            lessons=tuple(one for one in lessons if _near(one.planned, now)),
            unconfirmed=tuple(one for one in lessons if one.state == "provisional"),
            contests=tuple(
                Contested(planned[one.class_id], names[one.user_id], one)
                for one in contests
                if one.user_id in names
            ),
            taught=tuple([await _taught(book, names) for book in books]),
        )

    async def _called(
        self, term: _Term, called: Mapping[ClassId, Register], now: datetime
    ) -> _Called:
        classes = [one for one in term.held if one.id in called]
        return _Called(
            term=term,
            classes=classes,
            final=[called[one.id].final(now) for one in classes],
            strips=await store.strips(self._db, [one.id for one in classes]),
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


def _lessons(
    books: Iterable[_Called], called: Mapping[ClassId, Register], now: datetime
) -> list[Lesson]:
    """Those of these days, and those whose marks are still to be confirmed."""
    found = []
    for book in books:
        places = {one.id: place for place, one in enumerate(book.classes)}
        for one in (*book.term.held, *book.term.coming):
            state = _state(one, called.get(one.id), now)
            if not _near(one, now) and state != "provisional":
                continue
            place = places.get(one.id)
            marks = Counter() if place is None else outlook.tally(book.strips.values(), place)
            found.append(Lesson(one, state, marks))
    return sorted(found, key=lambda one: (one.planned.starts_at, one.planned.id))


def _near(planned: ClassSession, now: datetime) -> bool:
    return now - _BACK < planned.ends_at < now + _AHEAD


def _state(planned: ClassSession, register: Register | None, now: datetime) -> State:
    if now < planned.starts_at:
        return "coming"
    if now < planned.ends_at:
        return "live"
    if register is None:
        return "none"
    return "final" if register.final(now) else "provisional"


async def _taught(book: _Called, names: Mapping[UserId, Named]) -> Taught:
    term, strips, future = book.term, book.strips, book.term.future
    people = in_turns(strips.items(), each=turn(len(book.classes) + len(future)))
    found = {
        known: stands(strip.sums(book.final), future, term.policy) async for known, strip in people
    }
    return Taught(
        yours=term.yours,
        policy=term.policy,
        held=len(term.held),
        coming=len(term.coming),
        average=outlook.average(found.values()),
        trend=tuple([one async for one in _trend(book)]),
        risks=tuple(
            (names[known], stands)
            for known, stands in outlook.risks(found, term.policy)
            if known in names
        ),
    )


async def _trend(book: _Called) -> AsyncIterator[tuple[ClassSession, float]]:
    """Class by class; one in which nothing was required says nothing."""
    strips = book.strips.values()
    async for place, one in in_turns(enumerate(book.classes), each=turn(len(strips))):
        share = outlook.worth(outlook.required(strips, place), book.term.policy)
        if share is not None:
            yield one, share


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
