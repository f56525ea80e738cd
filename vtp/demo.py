"""What a school to try looks like: people whose password everybody knows, on loopback only."""

from __future__ import annotations

from contextlib import suppress
from datetime import time, timedelta
from uuid import UUID

from vtp.accounts.service.administration import Administration
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.clock import Clock
from vtp.courses.problems import DoubleBooked
from vtp.courses.service import Courses
from vtp.courses.service.catalogue import Wish
from vtp.courses.service.timetable import Plan
from vtp.db import Database
from vtp.ids import RoomId
from vtp.rooms.service.example import put_example

PASSWORD = "classroom"
PEOPLE = (
    ("admin@demo.test", "Amara Okafor", Role.ADMIN),
    ("teacher@demo.test", "Ines Carvalho", Role.INSTRUCTOR),
    ("student@demo.test", "Noor Haddad", Role.STUDENT),
)
ROOM = RoomId(UUID("01981c5e-9a10-7c3e-8f00-000000000001"))
TITLE = "Algebra with Ines"


async def fill(administration: Administration, db: Database, *, clock: Clock) -> None:
    """Put everybody there who is not, and a room to meet in; may be called again and again."""
    for email, name, role in PEOPLE:
        await administration.put_demo(
            email=email, name=name, password=PASSWORD, roles=frozenset({role})
        )
    await put_example(db, clock=clock, room_id=ROOM, title=TITLE, owner="teacher@demo.test")


# Title, description, who finds it, days of the week, hour: one teacher is in one place at a time.
_COURSES = (
    (
        "Algebra II",
        "Quadratics and inequalities, two evenings a week, with time for questions in each.",
        (2, 4),
        18,
    ),
    ("Marine biology", "Tides, kelp forests, and who eats whom.", (1,), 17),
    ("Electronics", "Sensors, signals, and reading a data sheet.", (3,), 19),
)
_WEEKS = timedelta(weeks=12)


async def fill_courses(made: Courses, administration: Administration, *, clock: Clock) -> None:
    """Courses of the teacher with the student in them, and a class that opens in a moment."""
    teacher = await _actor(administration, "teacher@demo.test", Role.INSTRUCTOR)
    student = await _actor(administration, "student@demo.test", Role.STUDENT)
    if await made.catalogue.listed(teacher, scope="mine", words_="", before=None, limit=1):
        return
    today = clock.now().date()
    for title, text, weekdays, hour in _COURSES:
        wish = Wish(
            title=title,
            description=text,
            visibility="public",
            time_zone="Europe/Lisbon",
            first_day=today,
            last_day=today + _WEEKS,
            capacity=30,
        )
        course = (await made.catalogue.create(teacher, wish)).course
        (section,) = await made.sections.listed(teacher, course.id)
        plan = Plan(title="", at=time(hour), minutes=55, first_day=today, weekdays=weekdays)
        await made.timetable.plan(teacher, section.id, plan)
        await made.catalogue.publish(teacher, course.id)
        if title == "Electronics":
            continue  # something to find in the catalogue
        await made.enrolling.enrol(student, course.id, section_id=None)
        if title == "Algebra II":
            soon = clock.now() + timedelta(minutes=10)
            single = Plan(
                title="Quadratic inequalities",
                at=soon.time().replace(second=0, microsecond=0),
                minutes=55,
                first_day=soon.date(),
                time_zone="UTC",
            )
            with suppress(DoubleBooked):  # a class of every week is on right now
                await made.timetable.plan(teacher, section.id, single)


async def _actor(administration: Administration, email: str, role: Role) -> Actor:
    user = await administration.of_email(SYSTEM, email)
    return Actor(user.id, frozenset({role}), Via.TERMINAL)
