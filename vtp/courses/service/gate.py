"""The one gate of courses. What is inside a course is reached through it alone."""

from __future__ import annotations

from vtp.actor import Actor
from vtp.courses import rights
from vtp.courses.model import ClassSession, Section, Seen, Yours
from vtp.courses.problems import Archived, OwnerOnly, StaffOnly, TeachersOnly
from vtp.courses.rights import Person
from vtp.courses.store import classes, courses, sections
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import ClassId, CourseId, SectionId


class Gate:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def yours(self, actor: Actor, course_id: CourseId) -> Yours:
        """What you are in a course; who is nothing there, finds nothing."""
        return passed(actor, await courses.by_id(self._db, course_id, asker=actor.user_id))

    async def inside(self, actor: Actor, course_id: CourseId) -> Yours:
        """Enrolled, or staff."""
        yours = await self.yours(actor, course_id)
        if not rights.is_inside(yours.role):
            raise NotFound
        return yours

    async def staffed(self, actor: Actor, course_id: CourseId) -> Yours:
        yours = await self.yours(actor, course_id)
        if not rights.is_staff(yours.role):
            raise StaffOnly
        return yours

    async def taught(self, actor: Actor, course_id: CourseId) -> Yours:
        """By who may change it, while it is not in the archive."""
        yours = await self.yours(actor, course_id)
        if not rights.may_teach(yours.role):
            raise TeachersOnly
        if yours.course.state == "archived":
            raise Archived
        return yours

    async def owned(self, actor: Actor, course_id: CourseId) -> Yours:
        yours = await self.yours(actor, course_id)
        if not rights.may_own(yours.course.facts, person_of(actor)):
            raise OwnerOnly
        return yours

    # --- by what belongs to a course ----------------------------------------------------------
    async def section(self, actor: Actor, section_id: SectionId) -> tuple[Yours, Section]:
        """A section of a course that one is inside of; a student's own alone."""
        section = await sections.by_id(self._db, section_id)
        if section is None:
            raise NotFound
        yours = await self.inside(actor, section.course_id)
        if not rights.is_staff(yours.role) and yours.seen.section_id != section_id:
            raise NotFound
        return yours, section

    async def taught_section(self, actor: Actor, section_id: SectionId) -> tuple[Yours, Section]:
        yours, section = await self.section(actor, section_id)
        await self.taught(actor, yours.course.id)
        return yours, section

    async def session(self, actor: Actor, class_id: ClassId) -> tuple[Yours, ClassSession]:
        planned = await classes.by_id(self._db, class_id)
        if planned is None:
            raise NotFound
        yours, _ = await self.section(actor, planned.section_id)
        return yours, planned

    async def taught_session(self, actor: Actor, class_id: ClassId) -> tuple[Yours, ClassSession]:
        yours, planned = await self.session(actor, class_id)
        await self.taught(actor, yours.course.id)
        return yours, planned


def passed(actor: Actor, seen: Seen | None) -> Yours:
    if seen is None:
        raise NotFound
    role = rights.role_in(seen.course.facts, person_of(actor, seen))
    if role is None:
        raise NotFound
    return Yours(seen, role)


def person_of(actor: Actor, seen: Seen | None = None) -> Person:
    return Person(
        actor.user_id,
        actor.roles,
        seen.staff_role if seen else None,
        seen.status if seen else None,
    )
