"""Who is expected in a class: what attendance asks of courses."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from vtp.actor import Actor
from vtp.courses import rights
from vtp.courses.model import ClassSession, Yours
from vtp.courses.service.gate import person_of
from vtp.courses.store import attending, classes, courses
from vtp.courses.store.attending import Step
from vtp.db import Database
from vtp.ids import ClassId, CourseId, RecordingId, SectionId, UserId

_EVER, _NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_MOST = 1000  # classes of one course
_MOST_COURSES = 50


@dataclass(frozen=True, slots=True)
class Student:
    """Somebody whose place in the section a class is for, and since when they have it."""

    user_id: UserId
    since: datetime


@dataclass(frozen=True, slots=True)
class Expecting:
    planned: ClassSession
    hosts: frozenset[UserId]
    students: tuple[Student, ...]


@dataclass(frozen=True, slots=True)
class Named:
    user_id: UserId
    name: str
    picture_id: UUID | None


class Expected:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def of_class(self, class_id: ClassId) -> Expecting | None:
        """As it was when the class ended: who came into the section later is not expected."""
        planned = await classes.by_id(self._db, class_id)
        if planned is None or planned.cancelled is not None:
            return None
        hosts = await attending.hosts(self._db, class_id)
        steps = await attending.steps(self._db, planned.course_id, until=planned.ends_at)
        return Expecting(planned, hosts, tuple(enrolled(steps, planned.section_id)))

    async def ended(
        self, *, since: datetime, until: datetime, limit: int
    ) -> dict[ClassId, datetime]:
        """Classes that were to end in that time and when, the earliest first."""
        return dict(await attending.ended(self._db, since=since, until=until, limit=limit))

    async def going_on(self, at: datetime) -> list[ClassId]:
        """By the plan."""
        return await attending.going_on(self._db, at=at)

    async def of_recordings(
        self, recordings: Collection[RecordingId]
    ) -> dict[RecordingId, ClassId]:
        """Which classes they are of."""
        return await attending.of_recordings(self._db, sorted(recordings))

    async def planned(self, class_id: ClassId) -> ClassSession | None:
        return await classes.by_id(self._db, class_id)

    async def held(
        self, course_id: CourseId, *, section_id: SectionId | None, until: datetime
    ) -> list[ClassSession]:
        """Classes that have begun, in order."""
        return await self._planned(course_id, section_id, since=_EVER, until=until)

    async def coming(
        self, course_id: CourseId, *, section_id: SectionId | None, since: datetime
    ) -> list[ClassSession]:
        """Classes that are still to begin, in order."""
        return await self._planned(course_id, section_id, since=since, until=_NEVER)

    async def _planned(
        self,
        course_id: CourseId,
        section_id: SectionId | None,
        *,
        since: datetime,
        until: datetime,
    ) -> list[ClassSession]:
        found = await classes.of_course(
            self._db, course_id, section_id=section_id, since=since, until=until, limit=_MOST
        )
        return [one for one in found if one.cancelled is None]

    async def courses_of(self, actor: Actor) -> list[Yours]:
        """Those that somebody teaches, helps in or learns in, and that are not in the archive."""
        found = await courses.of_person(
            self._db, actor.require_user(), before=None, limit=_MOST_COURSES
        )
        roles = [(one, rights.role_in(one.course.facts, person_of(actor, one))) for one in found]
        return [
            Yours(seen, role)
            for seen, role in roles
            if rights.is_inside(role) and role is not None and seen.course.state != "archived"
        ]

    async def teachers(self, course_id: CourseId) -> list[str]:
        """The names of those who teach it, its owner first."""
        found = await courses.staff(self._db, course_id)
        return [one.name for one in found if one.role in {"teacher", "co_teacher"}]

    async def names(self, people: Iterable[UserId]) -> dict[UserId, Named]:
        found = await attending.names(self._db, sorted(set(people)))
        return {user_id: Named(user_id, name, picture) for user_id, name, picture in found}


def enrolled(steps: Iterable[Step], section_id: SectionId) -> list[Student]:
    """Out of what happened to each in order: who has a place in that section, and since when."""
    since: dict[UserId, datetime] = {}
    for step in steps:
        here = step.section_id == section_id and step.status in {"active", "completed"}
        if here:
            since.setdefault(step.user_id, step.at)
        else:
            since.pop(step.user_id, None)
    return [Student(user_id, at) for user_id, at in sorted(since.items())]
