"""All courses of the school, for those who look after it; and whose each of them is."""

from __future__ import annotations

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.courses import rights
from vtp.courses.model import Yours
from vtp.courses.problems import NoSuchPerson, StaffDoNotEnrol
from vtp.courses.rights import State
from vtp.courses.service.chronicle import Chronicle
from vtp.courses.service.gate import Gate, passed, person_of
from vtp.courses.service.sections import Sections
from vtp.courses.store import courses as store
from vtp.courses.store import enrolments
from vtp.db import Database
from vtp.errors import Forbidden
from vtp.ids import CourseId, UserId


class Overseeing:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        sections: Sections,
        chronicle: Chronicle,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._sections = sections
        self._chronicle = chronicle

    async def listed(
        self,
        actor: Actor,
        *,
        words: str,
        state: State | None,
        before: CourseId | None,
        limit: int,
    ) -> list[Yours]:
        """Newest first, by words of the title or of whose it is."""
        if not rights.oversees(person_of(actor)):
            raise Forbidden
        found = await store.everything(
            self._db,
            asker=actor.require_user(),
            words=words,
            state=state,
            owners=True,
            before=before,
            limit=limit,
        )
        return [passed(actor, seen) for seen in found]

    async def hand_over(self, actor: Actor, course_id: CourseId, *, email: str) -> Yours:
        """To somebody else, with its rooms; whose it was stays as a co-teacher."""
        yours = await self._gate.owned(actor, course_id)
        to = await self._heir(course_id, email)
        before = yours.course.owner_id
        if to == before:
            return yours
        now = self._clock.now()
        async with self._db.transaction() as tx:
            await store.change(tx, course_id, {"owner_id": to})
            await store.put_staff(
                tx, course_id=course_id, user_id=before, role="co_teacher", at=now
            )
            await store.put_staff(tx, course_id=course_id, user_id=to, role="teacher", at=now)
            await self._sections.give(tx, course_id, owner_id=to)
            details = {"from": str(before), "to": str(to)}
            await self._chronicle.wrote(tx, actor, "handed_over", course_id, details)
        await self._sections.told({to, before})
        return await self._gate.yours(actor, course_id)

    async def _heir(self, course_id: CourseId, email: str) -> UserId:
        found = (await enrolments.people_by_email(self._db, [email.strip().lower()])).values()
        if not found:
            raise NoSuchPerson
        (user_id, _), *_ = found
        enrolled = await enrolments.one(self._db, course_id=course_id, user_id=user_id)
        if enrolled is not None and enrolled.status != "dropped":
            raise StaffDoNotEnrol
        return user_id
