"""Lists of a class: what they say, and what they would change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vtp.courses import ical, rollcall
from vtp.courses.model import ClassSession, Enrolment, Section
from vtp.courses.problems import BadList
from vtp.courses.rollcall import Facts
from vtp.ids import ClassId, CourseId, RoomId, SectionId, UserId, uuid7

NOW = datetime(2026, 3, 12, 18, tzinfo=UTC)
COURSE = CourseId(uuid7())


def section(name: str) -> Section:
    return Section(
        id=SectionId(uuid7()),
        course_id=COURSE,
        name=name,
        capacity=None,
        room_id=RoomId(uuid7()),
        created_at=NOW,
    )


A, B = section("A"), section("B")
NOOR, ROSA, INES = UserId(uuid7()), UserId(uuid7()), UserId(uuid7())
PEOPLE = {
    "noor@school.test": (NOOR, "Noor"),
    "rosa@school.test": (ROSA, "Rosa"),
    "ines@school.test": (INES, "Ines"),
}


def enrolled(user_id: UserId, into: Section, status: str = "active") -> Enrolment:
    return Enrolment(
        course_id=COURSE,
        user_id=user_id,
        section_id=into.id,
        status=status,  # type: ignore[arg-type]  # one of them
        how="hand",
        enrolled_at=NOW,
        changed_at=NOW,
        name="=cmd()",
        email="noor@school.test",
        section=into.name,
    )


def verbs(text: str, *before: Enrolment, drops: bool = False) -> list[str]:
    facts = Facts(
        sections=[A, B], enrolled=before, people=PEOPLE, staff=frozenset({INES}), drops=drops
    )
    return [step.verb for step in rollcall.steps(rollcall.read(text), facts)]


def test_a_list_enrols_readmits_moves_keeps_and_invites() -> None:
    text = "Email;Section\nnoor@school.test;B\nROSA@school.test;\nnew@school.test;A\n"
    assert verbs(text) == ["enrol", "enrol", "invite"]
    assert verbs(text, enrolled(NOOR, A)) == ["move", "enrol", "invite"]
    assert verbs(text, enrolled(NOOR, B)) == ["keep", "enrol", "invite"]
    assert verbs(text, enrolled(NOOR, B, "dropped")) == ["readmit", "enrol", "invite"]


def test_what_cannot_be_read_is_said_line_by_line() -> None:
    text = "mail,group\nnobody,\nnoor@school.test,Z\nines@school.test,\nrosa@school.test,\nrosa@school.test,\n"
    facts = Facts(sections=[A], enrolled=(), people=PEOPLE, staff=frozenset({INES}), drops=False)
    found = rollcall.steps(rollcall.read(text), facts)
    assert [one.reason for one in found] == ["address", "section", "staff", "", "twice"]


def test_who_is_not_in_the_list_is_dropped_only_when_that_is_wanted() -> None:
    text = "email\nrosa@school.test\n"
    assert verbs(text, enrolled(NOOR, A)) == ["enrol"]
    assert verbs(text, enrolled(NOOR, A), drops=True) == ["enrol", "drop"]


@pytest.mark.parametrize("text", ["", "name,section\nNoor,A\n"])
def test_a_list_without_addresses_is_none(text: str) -> None:
    with pytest.raises(BadList):
        rollcall.read(text)


def test_a_table_takes_no_cell_for_a_formula() -> None:
    assert "'=cmd()" in rollcall.table([enrolled(NOOR, A)])


def test_a_calendar_keeps_its_classes_when_they_move_or_are_cancelled() -> None:
    one = ClassSession(
        id=ClassId(uuid7()),
        course_id=COURSE,
        section_id=A.id,
        title="Parábolas; raízes, " * 6,
        room_id=A.room_id,
        time_zone="Europe/Lisbon",
        starts_at=NOW,
        ends_at=NOW.replace(hour=19),
        cancelled="ill",
        revision=3,
        course="Algebra II",
    )
    text = ical.calendar([one], name="Noor", origin="https://school.test", now=NOW)
    assert "SEQUENCE:3\r\n" in text
    assert "STATUS:CANCELLED\r\n" in text
    assert f"UID:{one.id}@school.test\r\n" in text
    assert "DTSTART:20260312T180000Z\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert "Parábolas\\; raízes\\, Parábolas" in unfolded
