"""A class of an hour that was held at nine, written as rows: who was there when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from tests.support.accounts import PASSWORD
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.app.courses import courses
from vtp.app.parts import Parts
from vtp.courses.service import Courses
from vtp.courses.service.catalogue import Wish
from vtp.courses.service.timetable import Plan
from vtp.ids import (
    ClassId,
    CourseId,
    MeetingId,
    RecordingId,
    RoomId,
    SectionId,
    uuid7,
)
from vtp.rooms.service.classrooms import Classrooms


@dataclass
class HeldClass:
    """A class of an hour, that its teacher gives on one day."""

    parts: Parts
    courses: Courses
    ines: Actor
    nine: datetime
    course_id: CourseId = field(init=False)
    section_id: SectionId = field(init=False)
    class_id: ClassId = field(init=False)
    room_id: RoomId = field(init=False)
    meeting_id: MeetingId = field(init=False)

    def at(self, minutes: float) -> datetime:
        return self.nine + timedelta(minutes=minutes)

    async def student(self, name: str) -> Actor:
        actor = await person(self.parts, name)
        email = f"{name.lower()}@school.test"
        await self.enrol(email)
        return actor

    async def enrol(self, email: str) -> None:
        """Since long before the class."""
        await self.courses.enrolling.put(
            self.ines, self.course_id, email=email, section_id=self.section_id
        )
        await self.parts.db.execute("update enrolment_change set at = $1", self.at(-9000))

    async def meets(self, since: float, until: float | None) -> MeetingId:
        self.meeting_id = MeetingId(uuid7())
        await self.parts.db.execute(
            "insert into meeting (id, room_id, started_at, ended_at, ended_how)"
            " values ($1, $2, $3, $4, case when $4::timestamptz is null then null else 'ended' end)",
            self.meeting_id,
            self.room_id,
            self.at(since),
            None if until is None else self.at(until),
        )
        return self.meeting_id

    async def receives(self, who: Actor, *spans: tuple[float, float], kind: str = "media") -> None:
        """On one device."""
        participant, role = uuid7(), "host" if who == self.ines else "member"
        await self.parts.db.execute(
            "insert into participant (id, meeting_id, user_id, name, role, joined_at)"
            " values ($1, $2, $3, 'x', $4, $5)",
            participant,
            self.meeting_id,
            who.user_id,
            role,
            self.at(spans[0][0]),
        )
        for since, until in spans:
            await self.parts.db.execute(
                "insert into presence_span (id, meeting_id, participant_id, user_id, kind,"
                " started_at, seen_at, ended_at) values ($1, $2, $3, $4, $5, $6, $7, $7)",
                uuid7(),
                self.meeting_id,
                participant,
                who.user_id,
                kind,
                self.at(since),
                self.at(until),
            )

    async def hold(self, people: dict[str, Actor]) -> None:
        """Ines is three minutes late herself; the server is away from 20 to 24."""
        noor, rosa, kwame, elif_, mateo = people.values()
        await self.meets(-10, 62)
        await self.parts.db.execute(
            "insert into meeting_outage (meeting_id, started_at, ended_at) values ($1, $2, $3)",
            self.meeting_id,
            self.at(20),
            self.at(24),
        )
        await self.receives(self.ines, (3, 20), (24, 61))
        await self.receives(noor, (-5, 20), (24.5, 61))
        await self.receives(rosa, (15, 20), (24, 60))
        await self.receives(kwame, (3, 20), (24, 40))
        await self.receives(kwame, (30, 60))
        await self.receives(elif_, (3, 20), (24, 45))
        await self.receives(mateo, (3, 60), kind="socket")

    async def held(self) -> dict[str, Actor]:
        """With five students, by name."""
        names = ("Noor", "Rosa", "Kwame", "Elif", "Mateo")
        people = {name: await self.student(name) for name in names}
        await self.hold(people)
        return people

    async def recorded(
        self, since: float, until: float, *pauses: tuple[float, float]
    ) -> RecordingId:
        """For everybody in the class."""
        made, db = RecordingId(uuid7()), self.parts.db
        paused = sum(end - start for start, end in pauses)
        await db.execute(
            """
            insert into recording (id, room_id, meeting_id, title, state, visibility, started_by,
                                   started_at, stopped_at, seconds, bytes)
            values ($1, $2, $3, 'Roots', 'ready', 'room', $4, $5, $6, $7, 1)
            """,
            made,
            self.room_id,
            self.meeting_id,
            self.ines.user_id,
            self.at(since),
            self.at(until),
            (until - since - paused) * 60.0,
        )
        for start, end in pauses:
            await db.execute(
                "insert into recording_pause (recording_id, since, until) values ($1, $2, $3)",
                made,
                self.at(start),
                self.at(end),
            )
        await db.execute(
            "insert into class_recording (recording_id, session_id) values ($1, $2)",
            made,
            self.class_id,
        )
        return made


H = TypeVar("H", bound=HeldClass)


async def person(parts: Parts, name: str, *roles: Role) -> Actor:
    email = f"{name.lower()}@school.test"
    user = await parts.accounts.sign_in.register(
        email=email, name=name, password=PASSWORD, address="192.0.2.1"
    )
    if roles:
        user = await parts.accounts.administration.set_roles(SYSTEM, user.id, frozenset(roles))
    return Actor(user.id, user.roles, Via.SESSION)


async def plan(parts: Parts, ines: Actor, nine: datetime) -> HeldClass:
    return await planned(parts, ines, nine, kind=HeldClass)


async def planned(parts: Parts, ines: Actor, nine: datetime, *, kind: type[H]) -> H:
    made = courses(parts, Classrooms())
    there = kind(parts, made, ines, nine)
    course = (await made.catalogue.create(ines, Wish(title="Algebra II"))).course
    await made.catalogue.publish(ines, course.id)
    (section,) = await made.sections.listed(ines, course.id)
    there.course_id, there.section_id = course.id, section.id
    wanted = Plan(title="Roots", at=nine.time(), minutes=60, first_day=nine.date())
    (one,) = await made.timetable.plan(ines, section.id, wanted)
    there.class_id, there.room_id = one.id, one.room_id
    return there
