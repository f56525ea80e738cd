"""What goes in and out of the routes of enrolment, lists, invitations, letters and calendars."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from vtp.courses.api.shapes import Email, Id, Title, Words
from vtp.courses.model import Enrolment, How, Invitation
from vtp.courses.rights import Status
from vtp.courses.rollcall import Verb
from vtp.edge.paging import Paged


class EnrolIn(Struct, frozen=True, forbid_unknown_fields=True):
    section_id: UUID | None = None


class JoinCodeIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: Annotated[str, Meta(min_length=1, max_length=40, examples=["MATH7QXK"])]
    section_id: UUID | None = None


class TokenIn(Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(min_length=1, max_length=100)]


class StudentIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    email: Email
    section_id: UUID | None = None


class StudentChange(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    status: Literal["active", "completed", "dropped"] | UnsetType = UNSET
    section_id: UUID | UnsetType = UNSET


class StudentsQuery(Paged, frozen=True, kw_only=True):
    status: Status | None = None
    section_id: UUID | None = None
    words: Words = ""


class EnrolmentView(Struct, frozen=True, kw_only=True):
    course_id: Id
    course: str
    user_id: UUID
    name: str
    email: str
    section_id: UUID
    section: str
    status: Status
    how: How
    enrolled_at: datetime
    changed_at: datetime


class ChangeView(Struct, frozen=True, kw_only=True):
    status: Status
    section: str | None
    how: How
    by: str | None
    at: datetime


class ListQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    drop: Annotated[bool, Meta(description="Whether who is not in the list is dropped.")] = False
    digest: Annotated[str, Meta(max_length=64, description="Of what was looked at.")] = ""


class StepView(Struct, frozen=True, kw_only=True):
    line: int
    verb: Verb
    email: str
    name: str
    section: str
    reason: Annotated[str, Meta(examples=["address", "section", "staff", "twice"])]


class LookedView(Struct, frozen=True, kw_only=True):
    digest: str
    steps: list[StepView]


class InvitationView(Struct, frozen=True, kw_only=True):
    id: Id
    email: str
    section_id: UUID
    created_at: datetime
    expires_at: datetime
    link: Annotated[str | None, Meta(description="Once, when it is made.")] = None


class LetterIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    subject: Title
    body: Annotated[str, Meta(min_length=1, max_length=5000)]
    section_id: UUID | None = None


class FeedView(Struct, frozen=True):
    since: datetime | None
    url: Annotated[str | None, Meta(description="Once, when it is made.")] = None


def enrolment_view(one: Enrolment) -> EnrolmentView:
    return EnrolmentView(
        course_id=one.course_id,
        course=one.course,
        user_id=one.user_id,
        name=one.name,
        email=one.email,
        section_id=one.section_id,
        section=one.section,
        status=one.status,
        how=one.how,
        enrolled_at=one.enrolled_at,
        changed_at=one.changed_at,
    )


def invitation_view(one: Invitation, link: str | None = None) -> InvitationView:
    return InvitationView(
        id=one.id,
        email=one.email,
        section_id=one.section_id,
        created_at=one.created_at,
        expires_at=one.expires_at,
        link=link,
    )
