"""Registers in PostgreSQL: who was there by what was received, and what people say about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.held_class import person
from tests.support.school import School, a_school, at
from vtp import settings
from vtp.attendance.problems import NoReason, NotHeldYet, NothingContested
from vtp.attendance.sentences import sentence
from vtp.attendance.store import registers as store
from vtp.courses.problems import StaffOnly
from vtp.edge.texts import Texts
from vtp.errors import NotFound
from vtp.ids import UserId, uuid7

LISBON = ZoneInfo("Europe/Lisbon")


@pytest.fixture
async def school(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[School]:
    async with a_school(database_settings, tmp_path, kind=School) as there:
        yield there


async def test_marks_are_made_of_what_was_received_and_told_in_a_sentence(school: School) -> None:
    await school.held()
    school.clock.at = at(63)
    assert await school.books.registers.call_due() == 1
    assert await school.books.registers.call_due() == 0
    sheet = await school.books.registers.sheet(school.ines, school.class_id)
    said = {
        one.person.name: (one.marked.mark, sentence(one.marked, LISBON, Texts()))
        for one in sheet.lines
    }
    away = "4 min lost to our outage, not counted."
    assert said == {
        "Elif": ("left_early", f"Left at 09:45:00, 15 min early; 38 of 53 min; {away}"),
        "Kwame": ("present", f"2 devices; 53 of 53 min; {away}"),
        "Mateo": ("absent", "Never received the class."),
        "Noor": ("present", f"One reconnect of 30 s; 53 of 53 min; {away}"),
        "Rosa": ("late", f"In from 09:15:00, 12 min late; 41 of 53 min; {away}"),
    }
    assert sheet.state == "provisional"
    assert sheet.register.taught == (int(at(3).timestamp() * 1000), int(at(60).timestamp() * 1000))
    school.clock.at = at(63) + timedelta(days=1)
    assert await school.books.registers.call_due() == 1
    assert (await school.books.registers.sheet(school.ines, school.class_id)).state == "final"
    assert await school.books.registers.call_due() == 0


async def test_a_class_that_goes_on_shows_who_is_there(school: School) -> None:
    noor, rosa = await school.student("Noor"), await school.student("Rosa")
    with pytest.raises(NotHeldYet):
        await school.books.registers.sheet(school.ines, school.class_id)
    await school.meets(-1, None)
    await school.receives(school.ines, (0, 30))
    await school.receives(noor, (0, 30))
    school.clock.at = at(30)
    sheet = await school.books.registers.sheet(school.ines, school.class_id)
    assert sheet.state == "live"
    assert {one.person.user_id: one.marked.mark for one in sheet.lines} == {
        noor.user_id: "present",
        rosa.user_id: "absent",
    }
    assert await store.register(school.parts.db, school.class_id) is None


async def test_nobody_is_absent_from_a_class_without_its_teacher(school: School) -> None:
    noor = await school.student("Noor")
    await school.meets(0, 20)
    await school.receives(noor, (0, 20))
    school.clock.at = at(70)
    (line,) = (await school.books.registers.sheet(school.ines, school.class_id)).lines
    # Who looks writes nothing.
    assert await store.register(school.parts.db, school.class_id) is None
    assert (line.marked.mark, line.marked.facts.need) == ("present", 0)
    assert sentence(line.marked, LISBON, Texts()) == "Nothing was required."


async def test_staff_decide_with_a_reason_and_a_new_count_keeps_it(school: School) -> None:
    people = await school.held()
    school.clock.at = at(50)
    mateo = people["Mateo"].require_user()
    deciding = school.books.deciding
    with pytest.raises(NotHeldYet):
        await deciding.override(school.ines, school.class_id, mateo, mark="excused", why="Ill")
    school.clock.at = at(61)
    with pytest.raises(NoReason):
        await deciding.override(school.ines, school.class_id, mateo, mark="excused", why=" ")
    with pytest.raises(NotFound):
        await deciding.override(
            school.ines, school.class_id, UserId(uuid7()), mark="excused", why="Ill"
        )
    await deciding.override(school.ines, school.class_id, mateo, mark="excused", why="Exam")
    school.clock.at = at(70) + timedelta(days=1)
    await school.books.registers.call_due()
    sheet = await school.books.registers.sheet(school.ines, school.class_id)
    line = next(one.marked for one in sheet.lines if one.person.user_id == mateo)
    assert (line.mark, line.computed) == ("excused", "absent")
    assert (
        sentence(line, LISBON, Texts())
        == "Exam. Set by staff, was absent: Never received the class."
    )
    sheet = await deciding.restore(school.ines, school.class_id, mateo)
    assert next(one.marked for one in sheet.lines if one.person.user_id == mateo).mark == "absent"


async def test_a_student_sees_all_of_their_own_and_may_contest_it(school: School) -> None:
    people = await school.held()
    school.clock.at = at(70)
    rosa, deciding = people["Rosa"], school.books.deciding
    await school.books.registers.call_due()
    with pytest.raises(StaffOnly):
        await school.books.registers.sheet(rosa, school.class_id)
    (mine,) = (await school.books.registers.own(rosa, school.class_id)).lines
    assert (mine.person.name, mine.marked.mark) == ("Rosa", "late")
    with pytest.raises(NothingContested):
        await deciding.answer(school.ines, school.class_id, rosa.require_user(), "No")
    await deciding.contest(rosa, school.class_id, "My bus was late.")
    await deciding.answer(school.ines, school.class_id, rosa.require_user(), "That counts.")
    (mine,) = (await school.books.registers.own(rosa, school.class_id)).lines
    assert mine.marked.contest is not None
    assert (mine.marked.contest.text, mine.marked.contest.answer) == (
        "My bus was late.",
        "That counts.",
    )
    stranger = await person(school.parts, "Stranger")
    with pytest.raises(NotFound):
        await school.books.registers.own(stranger, school.class_id)


async def test_a_course_counts_what_is_final(school: School) -> None:
    people = await school.held()
    planned = await school.courses.timetable.get(school.ines, school.class_id)
    school.clock.at = at(70)
    await school.books.registers.call_due()
    matrix = await school.books.matrices.of_course(school.ines, planned.course_id, section_id=None)
    assert [row.standing.so_far for row in matrix.rows] == [None] * 5
    await school.books.deciding.confirm(school.ines, school.class_id)
    matrix = await school.books.matrices.of_course(school.ines, planned.course_id, section_id=None)
    assert {row.person.name: row.standing.so_far for row in matrix.rows} == {
        "Elif": 0.8,
        "Kwame": 1.0,
        "Mateo": 0.0,
        "Noor": 1.0,
        "Rosa": 0.8,
    }
    assert matrix.average == pytest.approx(0.72)
    marks = [mark for row in matrix.rows for _, mark in matrix.marks(row)]
    assert marks.count("present") == 2
    own = await school.books.matrices.own(people["Rosa"], planned.course_id)
    assert [row.person.name for row in own.rows] == ["Rosa"]


async def test_a_class_that_ends_early_has_its_register_then(school: School) -> None:
    noor, rosa = await school.student("Noor"), await school.student("Rosa")
    registers, deciding = school.books.registers, school.books.deciding
    meeting = await school.meets(-5, 40)
    await school.receives(school.ines, (0, 40))
    await school.receives(noor, (0, 40))
    school.clock.at = at(41)
    # At once for who looks; written when nobody has opened it again for a moment.
    sheet = await registers.sheet(school.ines, school.class_id)
    assert (sheet.state, sheet.confirmable) == ("provisional", False)
    assert await registers.call_due() == 0
    school.clock.at = at(43)
    assert [await registers.call_due(), await registers.call_due()] == [1, 0]
    kept = {one.user_id: one for one in await store.marks(school.parts.db, [school.class_id])}
    assert [kept[one.require_user()].mark for one in (noor, rosa)] == ["present", "absent"]
    assert kept[noor.require_user()].facts.need == 40 * 60_000
    # What is certain is said when its time is over, and final by the usual grace after that.
    await deciding.override(school.ines, school.class_id, rosa.require_user(), mark="late", why="-")
    with pytest.raises(NotHeldYet):
        await deciding.confirm(school.ines, school.class_id)
    school.clock.at = at(62)
    assert [await registers.call_due(), await registers.call_due()] == [1, 0]
    sheet = await registers.sheet(school.ines, school.class_id)
    assert (sheet.state, sheet.confirmable) == ("provisional", True)
    assert sheet.register.final_at == at(60) + timedelta(days=1)
    assert {one.marked.mark for one in sheet.lines} == {"present", "late"}
    # Whom nobody ended, who only were gone, may come back.
    await school.parts.db.execute("update meeting set ended_how = 'empty' where id = $1", meeting)
    school.clock.at = at(50)
    assert (await registers.sheet(school.ines, school.class_id)).state == "live"


async def test_a_class_that_was_ended_by_mistake_goes_on(school: School) -> None:
    noor, rosa = await school.student("Noor"), await school.student("Rosa")
    registers, deciding = school.books.registers, school.books.deciding
    await school.meets(-5, 20)
    await school.receives(school.ines, (0, 20))
    await school.receives(noor, (0, 20))
    school.clock.at = at(23)
    assert await registers.call_due() == 1
    await deciding.contest(rosa, school.class_id, "I will come.")
    again = await school.meets(24, None)
    await school.receives(school.ines, (24, 50))
    await school.receives(rosa, (24, 50))
    school.clock.at = at(50)
    assert await registers.call_due() == 0
    sheet = await registers.sheet(school.ines, school.class_id)
    assert sheet.state == "live"
    lines = {one.person.name: one.marked for one in sheet.lines}
    assert lines["Rosa"].facts.present == 26 * 60_000
    assert lines["Rosa"].contest is not None
    await school.parts.db.execute(
        "update meeting set ended_at = $2, ended_how = 'ended' where id = $1", again, at(50)
    )
    school.clock.at = at(51)
    # Before it is written anew, who looks sees what is so.
    (mine,) = (await registers.own(rosa, school.class_id)).lines
    assert mine.marked.facts.present == 26 * 60_000
    school.clock.at = at(53)
    assert [await registers.call_due(), await registers.call_due()] == [1, 0]
    kept = {one.user_id: one for one in await store.marks(school.parts.db, [school.class_id])}
    assert kept[noor.require_user()].facts.present == 20 * 60_000
    assert kept[rosa.require_user()].facts.late > 0


async def test_a_class_in_which_nobody_taught_is_not_over_before_its_time(school: School) -> None:
    await school.student("Noor")
    await school.meets(-5, 20)
    school.clock.at = at(30)
    assert await school.books.registers.call_due() >= 0
    assert await store.register(school.parts.db, school.class_id) is None
    sheet = await school.books.registers.sheet(school.ines, school.class_id)
    assert sheet.state == "live"
