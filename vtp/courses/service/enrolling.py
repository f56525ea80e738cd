"""Who is enrolled: by themselves, by code, or by staff; dropped, readmitted, moved."""

from __future__ import annotations

from vtp.actor import Actor
from vtp.courses import rights
from vtp.courses.model import Change, Enrolment
from vtp.courses.problems import BadCode, EnrolmentClosed, NoSuchPerson, StaffDoNotEnrol
from vtp.courses.rights import Status
from vtp.courses.service.chronicle import Chronicle
from vtp.courses.service.gate import Gate
from vtp.courses.service.places import Places, Seat
from vtp.courses.service.sections import Sections
from vtp.courses.store import courses
from vtp.courses.store import enrolments as store
from vtp.courses.store import sections as section_store
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import CourseId, SectionId, UserId

_IN = frozenset({"active", "completed", "waiting"})


class Enrolling:
    def __init__(
        self,
        db: Database,
        *,
        gate: Gate,
        sections: Sections,
        places: Places,
        chronicle: Chronicle,
    ) -> None:
        self._db = db
        self._gate = gate
        self._sections = sections
        self._places = places
        self._chronicle = chronicle

    # --- oneself ------------------------------------------------------------------------------
    async def enrol(
        self, actor: Actor, course_id: CourseId, *, section_id: SectionId | None
    ) -> Enrolment:
        """Oneself, where the course is open to that. Where no place is free, one waits."""
        yours = await self._gate.yours(actor, course_id)
        if rights.is_staff(yours.role):
            raise StaffDoNotEnrol
        enrolled = yours.seen.status in _IN
        if not enrolled and not rights.may_enrol(
            yours.course.facts, open_enrolment=yours.course.open_enrolment, role=yours.role
        ):
            raise EnrolmentClosed
        if enrolled:
            return await self._places.of(course_id, actor.require_user())
        return await self._places.enter(actor, yours.course, section_id, "self")

    async def by_code(
        self, actor: Actor, code: str, *, section_id: SectionId | None = None
    ) -> Enrolment:
        """A private course too: who knows the code was told it."""
        wanted = "".join(code.split()).replace("-", "").upper()
        seen = await courses.by_code(self._db, wanted, asker=actor.require_user())
        if seen is None or seen.course.state != "published":
            raise BadCode
        if seen.staff_role is not None:
            raise StaffDoNotEnrol
        if seen.status in _IN:
            return await self._places.of(seen.course.id, actor.require_user())
        return await self._places.enter(actor, seen.course, section_id, "code")

    async def leave(self, actor: Actor, course_id: CourseId) -> None:
        """What one did there is kept, and one may be readmitted."""
        await self._gate.yours(actor, course_id)
        await self._places.drop(actor, course_id, actor.require_user(), how="self")

    async def mine(self, actor: Actor, *, before: CourseId | None, limit: int) -> list[Enrolment]:
        return await store.of_user(self._db, actor.require_user(), before=before, limit=limit)

    # --- by staff -----------------------------------------------------------------------------
    async def put(
        self, actor: Actor, course_id: CourseId, *, email: str, section_id: SectionId | None
    ) -> Enrolment:
        """By hand: somebody with an account, also into a section that is full."""
        yours = await self._gate.taught(actor, course_id)
        people = await store.people_by_email(self._db, [email.strip().lower()])
        if not people:
            raise NoSuchPerson
        ((user_id, _),) = people.values()
        await self._places.require_no_staff(course_id, user_id)
        return await self._places.enter(actor, yours.course, section_id, "hand", user_id=user_id)

    async def change(
        self,
        actor: Actor,
        course_id: CourseId,
        user_id: UserId,
        *,
        status: Status | None,
        section_id: SectionId | None,
    ) -> Enrolment:
        """Drop, readmit, let in who waits, complete, or move to another section."""
        yours = await self._gate.taught(actor, course_id)
        before = await store.one(self._db, course_id=course_id, user_id=user_id)
        if before is None:
            raise NotFound
        into = section_id or before.section_id
        await self._places.require_section(course_id, into)
        wanted = status or before.status
        if wanted == "dropped":
            await self._places.drop(actor, course_id, user_id, how="hand")
            return await self._places.of(course_id, user_id)
        seat = Seat(yours.course, into, user_id, "hand")
        async with self._db.transaction() as tx:
            await section_store.lock_all(tx, course_id)
            changed = await self._places.write(tx, actor, seat, wanted)
            if into != before.section_id:
                changed |= await self._places.advance(tx, actor, yours.course, before.section_id)
                changed |= await self._sections.seat(tx, before.section_id)
        await self._sections.told(changed)
        return await self._places.of(course_id, user_id)

    async def students(
        self,
        actor: Actor,
        course_id: CourseId,
        *,
        status: Status | None,
        section_id: SectionId | None,
        words_: str,
        after: UserId | None,
        limit: int,
    ) -> list[Enrolment]:
        await self._gate.staffed(actor, course_id)
        return await store.listed(
            self._db,
            course_id,
            status=status,
            section_id=section_id,
            words=words_,
            after=after,
            limit=limit,
        )

    async def roll(
        self,
        actor: Actor,
        course_id: CourseId,
        *,
        words_: str,
        section_id: SectionId | None,
        start: int,
        limit: int,
    ) -> list[Enrolment]:
        """A page of it, as staff leaf through it."""
        await self._gate.staffed(actor, course_id)
        return await store.seats(
            self._db, course_id, words=words_, section_id=section_id, start=start, limit=limit
        )

    async def history(self, actor: Actor, course_id: CourseId, user_id: UserId) -> list[Change]:
        """For staff, and of oneself."""
        if actor.user_id == user_id:
            await self._gate.yours(actor, course_id)
        else:
            await self._gate.staffed(actor, course_id)
        found = await store.history(self._db, course_id=course_id, user_id=user_id)
        if not found:
            raise NotFound
        if actor.user_id != user_id:
            await self._chronicle.looked(actor, "history_read", course_id, user_id=user_id)
        return found

    async def advance(self, actor: Actor, section_id: SectionId) -> None:
        """Whoever waits gets the places that are free, the longest waiting first."""
        yours, section = await self._gate.taught_section(actor, section_id)
        async with self._db.transaction() as tx:
            await section_store.lock(tx, section.id)
            changed = await self._places.advance(tx, actor, yours.course, section.id)
        await self._sections.told(changed)
