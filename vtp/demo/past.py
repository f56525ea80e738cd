"""The term of the demo, written: courses, people, and what happened in every class so far."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path

from vtp.accounts.service.administration import Administration
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.analytics.service.example import put_plays
from vtp.attendance.service.books import Books
from vtp.attendance.service.example import put_spans
from vtp.clock import Clock
from vtp.courses.model import ClassSession
from vtp.courses.problems import DoubleBooked
from vtp.courses.service import Courses
from vtp.courses.service import example as seats
from vtp.courses.service.catalogue import Wish
from vtp.courses.service.timetable import Plan
from vtp.db import Database
from vtp.demo import school
from vtp.demo.lesson import Known, Lesson
from vtp.demo.recorded import Recorded
from vtp.demo.term import day
from vtp.ids import CourseId, SectionId
from vtp.rooms.service.example import put_past_class

_BACK, _AHEAD = timedelta(weeks=10), timedelta(weeks=5)
_MINUTES = 55
_SOON = timedelta(minutes=10)
_MOST = 200
# Classes in which it is looked for somebody late: those who were may have made it up.
_LATELY = 3
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writers:
    """What the term is written with."""

    db: Database
    courses: Courses
    books: Books
    administration: Administration
    clock: Clock
    root: Path  # of recordings


async def fill_term(writers: Writers) -> None:
    """Once: a teacher who has courses keeps them as they are."""
    teacher = await _actor(writers, "teacher@demo.test", Role.INSTRUCTOR)
    listed = writers.courses.catalogue.listed
    if await listed(teacher, scope="mine", words_="", before=None, limit=1):
        return
    student = await _actor(writers, school.STUDENT.email, Role.STUDENT)
    begins = writers.clock.now() - _BACK
    names = {one.email: one.name for one in school.PUPILS}
    ids = await writers.administration.put_classmates(names, at=begins - timedelta(days=7))
    pupils = [Known(ids[one.email], one) for one in school.PUPILS if one.email in ids]
    for course in school.COURSES:
        those = pupils[course.pupils]
        if course.with_student:
            those = [*those, Known(student.require_user(), school.STUDENT)]
        await _Course(writers, teacher, student, course, tuple(those)).fill()


async def _actor(writers: Writers, email: str, role: Role) -> Actor:
    user = await writers.administration.of_email(SYSTEM, email)
    return Actor(user.id, frozenset({role}), Via.TERMINAL)


@dataclass(frozen=True, slots=True)
class _Course:
    writers: Writers
    teacher: Actor
    student: Actor
    plan: school.Course
    pupils: tuple[Known, ...]

    async def fill(self) -> None:
        courses, now = self.writers.courses, self.writers.clock.now()
        course_id, section_id = await self._planned(now)
        if self.plan.with_student:
            await courses.enrolling.enrol(self.student, course_id, section_id=None)
        await seats.seat(
            self.writers.db,
            course_id,
            section_id,
            [one.user_id for one in self.pupils],
            by=self.teacher.require_user(),
            at=now - _BACK - timedelta(days=3),
        )
        found = await courses.timetable.of_course(
            self.teacher, course_id, since=now - 2 * _BACK, until=now, limit=_MOST
        )
        held = [one for one in found if one.ends_at < now - timedelta(minutes=5)]
        topics = dict(zip((one.id for one in held), self.plan.topics, strict=False))
        await seats.name_classes(
            self.writers.db, {known: one.title for known, one in topics.items()}
        )
        await self._hold(
            [replace(one, title=topics[one.id].title) for one in held if one.id in topics]
        )
        if self.plan.title == "Algebra II":
            await self._soon(section_id, now)

    async def _planned(self, now: datetime) -> tuple[CourseId, SectionId]:
        courses, first = self.writers.courses, (now - _BACK).date()
        wish = Wish(
            title=self.plan.title,
            description=self.plan.text,
            visibility="public",
            time_zone="Europe/Lisbon",
            first_day=first,
            last_day=(now + _AHEAD).date(),
            capacity=30,
        )
        course = (await courses.catalogue.create(self.teacher, wish)).course
        (section,) = await courses.sections.listed(self.teacher, course.id)
        weekly = Plan(
            title="",
            at=time(self.plan.hour),
            minutes=_MINUTES,
            first_day=first,
            weekdays=self.plan.weekdays,
        )
        await courses.timetable.plan(self.teacher, section.id, weekly)
        await courses.catalogue.publish(self.teacher, course.id)
        return course.id, section.id

    async def _hold(self, held: Sequence[ClassSession]) -> None:
        lessons = []
        for number, planned in enumerate(held):
            word = f"{self.plan.title} {number}"
            went = day(
                word,
                self.plan.topics[number],
                [one.pupil for one in self.pupils],
                done=number / len(self.plan.topics),
                length=_MINUTES * 60,
            )
            lesson = Lesson(word, planned, went, self.pupils, teacher=self.teacher.require_user())
            await put_past_class(self.writers.db, lesson.past())
            lessons.append(lesson)
        await put_spans(self.writers.db, [span for one in lessons for span in one.spans])
        recorded = Recorded(self.writers.db, self.writers.root)
        ids = await recorded.put(self.plan, lessons, now=self.writers.clock.now())
        await put_plays(self.writers.db, [one.meeting_id for one in lessons], ids)
        await self.writers.books.registers.call_these([one.id for one in held])
        if held:
            await self._decided(held)

    async def _decided(self, held: Sequence[ClassSession]) -> None:
        """A mark that was set, and one that waits for an answer."""
        deciding, registers = self.writers.books.deciding, self.writers.books.registers
        first = await registers.sheet(self.teacher, held[0].id)
        missed = [one.person.user_id for one in first.lines if one.marked.mark != "present"]
        if missed:
            await deciding.override(
                self.teacher, held[0].id, missed[0], mark="excused", why="Exam elsewhere"
            )
        for planned in reversed(held[-_LATELY:]):
            sheet = await registers.sheet(self.teacher, planned.id)
            late = [one.person.user_id for one in sheet.lines if one.marked.mark == "late"]
            if late:
                who = Actor(late[0], frozenset({Role.STUDENT}), Via.TERMINAL)
                text = "I was in the waiting room before six, and my bus was late on top."
                await deciding.contest(who, planned.id, text)
                return

    async def _soon(self, section_id: SectionId, now: datetime) -> None:
        """A class that opens in a moment, unless one of every week is on right now."""
        soon = now + _SOON
        single = Plan(
            title="Quadratic inequalities",
            at=soon.time().replace(second=0, microsecond=0),
            minutes=_MINUTES,
            first_day=soon.date(),
            time_zone="UTC",
        )
        with suppress(DoubleBooked):
            await self.writers.courses.timetable.plan(self.teacher, section_id, single)
