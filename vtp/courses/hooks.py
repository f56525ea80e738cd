"""News of courses for programs of others, as webhooks tell it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from vtp.courses.model import How
from vtp.courses.rights import Status
from vtp.ids import CourseId, SectionId
from vtp.webhooks.kinds import News

news = News("courses")


class CourseNews(Struct, frozen=True, kw_only=True):
    course_id: CourseId
    title: Annotated[str, Meta(examples=["Algebra II"])]
    owner_id: UUID


class EnrolmentNews(Struct, frozen=True, kw_only=True):
    course_id: CourseId
    section_id: SectionId
    user_id: UUID
    status: Status
    how: How


PUBLISHED = news.on(
    "course.published", CourseNews, "A course can be found and entered from now on."
)
ENROLMENT = news.on(
    "enrollment.changed", EnrolmentNews, "Somebody enrolled, waits, was dropped or came back."
)
