"""Courses themselves: made, found, changed, published, put into the archive."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.courses import rights, words
from vtp.courses.model import Course, Seen, Yours
from vtp.courses.port import Classrooms
from vtp.courses.problems import BadTimes, InUse
from vtp.courses.rights import Visibility
from vtp.courses.service.chronicle import Chronicle
from vtp.courses.service.gate import Gate, person_of
from vtp.courses.service.sections import Sections
from vtp.courses.store import courses as store
from vtp.courses.store import sections as section_store
from vtp.db import Database
from vtp.errors import Forbidden
from vtp.ids import CourseId, uuid7

Scope = Literal["mine", "catalogue", "all"]
# Read aloud in a classroom: no letter looks or sounds like another, or like a digit.
_LETTERS = "ACDEFGHJKMNPQRTUVWXY34679"
_CODE_LENGTH = 8
# The section that every course begins with.
FIRST_SECTION = "A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a new course is to be."""

    title: str
    description: str = ""
    visibility: Visibility = "private"
    time_zone: str = "UTC"
    open_enrolment: bool = True
    first_day: date | None = None
    last_day: date | None = None
    section: str = FIRST_SECTION
    capacity: int | None = None


class Catalogue:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        sections: Sections,
        classrooms: Classrooms,
        chronicle: Chronicle,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._sections = sections
        self._classrooms = classrooms
        self._chronicle = chronicle

    async def create(self, actor: Actor, wish: Wish) -> Yours:
        """A draft with one section, taught by whoever makes it."""
        owner_id = actor.require_user()
        if not rights.may_make(person_of(actor)):
            raise Forbidden
        now = self._clock.now()
        course = Course(
            id=CourseId(uuid7()),
            title=words.line(wish.title, field="title"),
            description=words.lines(wish.description, field="description"),
            owner_id=owner_id,
            visibility=wish.visibility,
            state="draft",
            time_zone=words.zone(wish.time_zone),
            open_enrolment=wish.open_enrolment,
            created_at=now,
            first_day=wish.first_day,
            last_day=wish.last_day,
        )
        _require_order(course.first_day, course.last_day)
        async with self._db.transaction() as tx:
            await store.insert(tx, course)
            await store.put_staff(tx, course_id=course.id, user_id=owner_id, role="teacher", at=now)
            await self._sections.put(tx, course, name=wish.section, capacity=wish.capacity)
            await self._chronicle.wrote(tx, actor, "made", course.id, {"title": course.title})
        return await self._gate.yours(actor, course.id)

    async def get(self, actor: Actor, course_id: CourseId) -> Yours:
        return await self._gate.yours(actor, course_id)

    async def listed(
        self,
        actor: Actor,
        *,
        scope: Scope,
        words_: str,
        before: CourseId | None,
        limit: int,
    ) -> list[Yours]:
        """Newest first; `all` is for those who look after the school."""
        user_id = actor.require_user()
        if scope == "mine":
            found = await store.of_person(self._db, user_id, before=before, limit=limit)
        elif scope == "catalogue":
            found = await store.catalogue(
                self._db, asker=user_id, words=words_, before=before, limit=limit
            )
        elif rights.oversees(person_of(actor)):
            found = await store.everything(
                self._db, asker=user_id, words=words_, before=before, limit=limit
            )
        else:
            raise Forbidden
        roles = [
            (seen, rights.role_in(seen.course.facts, person_of(actor, seen))) for seen in found
        ]
        return [Yours(seen, role) for seen, role in roles if role is not None]

    async def change(self, actor: Actor, course_id: CourseId, fields: dict[str, Any]) -> Yours:
        """Only the named fields. Its state is changed by its own verbs."""
        before = await self._gate.taught(actor, course_id)
        cleaned = _cleaned(fields, before.course)
        async with self._db.transaction() as tx:
            await store.change(tx, course_id, cleaned)
            if "title" in cleaned:
                await self._rename_rooms(tx, course_id, cleaned["title"])
            await self._chronicle.wrote(
                tx, actor, "changed", course_id, {"fields": sorted(cleaned)}
            )
        return await self._gate.yours(actor, course_id)

    async def _rename_rooms(self, tx: Any, course_id: CourseId, title: str) -> None:
        for section in await section_store.of_course(tx, course_id):
            await self._classrooms.rename(tx, section.room_id, title=f"{title} · {section.name}")

    async def publish(self, actor: Actor, course_id: CourseId) -> Yours:
        """From now on whom it is for finds it."""
        yours = await self._gate.taught(actor, course_id)
        if yours.course.state != "published":
            async with self._db.transaction() as tx:
                await store.change(tx, course_id, {"state": "published"})
                await self._chronicle.wrote(tx, actor, "published", course_id)
                await self._chronicle.published(tx, yours.course)
        return await self._gate.yours(actor, course_id)

    async def archive(self, actor: Actor, course_id: CourseId) -> Yours:
        """Nobody new, nothing changes; whoever was in it still sees it."""
        return await self._set_state(actor, course_id, "archived")

    async def restore(self, actor: Actor, course_id: CourseId) -> Yours:
        """Out of the archive, or back to a draft that nobody else sees."""
        return await self._set_state(actor, course_id, "draft")

    async def _set_state(self, actor: Actor, course_id: CourseId, state: str) -> Yours:
        await self._gate.owned(actor, course_id)
        async with self._db.transaction() as tx:
            await store.change(tx, course_id, {"state": state})
            await self._chronicle.wrote(tx, actor, state, course_id)
        return await self._gate.yours(actor, course_id)

    async def delete(self, actor: Actor, course_id: CourseId) -> None:
        """For good, while nobody was ever enrolled. Its rooms are closed."""
        yours = await self._gate.owned(actor, course_id)
        now = self._clock.now()
        async with self._db.transaction() as tx:
            await store.lock(tx, course_id)
            if await store.in_use(tx, course_id):
                raise InUse
            for section in await section_store.of_course(tx, course_id):
                await self._classrooms.close(tx, section.room_id, at=now)
            await store.delete(tx, course_id)
            await self._chronicle.wrote(
                tx, actor, "deleted", course_id, {"title": yours.course.title}
            )

    # --- the code -----------------------------------------------------------------------------
    async def make_code(self, actor: Actor, course_id: CourseId) -> Yours:
        """A new one in place of the one before, which opens nothing any more."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
        return await self._set_code(actor, course_id, code)

    async def drop_code(self, actor: Actor, course_id: CourseId) -> Yours:
        return await self._set_code(actor, course_id, None)

    async def _set_code(self, actor: Actor, course_id: CourseId, code: str | None) -> Yours:
        await self._gate.taught(actor, course_id)
        async with self._db.transaction() as tx:
            await store.change(tx, course_id, {"join_code": code})
            await self._chronicle.wrote(tx, actor, "code_made" if code else "code_ended", course_id)
        return await self._gate.yours(actor, course_id)


def _yours(actor: Actor, seen: Seen) -> Yours | None:
    role = rights.role_in(seen.course.facts, person_of(actor, seen))
    return Yours(seen, role) if role is not None else None


def _cleaned(fields: dict[str, Any], before: Course) -> dict[str, Any]:
    cleaned = dict(fields)
    if "title" in cleaned:
        cleaned["title"] = words.line(cleaned["title"], field="title")
    if "description" in cleaned:
        cleaned["description"] = words.lines(cleaned["description"], field="description")
    if "time_zone" in cleaned:
        cleaned["time_zone"] = words.zone(cleaned["time_zone"])
    term = (
        cleaned.pop("first_day", before.first_day),
        cleaned.pop("last_day", before.last_day),
    )
    _require_order(*term)
    if term != (before.first_day, before.last_day):
        cleaned["term"] = term
    return cleaned


def _require_order(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and first > last:
        raise BadTimes(fields={"last_day": "The term ends before it begins."})
