"""Who may do what in a course. The only place that decides it. Pure.

Whoever has no role in a course finds nothing there: callers answer "not found". Roles of the
school are given as their names.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

Visibility = Literal["public", "unlisted", "private"]
State = Literal["draft", "published", "archived"]
StaffRole = Literal["teacher", "co_teacher", "ta", "observer"]
Status = Literal["waiting", "active", "completed", "dropped"]
# A visitor sees what a course is, and may be able to enrol; nothing of what is inside.
Role = Literal["teacher", "co_teacher", "ta", "observer", "student", "visitor"]

# They look after the whole school, so they may what the teacher of any course may.
OVERSEERS: frozenset[str] = frozenset({"admin", "manager"})
MAKERS: frozenset[str] = OVERSEERS | {"instructor"}
STAFF: frozenset[str] = frozenset(get_args(StaffRole))
_TEACH = frozenset({"teacher", "co_teacher"})


@dataclass(frozen=True, slots=True)
class Course:
    """What of a course decides."""

    owner_id: UUID
    visibility: Visibility
    state: State


@dataclass(frozen=True, slots=True)
class Person:
    """What of somebody who asks decides."""

    user_id: UUID | None
    school_roles: AbstractSet[str]
    staff_role: StaffRole | None = None
    status: Status | None = None


def may_make(person: Person) -> bool:
    return not MAKERS.isdisjoint(person.school_roles)


def oversees(person: Person) -> bool:
    return not OVERSEERS.isdisjoint(person.school_roles)


def role_in(course: Course, person: Person) -> Role | None:
    """The gate. Private is for who is enrolled or staff, unlisted for who has the link."""
    if person.user_id is None and not person.school_roles:
        return None
    if person.user_id == course.owner_id or oversees(person):
        return "teacher"
    if person.staff_role is not None:
        return person.staff_role
    if course.state == "draft":
        return None
    if person.status in {"active", "completed"}:
        return "student"
    if person.status == "waiting":
        return "visitor"
    return "visitor" if course.visibility != "private" and course.state == "published" else None


def is_staff(role: Role | None) -> bool:
    """See the roster, the whole schedule, who teaches and who waits."""
    return role in STAFF


def is_inside(role: Role | None) -> bool:
    """See what is inside: the schedule of one's section, the outline, the room."""
    return is_staff(role) or role == "student"


def may_teach(role: Role | None) -> bool:
    """Change the course, its outline, schedule, sections and roster; write to the class."""
    return role in _TEACH


def may_own(course: Course, person: Person) -> bool:
    """Delete the course, archive it, choose who teaches it."""
    return person.user_id == course.owner_id or oversees(person)


def hosts(staff_role: StaffRole | None) -> bool:
    """Who of the staff hosts the rooms of the course; an observer only watches."""
    return staff_role in {"teacher", "co_teacher", "ta"}


def may_enrol(course: Course, *, open_enrolment: bool, role: Role | None) -> bool:
    """Enrol oneself without any code."""
    return role == "visitor" and open_enrolment and course.state == "published"
