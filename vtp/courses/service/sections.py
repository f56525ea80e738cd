"""Sections with their rooms, who teaches them, the staff of a course, and venues."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.courses import rights, words
from vtp.courses.model import Course, Section, Teacher, Venue
from vtp.courses.port import Classrooms
from vtp.courses.problems import (
    Archived,
    NoSuchPerson,
    NotStaff,
    OwnerStays,
    StaffDoNotEnrol,
)
from vtp.courses.rights import StaffRole
from vtp.courses.service.chronicle import Chronicle
from vtp.courses.service.gate import Gate, person_of
from vtp.courses.store import classes, courses, enrolments
from vtp.courses.store import sections as store
from vtp.db import Database, Db
from vtp.errors import Forbidden, NotFound
from vtp.ids import CourseId, SectionId, UserId, VenueId, uuid7

_TEACH = frozenset({"teacher", "co_teacher"})


class Sections:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        classrooms: Classrooms,
        chronicle: Chronicle,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._classrooms = classrooms
        self._chronicle = chronicle

    async def listed(self, actor: Actor, course_id: CourseId) -> list[Section]:
        """To choose from, for whoever sees the course."""
        await self._gate.yours(actor, course_id)
        return await store.of_course(self._db, course_id)

    async def create(
        self, actor: Actor, course_id: CourseId, *, name: str, capacity: int | None
    ) -> Section:
        yours = await self._gate.taught(actor, course_id)
        async with self._db.transaction() as tx:
            section_id = await self.put(tx, yours.course, name=name, capacity=capacity)
            await self._chronicle.wrote(tx, actor, "section_made", course_id, {"name": name})
        return await self._there(section_id)

    async def put(self, tx: Db, course: Course, *, name: str, capacity: int | None) -> SectionId:
        """With a room of its own, taught by the owner of the course until it is said otherwise."""
        now, called = self._clock.now(), words.line(name, field="name", most=words.NAME)
        room_id = await self._classrooms.make(
            tx, title=f"{course.title} · {called}", owner_id=course.owner_id, at=now
        )
        section = Section(
            id=SectionId(uuid7()),
            course_id=course.id,
            name=called,
            capacity=capacity,
            room_id=room_id,
            created_at=now,
        )
        await store.insert(tx, section)
        await store.set_teachers(tx, section.id, [course.owner_id])
        await self.seat(tx, section.id)
        return section.id

    async def change(self, actor: Actor, section_id: SectionId, fields: dict[str, Any]) -> Section:
        """Who waits is let in by `Enrolling.advance` when there are more places."""
        yours, _ = await self._gate.taught_section(actor, section_id)
        cleaned = dict(fields)
        if "name" in cleaned:
            cleaned["name"] = words.line(cleaned["name"], field="name", most=words.NAME)
        async with self._db.transaction() as tx:
            await store.lock(tx, section_id)
            await store.change(tx, section_id, cleaned)
            await self._chronicle.wrote(
                tx, actor, "section_changed", yours.course.id, {"fields": sorted(cleaned)}
            )
        return await self._there(section_id)

    async def delete(self, actor: Actor, section_id: SectionId) -> None:
        yours, section = await self._gate.taught_section(actor, section_id)
        async with self._db.transaction() as tx:
            await store.lock(tx, section_id)
            await store.delete(tx, section_id)
            await self._classrooms.close(tx, section.room_id, at=self._clock.now())
            await self._chronicle.wrote(
                tx, actor, "section_deleted", yours.course.id, {"name": section.name}
            )

    async def set_teachers(
        self, actor: Actor, section_id: SectionId, teachers: Collection[UserId]
    ) -> Section:
        """Of all its classes that are still to come; refused where one of them is busy."""
        yours, _ = await self._gate.taught_section(actor, section_id)
        staff = await courses.staff(self._db, yours.course.id)
        if not set(teachers) <= {one.user_id for one in staff if one.role in _TEACH}:
            raise NotStaff
        async with self._db.transaction() as tx:
            await store.lock(tx, section_id)
            await store.set_teachers(tx, section_id, teachers)
            await classes.set_teachers(tx, section_id, teachers, since=self._clock.now())
            await self._chronicle.wrote(tx, actor, "section_changed", yours.course.id)
        return await self._there(section_id)

    async def seat(self, tx: Db, section_id: SectionId) -> frozenset[UserId]:
        """Who belongs to the section may enter its room. Call `told` after the commit."""
        section = await store.by_id(tx, section_id)
        if section is None:
            return frozenset()
        hosts, members = await store.people(tx, section_id)
        return await self._classrooms.seat(
            tx, section.room_id, hosts=hosts, members=members, at=self._clock.now()
        )

    async def told(self, people: Collection[UserId]) -> None:
        await self._classrooms.changed(people)

    async def _there(self, section_id: SectionId) -> Section:
        section = await store.by_id(self._db, section_id)
        if section is None:
            raise NotFound
        return section

    # --- staff --------------------------------------------------------------------------------
    async def staff(self, actor: Actor, course_id: CourseId) -> list[Teacher]:
        """Everybody, for who is inside; who teaches, for visitors."""
        yours = await self._gate.yours(actor, course_id)
        found = await courses.staff(self._db, course_id)
        if rights.is_staff(yours.role):
            return found
        return [one for one in found if one.role in _TEACH]

    async def put_staff(
        self, actor: Actor, course_id: CourseId, *, email: str, role: StaffRole
    ) -> Teacher:
        """Add somebody, or change what they are here. For the owner of the course."""
        yours = await self._gate.owned(actor, course_id)
        if yours.course.state == "archived":
            raise Archived
        found = (await enrolments.people_by_email(self._db, [email.strip().lower()])).values()
        if not found:
            raise NoSuchPerson
        (user_id, _), *_ = found
        if user_id == yours.course.owner_id and role != "teacher":
            raise OwnerStays
        enrolled = await enrolments.one(self._db, course_id=course_id, user_id=user_id)
        if enrolled is not None and enrolled.status != "dropped":
            raise StaffDoNotEnrol
        async with self._db.transaction() as tx:
            now = self._clock.now()
            await store.lock_all(tx, course_id)
            await courses.put_staff(tx, course_id=course_id, user_id=user_id, role=role, at=now)
            if role not in _TEACH:
                await self._teaches_no_more(tx, course_id, user_id)
            changed = await self._seat_all(tx, course_id)
            details = {"user_id": str(user_id), "role": role}
            await self._chronicle.wrote(tx, actor, "staff_put", course_id, details)
        await self.told(changed | {user_id})
        listed = await courses.staff(self._db, course_id)
        return next(one for one in listed if one.user_id == user_id)

    async def remove_staff(self, actor: Actor, course_id: CourseId, user_id: UserId) -> None:
        yours = await self._gate.owned(actor, course_id)
        if user_id == yours.course.owner_id:
            raise OwnerStays
        async with self._db.transaction() as tx:
            await store.lock_all(tx, course_id)
            if not await courses.remove_staff(tx, course_id=course_id, user_id=user_id):
                raise NotFound
            await self._teaches_no_more(tx, course_id, user_id)
            changed = await self._seat_all(tx, course_id)
            details = {"user_id": str(user_id)}
            await self._chronicle.wrote(tx, actor, "staff_removed", course_id, details)
        await self.told(changed | {user_id})

    async def _teaches_no_more(self, tx: Db, course_id: CourseId, user_id: UserId) -> None:
        for section_id in await store.taught_by(tx, course_id, user_id):
            section = await store.by_id(tx, section_id)
            left = [one for one in section.teachers if one != user_id] if section else []
            await store.set_teachers(tx, section_id, left)
            await classes.set_teachers(tx, section_id, left, since=self._clock.now())

    async def _seat_all(self, tx: Db, course_id: CourseId) -> frozenset[UserId]:
        changed: frozenset[UserId] = frozenset()
        for section in await store.of_course(tx, course_id):
            changed |= await self.seat(tx, section.id)
        return changed

    async def give(self, tx: Db, course_id: CourseId, *, owner_id: UserId) -> None:
        """The rooms of a course are of whose the course is; its staff stand in `tx` already."""
        await store.lock_all(tx, course_id)
        for section in await store.of_course(tx, course_id):
            await self._classrooms.give(tx, section.room_id, owner_id=owner_id)
            await self.seat(tx, section.id)

    # --- venues -------------------------------------------------------------------------------
    async def venues(self, actor: Actor) -> list[Venue]:
        """The places of the school."""
        actor.require_user()
        return await store.venues(self._db)

    async def add_venue(self, actor: Actor, *, name: str, seats: int | None) -> Venue:
        if not rights.may_make(person_of(actor)):
            raise Forbidden
        called = words.line(name, field="name", most=words.NAME)
        venue = Venue(id=VenueId(uuid7()), name=called, seats=seats)
        async with self._db.transaction() as tx:
            await store.insert_venue(tx, venue, at=self._clock.now())
            await self._chronicle.beside(tx, actor, "venue.made", venue.id, name=called)
        return venue

    async def change_venue(
        self, actor: Actor, venue_id: VenueId, *, name: str, seats: int | None
    ) -> Venue:
        """For those who look after the school: a place is of everybody."""
        if not rights.oversees(person_of(actor)):
            raise Forbidden
        venue = Venue(
            id=venue_id, name=words.line(name, field="name", most=words.NAME), seats=seats
        )
        async with self._db.transaction() as tx:
            if not await store.change_venue(tx, venue):
                raise NotFound
            await self._chronicle.beside(tx, actor, "venue.changed", venue_id, name=venue.name)
        return venue

    async def delete_venue(self, actor: Actor, venue_id: VenueId) -> None:
        if not rights.oversees(person_of(actor)):
            raise Forbidden
        async with self._db.transaction() as tx:
            if not await store.delete_venue(tx, venue_id):
                raise NotFound
            await self._chronicle.beside(tx, actor, "venue.deleted", venue_id)
