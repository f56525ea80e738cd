"""What the demo puts into courses that were there before anybody looked: people and topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from vtp.courses.store import classes, enrolments
from vtp.db import Database
from vtp.ids import ClassId, CourseId, SectionId, UserId


async def seat(
    db: Database,
    course_id: CourseId,
    section_id: SectionId,
    people: Iterable[UserId],
    *,
    by: UserId,
    at: datetime,
) -> None:
    """In their places since `at`."""
    async with db.transaction() as tx:
        for user_id in people:
            await enrolments.put(
                tx,
                course_id=course_id,
                user_id=user_id,
                section_id=section_id,
                status="active",
                how="list",
                by=by,
                at=at,
            )


async def name_classes(db: Database, titles: Mapping[ClassId, str]) -> None:
    async with db.transaction() as tx:
        for class_id, title in titles.items():
            await classes.change(tx, class_id, {"title": title})
