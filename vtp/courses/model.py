"""The values of courses: what is stored of them, their people, sections, classes and enrolments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

import msgspec

from vtp.courses import rights
from vtp.courses.rights import Role, StaffRole, State, Status, Visibility
from vtp.ids import ClassId, CourseId, RoomId, SectionId, SeriesId, UserId, VenueId

How = Literal["self", "code", "invitation", "list", "hand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    id: CourseId
    title: str
    description: str
    owner_id: UserId
    visibility: Visibility
    state: State
    time_zone: str
    open_enrolment: bool
    created_at: datetime
    join_code: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    picture_id: UUID | None = None

    @property
    def facts(self) -> rights.Course:
        return rights.Course(self.owner_id, self.visibility, self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A course, and what the one who asks is in it by what is stored."""

    course: Course
    owner_name: str
    staff_role: StaffRole | None = None
    status: Status | None = None
    section_id: SectionId | None = None
    students: int = 0


@dataclass(frozen=True, slots=True)
class Yours:
    """A course that passed the gate, and as what."""

    seen: Seen
    role: Role

    @property
    def course(self) -> Course:
        return self.seen.course


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """Somebody of the staff of a course."""

    user_id: UserId
    role: StaffRole
    name: str
    email: str
    picture_id: UUID | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Holiday:
    day: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    id: SectionId
    course_id: CourseId
    name: str
    capacity: int | None
    room_id: RoomId
    created_at: datetime
    teachers: tuple[UserId, ...] = ()
    students: int = 0
    waiting: int = 0

    @property
    def free(self) -> int | None:
        """Places; None where there is no limit."""
        return None if self.capacity is None else max(0, self.capacity - self.students)


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    id: VenueId
    name: str
    seats: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    id: SeriesId
    section_id: SectionId
    title: str
    weekdays: tuple[int, ...]
    every: int
    local_start: time
    minutes: int
    time_zone: str
    first_day: date
    last_day: date
    venue_id: VenueId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSession:
    """A class as it is planned."""

    id: ClassId
    course_id: CourseId
    section_id: SectionId
    title: str
    room_id: RoomId
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    series_id: SeriesId | None = None
    series_day: date | None = None
    venue_id: VenueId | None = None
    cancelled: str | None = None
    revision: int = 0
    # Since when it is; None: it is not written yet.
    planned_at: datetime | None = None
    # Read beside it.
    course: str = ""
    section: str = ""
    venue: str | None = None
    teachers: tuple[str, ...] = ()
    recordings: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    course_id: CourseId
    user_id: UserId
    section_id: SectionId
    status: Status
    how: How
    enrolled_at: datetime
    changed_at: datetime
    # Read beside it.
    name: str = ""
    email: str = ""
    picture_id: UUID | None = None
    section: str = ""
    course: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step in the history of an enrolment."""

    status: Status
    section: str | None
    how: How
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    id: UUID
    course_id: CourseId
    section_id: SectionId
    email: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    id: UUID
    course_id: CourseId
    section_id: SectionId | None
    author_id: UserId | None
    subject: str
    body: str


class SendLetter(msgspec.Struct, frozen=True):
    """Work: write to everybody whom a letter is for."""

    letter_id: UUID


class TellClass(msgspec.Struct, frozen=True):
    """Work: everybody of a section learns that a class is elsewhere, or not at all."""

    class_id: ClassId
    revision: int
