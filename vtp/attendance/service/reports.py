"""Reports of a course by mail: staff choose them, and a job writes those that are due."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import structlog

from vtp.actor import Actor, Via
from vtp.attendance import looks
from vtp.attendance.paper_kinds import REPORT
from vtp.attendance.reporting import Every, following
from vtp.attendance.service.matrices import Matrices, Matrix
from vtp.attendance.store import reports as store
from vtp.attendance.store.reports import Due
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses.service.gate import Gate
from vtp.db import Database
from vtp.edge.texts import Texts
from vtp.errors import Problem
from vtp.ids import CourseId, UserId
from vtp.notices.service import Notices

_log = structlog.get_logger()
_AT_ONCE = 200


class Reports:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        audit: Audit,
        matrices: Matrices,
        notices: Notices,
        texts: Texts,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._audit = audit
        self._matrices = matrices
        self._notices = notices
        self._texts = texts

    async def chosen(self, actor: Actor, course_id: CourseId) -> Every | None:
        await self._gate.staffed(actor, course_id)
        return await store.chosen(self._db, course_id, actor.require_user())

    async def choose(self, actor: Actor, course_id: CourseId, every: Every | None) -> None:
        """One's own, for as long as one is of the staff; None ends them."""
        yours = await self._gate.staffed(actor, course_id)
        user_id, zone = actor.require_user(), ZoneInfo(yours.course.time_zone)
        async with self._db.transaction() as tx:
            if every is None:
                await store.drop(tx, course_id, user_id)
            else:
                at = following(self._clock.now(), every, zone)
                chosen = Due(course_id=course_id, user_id=user_id, every=every, next_at=at)
                await store.put(tx, chosen)
            await self._audit.record(
                tx,
                actor,
                action="report_chosen",
                noun="attendance",
                target_id=course_id,
                details={"every": every or "never"},
            )

    # --- in the work process ------------------------------------------------------------------
    async def send_due(self) -> int:
        """Each in a transaction of its own, with the day of the next one. How many were sent."""
        now, sent = self._clock.now(), 0
        for due in await store.due(self._db, now=now, limit=_AT_ONCE):
            try:
                sent += await self._send(due)
            except Problem as problem:
                # They are not of the staff any more, or the course is gone.
                await self._end(due)
                _log.info("attendance.report_ended", code=problem.code)
        return sent

    async def _send(self, due: Due) -> bool:
        matrix = await self._matrices.told(self._reader(due.user_id), due.course_id)
        course = matrix.yours.course
        at = following(self._clock.now(), due.every, ZoneInfo(course.time_zone))
        async with self._db.transaction() as tx:
            if course.state != "archived" and matrix.held:
                await self._notices.tell(
                    tx,
                    due.user_id,
                    REPORT,
                    self._said(matrix),
                    link=f"/courses/{due.course_id}/attendance",
                    key=f"{due.course_id}:{due.next_at.isoformat()}",
                )
            await store.put(
                tx,
                Due(course_id=due.course_id, user_id=due.user_id, every=due.every, next_at=at),
            )
        return bool(matrix.held)

    async def _end(self, due: Due) -> None:
        async with self._db.transaction() as tx:
            await store.drop(tx, due.course_id, due.user_id)

    def _said(self, matrix: Matrix) -> dict[str, str]:
        """Nobody's name and nobody's mark: mail is read by others too."""
        policy = matrix.policy.policy
        return {
            "course": matrix.yours.course.title,
            "held": str(len(matrix.held)),
            "all": str(len(matrix.held) + len(matrix.coming)),
            "average": looks.percent(matrix.average) or "0 %",
            "risk": str(sum(row.at_risk for row in matrix.rows)),
            "rule": self._texts(
                "mark.rule", share=round(policy.at_risk_below * 100), count=policy.at_risk_after
            ),
        }

    @staticmethod
    def _reader(user_id: UserId) -> Actor:
        """They themselves, with what the course gives them and nothing else."""
        return Actor(user_id, frozenset(), Via.SYSTEM)
