"""A place in a section: taken, waited for, given up. All ways to enrol come down to this.

The lock of the section makes places be counted by one at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.courses import kinds
from vtp.courses.model import Course, Enrolment, How
from vtp.courses.problems import NoSuchSection, NotEnrolled, StaffDoNotEnrol
from vtp.courses.rights import Status
from vtp.courses.service.chronicle import Chronicle
from vtp.courses.service.sections import Sections
from vtp.courses.service.telling import Telling
from vtp.courses.store import courses
from vtp.courses.store import enrolments as store
from vtp.courses.store import sections as section_store
from vtp.db import Database, Db
from vtp.errors import NotFound
from vtp.ids import CourseId, SectionId, UserId

_ADVANCED_AT_ONCE = 200
_TOLD = {"active": kinds.ENROLLED, "waiting": kinds.WAITS, "dropped": kinds.DROPPED}


class _About(TypedDict):
    course_id: CourseId
    section_id: SectionId
    user_id: UserId
    status: Status
    how: How


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in a section, and how they came there."""

    course: Course
    section_id: SectionId
    user_id: UserId
    how: How


class Places:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        sections: Sections,
        chronicle: Chronicle,
        telling: Telling,
    ) -> None:
        self._db = db
        self._clock = clock
        self._sections = sections
        self._chronicle = chronicle
        self._telling = telling

    async def enter(
        self,
        actor: Actor,
        course: Course,
        section_id: SectionId | None,
        how: How,
        *,
        user_id: UserId | None = None,
    ) -> Enrolment:
        person = user_id or actor.require_user()
        section = await self.section_for(course.id, section_id)
        async with self._db.transaction() as tx:
            changed = await self.place(tx, actor, Seat(course, section, person, how))
        await self._sections.told(changed)
        return await self.of(course.id, person)

    async def place(self, tx: Db, actor: Actor, seat: Seat) -> frozenset[UserId]:
        """A place, or one in the queue; staff who enrol by hand or list are not held up."""
        await section_store.lock(tx, seat.section_id)
        section = await section_store.by_id(tx, seat.section_id)
        if section is None:
            raise NoSuchSection
        free = section.free is None or section.free > section.waiting
        status: Status = "active" if free or seat.how in {"hand", "list"} else "waiting"
        return await self.write(tx, actor, seat, status)

    async def write(self, tx: Db, actor: Actor, seat: Seat, status: Status) -> frozenset[UserId]:
        """As it is from now on, in its history too; who has another place in a room by that."""
        course, user_id = seat.course, seat.user_id
        about: _About = {
            "course_id": course.id,
            "section_id": seat.section_id,
            "user_id": user_id,
            "status": status,
            "how": seat.how,
        }
        await store.put(tx, **about, by=actor.user_id, at=self._clock.now())
        await self._chronicle.enrolment(tx, actor, **about)
        if actor.user_id != user_id and (kind := _TOLD.get(status)) is not None:
            await self._telling.place(tx, user_id, kind, course=course.title, course_id=course.id)
        return await self._sections.seat(tx, seat.section_id) | {user_id}

    async def drop(self, actor: Actor, course_id: CourseId, user_id: UserId, *, how: How) -> None:
        before = await store.one(self._db, course_id=course_id, user_id=user_id)
        if before is None or before.status == "dropped":
            raise NotEnrolled
        async with self._db.transaction() as tx:
            await section_store.lock(tx, before.section_id)
            course = await courses.lock(tx, course_id)
            if course is None:
                raise NotFound
            changed = await self.write(
                tx, actor, Seat(course, before.section_id, user_id, how), "dropped"
            )
            # Into the archive nobody comes any more, whatever place is free.
            if course.state != "archived":
                changed |= await self.advance(tx, actor, course, before.section_id)
        await self._sections.told(changed)

    async def advance(
        self, tx: Db, actor: Actor, course: Course, section_id: SectionId
    ) -> frozenset[UserId]:
        section = await section_store.by_id(tx, section_id)
        if section is None or section.waiting == 0:
            return frozenset()
        places = _ADVANCED_AT_ONCE if section.free is None else section.free
        changed: frozenset[UserId] = frozenset()
        for one in await store.waiting(tx, section_id, limit=min(places, _ADVANCED_AT_ONCE)):
            changed |= await self.write(
                tx, actor, Seat(course, section_id, one.user_id, one.how), "active"
            )
        return changed

    async def section_for(self, course_id: CourseId, section_id: SectionId | None) -> SectionId:
        """The one that is named, else the first with a free place, else the first."""
        listed = await section_store.of_course(self._db, course_id)
        if section_id is not None:
            if all(one.id != section_id for one in listed):
                raise NoSuchSection
            return section_id
        if not listed:
            raise NoSuchSection
        free = [one for one in listed if one.free is None or one.free > one.waiting]
        return (free or listed)[0].id

    async def require_section(self, course_id: CourseId, section_id: SectionId) -> None:
        await self.section_for(course_id, section_id)

    async def require_no_staff(self, course_id: CourseId, user_id: UserId) -> None:
        staff = await courses.staff(self._db, course_id)
        if any(one.user_id == user_id for one in staff):
            raise StaffDoNotEnrol

    async def of(self, course_id: CourseId, user_id: UserId) -> Enrolment:
        found = await store.one(self._db, course_id=course_id, user_id=user_id)
        if found is None:
            raise NotFound
        return found
