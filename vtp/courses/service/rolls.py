"""Lists of a class: looked at first, then done exactly so, and taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from vtp.actor import Actor
from vtp.courses import rollcall
from vtp.courses.model import Course, Yours
from vtp.courses.problems import BadList, RosterChanged
from vtp.courses.rollcall import Facts, Line, Step
from vtp.courses.service.chronicle import Chronicle
from vtp.courses.service.gate import Gate
from vtp.courses.service.inviting import Inviting
from vtp.courses.service.places import Places, Seat
from vtp.courses.service.sections import Sections
from vtp.courses.store import courses, enrolments
from vtp.courses.store import sections as section_store
from vtp.db import Database, Db
from vtp.ids import CourseId, SectionId, UserId


@dataclass(frozen=True, slots=True)
class Looked:
    """What a list would do, or did; `digest` names exactly these steps."""

    steps: Sequence[Step]
    digest: str


class Rolls:
    def __init__(
        self,
        db: Database,
        *,
        gate: Gate,
        sections: Sections,
        places: Places,
        inviting: Inviting,
        chronicle: Chronicle,
    ) -> None:
        self._db = db
        self._gate = gate
        self._sections = sections
        self._places = places
        self._inviting = inviting
        self._chronicle = chronicle

    async def look(self, actor: Actor, course_id: CourseId, raw: bytes, *, drops: bool) -> Looked:
        """Nothing is changed."""
        await self._gate.taught(actor, course_id)
        return await self._steps(self._db, course_id, await _lines(raw), drops=drops)

    async def apply(
        self, actor: Actor, course_id: CourseId, raw: bytes, *, drops: bool, digest: str
    ) -> Looked:
        """What was looked at, all or nothing; refused when it would be something else by now."""
        yours = await self._gate.taught(actor, course_id)
        lines = await _lines(raw)
        changed: frozenset[UserId] = frozenset()
        async with self._db.transaction() as tx:
            await section_store.lock_all(tx, course_id)
            looked = await self._steps(tx, course_id, lines, drops=drops)
            if looked.digest != digest:
                raise RosterChanged
            for step in looked.steps:
                changed |= await self._do(tx, actor, yours, step)
        await self._sections.told(changed)
        return looked

    async def taken_away(self, actor: Actor, course_id: CourseId) -> str:
        await self._gate.staffed(actor, course_id)
        await self._chronicle.looked(actor, "list_taken", course_id)
        roll = await enrolments.roll(self._db, course_id)
        return await asyncio.to_thread(rollcall.table, roll)

    async def _steps(
        self, db: Db, course_id: CourseId, lines: Sequence[Line], *, drops: bool
    ) -> Looked:
        facts = Facts(
            sections=await section_store.of_course(db, course_id),
            enrolled=await enrolments.roll(db, course_id),
            people=await enrolments.people_by_email(db, {line.email for line in lines}),
            staff=frozenset(one.user_id for one in await courses.staff(db, course_id)),
            drops=drops,
        )
        if not facts.sections:
            raise BadList
        found = await asyncio.to_thread(rollcall.steps, lines, facts)
        return Looked(found, rollcall.digest(found))

    async def _do(self, tx: Db, actor: Actor, yours: Yours, step: Step) -> frozenset[UserId]:
        course: Course = yours.course
        section_id = SectionId(step.section_id) if step.section_id else None
        if step.verb == "invite" and section_id is not None:
            await self._inviting.write_invitation(tx, actor, yours, step.email, section_id)
        if step.user_id is None or step.verb in {"keep", "wrong"}:
            return frozenset()
        person = UserId(step.user_id)
        if step.verb == "drop" or section_id is None:
            return await self._drop(tx, actor, course, person)
        before = await enrolments.one(tx, course_id=course.id, user_id=person)
        changed = await self._places.place(tx, actor, Seat(course, section_id, person, "list"))
        if before is not None and before.section_id != section_id:
            changed |= await self._sections.seat(tx, before.section_id)
        return changed

    async def _drop(
        self, tx: Db, actor: Actor, course: Course, person: UserId
    ) -> frozenset[UserId]:
        before = await enrolments.one(tx, course_id=course.id, user_id=person)
        if before is None:
            return frozenset()
        return await self._places.write(
            tx, actor, Seat(course, before.section_id, person, "list"), "dropped"
        )


async def _lines(raw: bytes) -> list[Line]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")  # what spreadsheets of offices write
    return await asyncio.to_thread(rollcall.read, text)
