"""Telling students that they have earned the certificate of a course: once, when it is so."""

from __future__ import annotations

from datetime import timedelta

import structlog

from vtp.actor import Actor, Via
from vtp.attendance.paper_kinds import EARNED
from vtp.attendance.service.certificates import Certificates
from vtp.attendance.store import prospects as store
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import Problem
from vtp.ids import CourseId, UserId
from vtp.notices.service import Notices

_log = structlog.get_logger()
# What is looked at again without a sign that anything has changed.
_AGAIN = timedelta(days=1)
# Some 20 ms each, between which others have their turn.
_AT_ONCE = 300


class Earning:
    def __init__(
        self, db: Database, *, clock: Clock, certificates: Certificates, notices: Notices
    ) -> None:
        self._db = db
        self._clock = clock
        self._certificates = certificates
        self._notices = notices

    async def tell_due(self) -> int:
        """Those who have reached what their course asks, by what they see there. How many."""
        told, now = 0, self._clock.now()
        for course_id, user_id in await store.due(self._db, now=now, again=_AGAIN, limit=_AT_ONCE):
            told += await self._look(course_id, user_id)
        return told

    async def _look(self, course_id: CourseId, user_id: UserId) -> bool:
        # Before it is read: what changes meanwhile is looked at next time.
        looked_at = self._clock.now()
        # They themselves, with what the course gives them and nothing else.
        actor, earned, course = Actor(user_id, frozenset(), Via.SYSTEM), False, ""
        try:
            prospect = await self._certificates.prospect(actor, course_id)
            earned, course = prospect.earned, prospect.yours.course.title
        except Problem as problem:
            # They have left the course since, or it is gone.
            _log.info("attendance.prospect_ended", code=problem.code)
        async with self._db.transaction() as tx:
            first = await store.put(tx, course_id, user_id, looked_at=looked_at, told=earned)
            if not first or not earned:
                return False
            link = f"/courses/{course_id}/attendance"
            await self._notices.tell(
                tx, user_id, EARNED, {"course": course}, link=link, key=str(course_id)
            )
        return True
