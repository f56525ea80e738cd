"""Telling the people of a course: put aside in the transaction of what happened, and then done.

A class may be hundreds, so a job writes to them, not the request of whoever caused it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from vtp.courses import kinds
from vtp.courses.model import ClassSession, SendLetter, TellClass
from vtp.courses.store import classes, enrolments
from vtp.db import Database, Db
from vtp.ids import CourseId, JobId, UserId
from vtp.notices.service import Notices
from vtp.notices.topics import Kind


class Enqueue(Protocol):
    """What this needs of `vtp.jobs.service.Jobs`."""

    async def enqueue(
        self, tx: Db, payload: msgspec.Struct, *, subject: str, key: str | None = None
    ) -> JobId: ...


class Telling:
    def __init__(self, db: Database, *, jobs: Enqueue, notices: Notices) -> None:
        self._db = db
        self._jobs = jobs
        self._notices = notices

    async def letter(self, tx: Db, course_id: CourseId, letter_id: UUID) -> None:
        await self._jobs.enqueue(tx, SendLetter(letter_id), subject=f"course:{course_id}")

    async def class_changed(self, tx: Db, planned: ClassSession) -> None:
        """`revision` in the key: each change is told once, and a later one again."""
        work = TellClass(planned.id, planned.revision)
        await self._jobs.enqueue(tx, work, subject=f"course:{planned.course_id}")

    async def place(
        self, tx: Db, user_id: UserId, kind: Kind, *, course: str, course_id: CourseId
    ) -> None:
        """Somebody has a place in a course, or has none."""
        link = f"/courses/{course_id}"
        await self._notices.tell(tx, user_id, kind, {"course": course}, link=link)

    # --- in the work process ------------------------------------------------------------------
    async def send_letter(self, letter_id: UUID) -> int:
        found = await enrolments.letter(self._db, letter_id)
        if found is None:
            return 0
        letter, author, course = found
        said = {
            "course": course,
            "author": author,
            "subject": letter.subject,
            "body": letter.body,
        }
        people = await enrolments.readers(self._db, letter.course_id, letter.section_id)
        return await self._each(
            people,
            kinds.WROTE,
            said,
            link=f"/courses/{letter.course_id}",
            key=str(letter.id),
        )

    async def tell_class(self, work: TellClass) -> int:
        planned = await classes.by_id(self._db, work.class_id)
        if planned is None or planned.revision != work.revision:
            return 0  # it changed again: the job of that tells what holds
        there = planned.starts_at.astimezone(ZoneInfo(planned.time_zone))
        said = {
            "course": planned.course,
            "title": planned.title,
            "time": f"{there:%A} {there.day} {there:%B, %H:%M} ({planned.time_zone})",
        }
        people = await enrolments.readers(self._db, planned.course_id, planned.section_id)
        kind = kinds.MOVED if planned.cancelled is None else kinds.CANCELLED
        key = f"{planned.id}:{planned.revision}"
        return await self._each(people, kind, said, link=f"/courses/{planned.course_id}", key=key)

    async def _each(
        self, people: Sequence[UserId], kind: Kind, said: dict[str, str], *, link: str, key: str
    ) -> int:
        """Each in a transaction of their own: done again, nobody is told twice."""
        for user_id in people:
            async with self._db.transaction() as tx:
                await self._notices.tell(tx, user_id, kind, said, link=link, key=f"{key}:{user_id}")
        return len(people)
