"""Courses in PostgreSQL: nothing is booked twice, a list does what it showed, nothing is lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.support.accounts import PASSWORD
from tests.support.application import some_settings
from vtp import settings
from vtp.accounts.model import User
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.app.courses import courses as made
from vtp.app.parts import Parts, open_parts
from vtp.courses.model import Course, Holiday
from vtp.courses.problems import DoubleBooked
from vtp.courses.service import Courses
from vtp.courses.service.catalogue import Wish
from vtp.courses.service.doors import Doors
from vtp.courses.service.timetable import Plan
from vtp.courses.store import sections
from vtp.ids import CourseId, RecordingId, SectionId, uuid7
from vtp.rooms.service.classrooms import Classrooms

DAY = date(2030, 3, 5)


@dataclass
class School:
    parts: Parts
    courses: Courses
    people: int = 0

    async def person(self, *roles: Role, name: str = "Noor Haddad") -> User:
        self.people += 1
        email = f"person{self.people}@school.test"
        accounts = self.parts.accounts
        user = await accounts.sign_in.register(
            email=email, name=name, password=PASSWORD, address="192.0.2.1"
        )
        if not roles:
            return user
        return await accounts.administration.set_roles(SYSTEM, user.id, frozenset(roles))

    async def actor(self, *roles: Role, name: str = "Noor Haddad") -> Actor:
        user = await self.person(*roles, name=name)
        return Actor(user.id, user.roles, Via.SESSION)

    async def course(self, teacher: Actor, **wish: object) -> tuple[Course, SectionId]:
        wanted = Wish(title="Algebra II", visibility="public", **wish)  # type: ignore[arg-type]  # by name
        course = (await self.courses.catalogue.create(teacher, wanted)).course
        await self.courses.catalogue.publish(teacher, course.id)
        (section,) = await self.courses.sections.listed(teacher, course.id)
        return course, section.id


@pytest.fixture
async def school(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[School]:
    async with open_parts(some_settings(database_settings, tmp_path)) as parts:
        yield School(parts, made(parts, Classrooms()))


async def test_no_interleaving_books_anybody_or_anything_twice(school: School) -> None:
    """Two teachers, two venues and four sections, planned and moved by many at once."""
    people = [await school.actor(Role.INSTRUCTOR, name=f"Teacher {n}") for n in range(2)]
    venues = [
        (await school.courses.sections.add_venue(people[0], name=f"Hall {n}", seats=None)).id
        for n in range(2)
    ]
    places = [(who, (await school.course(who))[1]) for who in people for _ in range(2)]
    chance = random.Random(7)

    async def somebody() -> None:
        who, section = chance.choice(places)
        plan = Plan(
            title="Class",
            at=time(8 + chance.randrange(4), chance.choice((0, 30))),
            minutes=chance.choice((30, 60, 90)),
            first_day=DAY,
            venue_id=chance.choice([None, *venues]),
        )
        try:
            (held,) = await school.courses.timetable.plan(who, section, plan)
            moved = {"starts_at": held.starts_at + timedelta(minutes=chance.choice((-60, 30)))}
            if chance.random() < 0.4:
                await school.courses.timetable.cancel(who, held.id, reason="ill")
                await school.courses.timetable.restore(who, held.id)
            await school.courses.timetable.change(who, held.id, moved)
        except DoubleBooked:
            return

    for _ in range(6):
        await asyncio.gather(*(somebody() for _ in range(8)))
    db = school.parts.db
    assert not await db.fetch(
        """
        select a.id from class_session a join class_session b
          on (a.section_id = b.section_id or a.venue_id = b.venue_id)
             and a.id < b.id and a.during && b.during
         where a.cancelled is null and b.cancelled is null
        """
    )
    assert not await db.fetch(
        """
        select a.user_id from class_teacher a join class_teacher b
            on a.user_id = b.user_id and a.session_id < b.session_id and a.during && b.during
          join class_session c on c.id = a.session_id join class_session d on d.id = b.session_id
         where c.cancelled is null and d.cancelled is null
        """
    )
    # A teacher's time is that of the class, also after it was moved.
    assert not await db.fetch(
        "select from class_teacher t join class_session c on c.id = t.session_id"
        " where t.during <> c.during or t.held <> c.held"
    )
    assert await db.fetchval("select count(*) from class_session where cancelled is null") > 3


async def test_a_class_is_changed_while_places_of_its_section_are_counted(school: School) -> None:
    """Each writer of the timetable would else wait for whom that one waits for it."""
    ines = await school.actor(Role.INSTRUCTOR, name="Ines")
    _, section = await school.course(ines)
    plan = Plan(title="", at=time(9), minutes=60, first_day=DAY)
    (held,) = await school.courses.timetable.plan(ines, section, plan)
    async with school.parts.db.transaction() as tx, asyncio.timeout(30):
        await sections.lock(tx, section)
        await school.courses.timetable.cancel(ines, held.id, reason="ill")
        restored = await school.courses.timetable.restore(ines, held.id)
    assert restored.cancelled is None


async def test_a_co_teacher_is_not_in_two_places_either(school: School) -> None:
    ines = await school.actor(Role.INSTRUCTOR, name="Ines")
    kenji = await school.actor(Role.INSTRUCTOR, name="Kenji")
    course, first = await school.course(ines)
    address = (await school.parts.accounts.people.me(kenji)).email
    await school.courses.sections.put_staff(ines, course.id, email=address, role="co_teacher")
    plan = Plan(title="", at=time(9), minutes=60, first_day=DAY)
    await school.courses.timetable.plan(ines, first, plan)
    _, own = await school.course(kenji)
    await school.courses.timetable.plan(kenji, own, plan)
    with pytest.raises(DoubleBooked) as refused:
        await school.courses.sections.set_teachers(
            ines, first, [ines.require_user(), kenji.require_user()]
        )
    assert refused.value.more["busy"] == ["teacher"]


async def test_a_holiday_strikes_its_day_and_gives_it_back(school: School) -> None:
    ines = await school.actor(Role.INSTRUCTOR)
    course, section = await school.course(ines, time_zone="Europe/Lisbon")
    plan = Plan(
        title="",
        at=time(9),
        minutes=60,
        first_day=DAY,
        last_day=DAY + timedelta(days=20),
        weekdays=(2,),
    )
    await school.courses.timetable.plan(ines, section, plan)
    holiday = Holiday(DAY + timedelta(days=7), "Carnival")
    assert await school.courses.timetable.put_holiday(ines, course.id, holiday) == 1
    assert await held(school, ines, course.id) == [5, 19]
    await school.courses.timetable.remove_holiday(ines, course.id, holiday.day)
    assert await held(school, ines, course.id) == [5, 12, 19]


async def held(school: School, who: Actor, course_id: CourseId) -> list[int]:
    since = datetime(2030, 1, 1, tzinfo=UTC)
    found = await school.courses.timetable.of_course(
        who, course_id, since=since, until=since + timedelta(days=300), limit=100
    )
    return [one.starts_at.day for one in found if one.cancelled is None]


async def test_a_room_opens_a_quarter_of_an_hour_before_and_its_recording_knows_the_class(
    school: School,
) -> None:
    ines = await school.actor(Role.INSTRUCTOR)
    _, section = await school.course(ines)
    plan = Plan(title="Roots", at=time(9), minutes=60, first_day=DAY)
    (planned,) = await school.courses.timetable.plan(ines, section, plan)
    doors = Doors(school.parts.db)
    early = planned.starts_at - timedelta(minutes=16)
    shut = await doors.door(planned.room_id, at=early)
    assert (shut.open, shut.opens_at) == (False, planned.starts_at - timedelta(minutes=15))
    assert (await doors.door(planned.room_id, at=early + timedelta(minutes=1))).open
    assert not (await doors.door(planned.room_id, at=planned.ends_at + timedelta(hours=1))).open
    at, room = planned.starts_at + timedelta(minutes=1), planned.room_id
    async with school.parts.db.transaction() as tx:
        meeting, recording = uuid7(), RecordingId(uuid7())
        await tx.execute(
            "insert into meeting (id, room_id, started_at) values ($1, $2, $3)", meeting, room, at
        )
        await tx.execute(
            "insert into recording (id, room_id, meeting_id, title, started_by, started_at, state)"
            " values ($1, $2, $3, 'x', $4, $5, 'recording')",
            recording,
            room,
            meeting,
            ines.user_id,
            at,
        )
        assert await doors.recorded(tx, recording, room, at) == "Roots"
    assert (await school.courses.timetable.get(ines, planned.id)).recordings == (recording,)


@pytest.mark.parametrize("drops", [False, True])
async def test_a_list_does_exactly_what_it_showed(school: School, drops: bool) -> None:
    ines = await school.actor(Role.INSTRUCTOR)
    people = [await school.person(name=f"Student {n}") for n in range(4)]
    course, section = await school.course(ines)
    await school.courses.sections.create(ines, course.id, name="B", capacity=None)
    for user in people[:2]:
        await school.courses.enrolling.put(ines, course.id, email=user.email, section_id=section)
    text = f"email,section\n{people[1].email},B\n{people[2].email},\nnew@school.test,A\nwrong,\n"
    raw, roll = text.encode(), school.courses.rolls
    looked = await roll.look(ines, course.id, raw, drops=drops)
    verbs = ["move", "enrol", "invite", "wrong", *(["drop"] if drops else [])]
    assert [one.verb for one in looked.steps] == verbs
    done = await roll.apply(ines, course.id, raw, drops=drops, digest=looked.digest)
    assert done.steps == looked.steps
    again = await roll.look(ines, course.id, raw, drops=drops)
    assert [one.verb for one in again.steps] == ["keep", "keep", "invite", "wrong"]
    assert len(await school.courses.inviting.invitations(ines, course.id)) == 1
    history = await school.courses.enrolling.history(ines, course.id, people[0].id)
    assert [one.status for one in history] == ["active", *(["dropped"] if drops else [])]


async def test_places_are_never_given_twice_and_who_waits_moves_up(school: School) -> None:
    ines = await school.actor(Role.INSTRUCTOR)
    course, _ = await school.course(ines, capacity=2)
    crowd = [await school.actor(name=f"Student {n}") for n in range(5)]
    got = await asyncio.gather(
        *(school.courses.enrolling.enrol(one, course.id, section_id=None) for one in crowd)
    )
    assert sorted(one.status for one in got) == ["active"] * 2 + ["waiting"] * 3
    sitting = next(one for one in got if one.status == "active")
    leaver = next(one for one in crowd if one.user_id == sitting.user_id)
    await school.courses.enrolling.leave(leaver, course.id)
    roll = await school.courses.enrolling.students(
        ines, course.id, status="active", section_id=None, words_="", after=None, limit=10
    )
    assert len(roll) == 2
    assert leaver.user_id not in {one.user_id for one in roll}
