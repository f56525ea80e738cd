"""The gate of courses: who is what, by what is stored."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from vtp.courses import rights
from vtp.courses.rights import Course, Person, StaffRole, State, Status, Visibility

OWNER, SOMEBODY = UUID(int=1), UUID(int=2)
COURSES = st.builds(
    Course,
    st.just(OWNER),
    st.sampled_from(get_args(Visibility)),
    st.sampled_from(get_args(State)),
)
STATUS = st.sampled_from([None, *get_args(Status)])


@given(COURSES, st.sampled_from(["instructor", "editor", "student"]))
def test_an_instructor_of_another_course_is_nobody_here(course: Course, role: str) -> None:
    found = rights.role_in(course, Person(SOMEBODY, frozenset({role})))
    open_ = course.visibility != "private" and course.state == "published"
    assert found == ("visitor" if open_ else None)
    assert not rights.is_inside(found)


@given(COURSES, st.sampled_from(get_args(StaffRole)))
def test_staff_are_always_in(course: Course, role: StaffRole) -> None:
    assert rights.role_in(course, Person(SOMEBODY, frozenset(), role)) == role


@given(COURSES, STATUS)
def test_who_is_enrolled_is_in_once_it_is_no_draft(course: Course, status: Status | None) -> None:
    found = rights.role_in(course, Person(SOMEBODY, frozenset({"student"}), None, status))
    inside = status in {"active", "completed"} and course.state != "draft"
    assert rights.is_inside(found) == inside


@given(COURSES)
def test_nobody_who_is_not_signed_in_is_let_in(course: Course) -> None:
    assert rights.role_in(course, Person(None, frozenset())) is None


@given(COURSES, st.sampled_from(["admin", "manager"]))
def test_whoever_looks_after_the_school_teaches_everywhere(course: Course, role: str) -> None:
    assert rights.may_teach(rights.role_in(course, Person(SOMEBODY, frozenset({role}))))


def test_only_teachers_change_a_course_and_observers_host_nothing() -> None:
    assert [role for role in get_args(StaffRole) if rights.may_teach(role)] == [
        "teacher",
        "co_teacher",
    ]
    assert not rights.hosts("observer")
