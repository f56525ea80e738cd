"""What happens to courses, as it is written down and told to programs of others.

Each call stands in the transaction of what it tells of.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from vtp.actor import Actor
from vtp.audit.model import Detail
from vtp.audit.service import Audit
from vtp.courses import hooks
from vtp.courses.model import Course, How
from vtp.courses.rights import Status
from vtp.db import Db
from vtp.ids import CourseId, SectionId, UserId
from vtp.webhooks.service import Webhooks


class Chronicle:
    def __init__(self, audit: Audit, webhooks: Webhooks) -> None:
        self._audit = audit
        self._webhooks = webhooks

    async def wrote(
        self,
        tx: Db,
        actor: Actor,
        action: str,
        course_id: CourseId,
        details: Mapping[str, Detail] | None = None,
    ) -> None:
        await self._audit.record(
            tx, actor, action=action, noun="course", target_id=course_id, details=details or {}
        )

    async def beside(
        self, tx: Db, actor: Actor, what: str, target_id: UUID, *, name: str = ""
    ) -> None:
        """What belongs to no course: "venue.made", "calendar.ended"."""
        noun, _, action = what.partition(".")
        details: dict[str, Detail] = {"name": name} if name else {}
        await self._audit.record(
            tx, actor, action=action, noun=noun, target_id=target_id, details=details
        )

    async def looked(
        self,
        actor: Actor,
        action: str,
        course_id: CourseId,
        *,
        user_id: UserId | None = None,
    ) -> None:
        """Nothing was changed; somebody read what is about others."""
        details: dict[str, Detail] = {"user_id": str(user_id)} if user_id else {}
        await self._audit.record_alone(
            actor, action=action, noun="course", target_id=course_id, details=details
        )

    async def published(self, tx: Db, course: Course) -> None:
        told = hooks.CourseNews(course_id=course.id, title=course.title, owner_id=course.owner_id)
        await self._webhooks.tell(tx, hooks.PUBLISHED, told)

    async def enrolment(
        self,
        tx: Db,
        actor: Actor,
        *,
        course_id: CourseId,
        section_id: SectionId,
        user_id: UserId,
        status: Status,
        how: How,
    ) -> None:
        details = {"user_id": str(user_id), "status": status, "how": how}
        await self.wrote(tx, actor, "enrolment_changed", course_id, details)
        told = hooks.EnrolmentNews(
            course_id=course_id,
            section_id=section_id,
            user_id=user_id,
            status=status,
            how=how,
        )
        await self._webhooks.tell(tx, hooks.ENROLMENT, told)
