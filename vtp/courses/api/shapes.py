"""What goes in and out of the routes of courses."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from vtp.courses import rights
from vtp.courses.model import (
    ClassSession,
    Section,
    Series,
    Teacher,
    Yours,
)
from vtp.courses.rights import Role, StaffRole, State, Status, Visibility
from vtp.edge.paging import Paged

_ID = "01981c5e-9a10-7c3e-8f00-000000000001"
Id = Annotated[UUID, Meta(examples=[_ID])]
Title = Annotated[str, Meta(min_length=1, max_length=200, examples=["Algebra II"])]
Name = Annotated[str, Meta(min_length=1, max_length=100, examples=["B"])]
Zone = Annotated[str, Meta(max_length=64, examples=["Europe/Lisbon"])]
Text = Annotated[str, Meta(max_length=10_000)]
Capacity = Annotated[int, Meta(ge=1, le=100_000, examples=[30])]
Email = Annotated[str, Meta(min_length=3, max_length=254, examples=["noor@school.test"])]
Words = Annotated[str, Meta(max_length=100, description="A part of the title or name.")]
Minutes = Annotated[int, Meta(ge=5, le=1440, examples=[60])]
Day = Annotated[date, Meta(examples=["2026-03-12"])]
At = Annotated[time, Meta(examples=["18:00:00"])]
Moment = Annotated[datetime, Meta(examples=["2026-03-12T18:00:00Z"])]


# --- courses ----------------------------------------------------------------------------------
class CourseIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    title: Title
    description: Text = ""
    visibility: Visibility = "private"
    time_zone: Zone = "UTC"
    open_enrolment: bool = True
    first_day: Day | None = None
    last_day: Day | None = None
    section: Name = "A"
    capacity: Capacity | None = None


class CourseChange(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    title: Title | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET
    open_enrolment: bool | UnsetType = UNSET
    first_day: Day | UnsetType | None = UNSET
    last_day: Day | UnsetType | None = UNSET


class CourseView(Struct, frozen=True, kw_only=True):
    id: Id
    title: str
    description: str
    visibility: Visibility
    state: State
    role: Annotated[Role, Meta(description="What you are in it.")]
    status: Annotated[Status | None, Meta(description="Of your enrolment.")]
    section_id: Annotated[UUID | None, Meta(description="Yours.")]
    owner_id: UUID
    owner_name: str
    students: int
    time_zone: str
    open_enrolment: bool
    join_code: Annotated[str | None, Meta(description="For those who teach it.")]
    first_day: date | None
    last_day: date | None
    picture_url: str | None
    created_at: datetime
    path: Annotated[str, Meta(examples=[f"/courses/{_ID}"])]


class CoursesQuery(Paged, frozen=True, kw_only=True):
    scope: Annotated[
        Literal["mine", "catalogue", "all"],
        Meta(description="`all` is for those who look after the school."),
    ] = "mine"
    words: Words = ""


class StaffIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    email: Email
    role: StaffRole = "co_teacher"


class HandOver(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    email: Email


class StaffView(Struct, frozen=True, kw_only=True):
    user_id: Id
    name: str
    email: Annotated[str | None, Meta(description="For the staff of the course.")]
    role: StaffRole
    added_at: datetime


# --- sections and venues ----------------------------------------------------------------------
class SectionIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Name
    capacity: Capacity | None = None


class SectionChange(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Name | UnsetType = UNSET
    capacity: Capacity | UnsetType | None = UNSET
    teachers: Annotated[list[UUID], Meta(max_length=50)] | UnsetType = UNSET


class SectionView(Struct, frozen=True, kw_only=True):
    id: Id
    course_id: UUID
    name: str
    capacity: int | None
    students: int
    waiting: int
    room_id: Annotated[UUID | None, Meta(description="For who is inside the course.")]
    teachers: list[UUID]


class VenueIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Name
    seats: Capacity | None = None


class VenueView(Struct, frozen=True, kw_only=True):
    id: Id
    name: str
    seats: int | None


# --- classes ----------------------------------------------------------------------------------
class ClassesIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    title: Annotated[str, Meta(max_length=200, description="Else that of the course.")] = ""
    at: Annotated[At, Meta(description="Where the classes are: local time.")]
    minutes: Minutes = 60
    first_day: Day
    last_day: Annotated[Day | None, Meta(description="Of a series; else the end of the term.")] = (
        None
    )
    weekdays: Annotated[
        list[Annotated[int, Meta(ge=1, le=7)]],
        Meta(max_length=7, description="Monday is 1. None: one class, on the first day."),
    ] = []
    every: Annotated[int, Meta(ge=1, le=8, description="Weeks.")] = 1
    venue_id: UUID | None = None
    time_zone: Annotated[str, Meta(max_length=64, description="Else that of the course.")] = ""


class ClassChange(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    title: Title | UnsetType = UNSET
    venue_id: UUID | UnsetType | None = UNSET
    starts_at: Moment | UnsetType = UNSET
    ends_at: Annotated[datetime, Meta(examples=["2026-03-12T19:00:00Z"])] | UnsetType = UNSET


class Reason(Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(max_length=200, examples=["Ines is ill."])] = ""


class ClassesQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    since: Annotated[datetime | None, Meta(description="Else now.")] = None
    until: Annotated[datetime | None, Meta(description="Else a year later.")] = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class ClassView(Struct, frozen=True, kw_only=True):
    id: Id
    course_id: UUID
    course: str
    section_id: UUID
    section: str
    series_id: UUID | None
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    venue: str | None
    venue_id: UUID | None
    teachers: list[str]
    cancelled: Annotated[str | None, Meta(description="Why, where it is.")]
    room_id: UUID
    recordings: list[UUID]


class SeriesView(Struct, frozen=True, kw_only=True):
    id: Id
    section_id: UUID
    title: str
    weekdays: list[int]
    every: int
    at: time
    minutes: int
    time_zone: str
    first_day: date
    last_day: date
    venue_id: UUID | None


class FreeView(Struct, frozen=True):
    free: Annotated[list[str], Meta(examples=[["18:30", "17:00"]])]


class HolidayIn(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=100, examples=["Carnival"])]


class HolidayView(Struct, frozen=True):
    day: date
    name: str


class Struck(Struct, frozen=True):
    classes: Annotated[int, Meta(description="How many classes that was about.")]


def course_view(yours: Yours) -> CourseView:
    course, seen = yours.course, yours.seen
    return CourseView(
        id=course.id,
        title=course.title,
        description=course.description,
        visibility=course.visibility,
        state=course.state,
        role=yours.role,
        status=seen.status,
        section_id=seen.section_id,
        owner_id=course.owner_id,
        owner_name=seen.owner_name,
        students=seen.students,
        time_zone=course.time_zone,
        open_enrolment=course.open_enrolment,
        join_code=course.join_code if rights.may_teach(yours.role) else None,
        first_day=course.first_day,
        last_day=course.last_day,
        picture_url=picture_url(yours),
        created_at=course.created_at,
        path=f"/courses/{course.id}",
    )


def picture_url(yours: Yours) -> str | None:
    course = yours.course
    if course.picture_id is None:
        return None
    return f"/api/v1/courses/{course.id}/picture?v={course.picture_id}"


def staff_view(one: Teacher, *, staff: bool) -> StaffView:
    return StaffView(
        user_id=one.user_id,
        name=one.name,
        email=one.email if staff else None,
        role=one.role,
        added_at=one.added_at,
    )


def section_view(one: Section, *, inside: bool) -> SectionView:
    return SectionView(
        id=one.id,
        course_id=one.course_id,
        name=one.name,
        capacity=one.capacity,
        students=one.students,
        waiting=one.waiting,
        room_id=one.room_id if inside else None,
        teachers=list(one.teachers),
    )


def class_view(one: ClassSession) -> ClassView:
    return ClassView(
        id=one.id,
        course_id=one.course_id,
        course=one.course,
        section_id=one.section_id,
        section=one.section,
        series_id=one.series_id,
        title=one.title,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        time_zone=one.time_zone,
        venue=one.venue,
        venue_id=one.venue_id,
        teachers=list(one.teachers),
        cancelled=one.cancelled,
        room_id=one.room_id,
        recordings=list(one.recordings),
    )


def series_view(one: Series) -> SeriesView:
    return SeriesView(
        id=one.id,
        section_id=one.section_id,
        title=one.title,
        weekdays=list(one.weekdays),
        every=one.every,
        at=one.local_start,
        minutes=one.minutes,
        time_zone=one.time_zone,
        first_day=one.first_day,
        last_day=one.last_day,
        venue_id=one.venue_id,
    )
