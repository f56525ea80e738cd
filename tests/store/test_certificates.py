"""Certificates in PostgreSQL: earned, given once, checked, revoked; and reports that staff chose."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.held_class import person
from tests.support.papers import pages, rows
from tests.support.school import NINE, School, a_school
from vtp import settings
from vtp.actor import Actor
from vtp.app.attending import certificates, earning, reports
from vtp.attendance import tables
from vtp.attendance.certifying import Rule
from vtp.attendance.papers.printed import clock, printed
from vtp.attendance.papers.workbook import workbook
from vtp.attendance.problems import NoCertificate, NoReason, NotEarned
from vtp.attendance.service.certificates import Certificates
from vtp.attendance.service.earning import Earning
from vtp.attendance.service.reports import Reports
from vtp.attendance.shapes import matrix_view, sheet_view
from vtp.attendance.store import certificates as store
from vtp.attendance.store import prospects
from vtp.attendance.store import reports as reports_store
from vtp.courses.outline.progress import Chapter, Item, Way
from vtp.courses.outline.tree import Node
from vtp.courses.problems import StaffOnly, TeachersOnly
from vtp.courses.service.timetable import Plan
from vtp.edge.texts import Texts
from vtp.errors import Invalid, NotFound
from vtp.ids import CourseId, uuid7


@dataclass
class Outlines:
    """Of every course the same: so many parts, of which so many are done."""

    done: int = 9
    total: int = 10

    async def way_or_none(self, actor: Actor, course_id: CourseId) -> Way | None:
        node = Node(id=uuid7(), kind="page", title="Page", parent=None, rank="U")
        items = [
            Item(node=node, state="done" if number < self.done else "todo")
            for number in range(self.total)
        ]
        return Way(chapters=(Chapter(node=node, items=tuple(items)),)) if items else None


@dataclass
class Giving(School):
    given: Certificates = field(init=False)
    reports: Reports = field(init=False)
    outlines: Outlines = field(default_factory=Outlines)


@pytest.fixture
async def school(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Giving]:
    async with a_school(database_settings, tmp_path, kind=Giving) as there:
        there.given = certificates(there.parts, there.books, there.outlines)
        there.reports = reports(there.parts, there.books)
        yield there


async def held(school: Giving) -> dict[str, Actor]:
    """And a day later it is final."""
    people = await school.held()
    school.clock.at = NINE + timedelta(days=2)
    await school.books.registers.call_due()
    return people


async def test_a_certificate_is_earned_given_once_checked_revoked_and_restored(
    school: Giving,
) -> None:
    noor, mateo = (people := await held(school))["Noor"], people["Mateo"]
    course_id, given = school.course_id, school.given
    with pytest.raises(NoCertificate):
        await given.issue(noor, course_id)
    with pytest.raises(TeachersOnly):
        await given.choose(noor, course_id, Rule())
    with pytest.raises(Invalid):
        await given.choose(school.ines, course_id, Rule(attendance=0, completion=0))
    await given.choose(school.ines, course_id, None)
    await given.choose(school.ines, course_id, Rule(attendance=0.1))
    await given.choose(school.ines, course_id, Rule())
    assert await given.rule(noor, course_id) == Rule()
    with pytest.raises(NotEarned):
        await given.issue(mateo, course_id)
    school.outlines.done = 8
    with pytest.raises(NotEarned):
        await given.issue(noor, course_id)
    school.outlines.done = 9
    prospect = await given.prospect(noor, course_id)
    assert prospect.earned
    assert prospect.reached is not None
    assert (prospect.reached.attendance, prospect.reached.completion) == (1.0, 0.9)
    with pytest.raises(NoCertificate):
        await given.issue(school.ines, course_id)
    one = await given.issue(noor, course_id)
    assert (await given.issue(noor, course_id)).id == one.id
    assert (one.evidence.name, one.evidence.teachers) == ("Noor", ("Ines",))
    assert (await given.prospect(noor, course_id)).earned is False
    assert [found.id for found in await given.own(noor)] == [one.id]
    assert [found.id for found in await given.of_course(school.ines, course_id)] == [one.id]
    assert (await given.checked(one.serial.lower().replace("-", ""))).revoked is None
    await _is_revoked_and_restored(school, noor, mateo, one.id)


async def _is_revoked_and_restored(school: Giving, noor: Actor, mateo: Actor, id: UUID) -> None:
    given = school.given
    stranger = await person(school.parts, "Stranger")
    for somebody in (stranger, mateo):
        with pytest.raises(NotFound):
            await given.get(somebody, id)
    with pytest.raises(StaffOnly):
        await given.of_course(mateo, school.course_id)
    with pytest.raises(TeachersOnly):
        await given.revoke(noor, id, "Mine")
    with pytest.raises(NoReason):
        await given.revoke(school.ines, id, "  ")
    revoked = (await given.revoke(school.ines, id, "Issued by mistake")).revoked
    assert revoked is not None
    assert (revoked.why, revoked.by) == ("Issued by mistake", "Ines")
    again = await given.revoke(school.ines, id, "Another reason")
    assert again.revoked == revoked
    # It is not given anew to whoever asks.
    assert (await given.issue(noor, school.course_id)).revoked == revoked
    assert (await given.restore(school.ines, id)).revoked is None
    assert (await given.restore(school.ines, id)).revoked is None
    told = await school.parts.letterbox.notices.listed(noor, before=None, limit=10)
    assert sorted(one.kind.rpartition("_")[2] for one in told if "certificate" in one.kind) == [
        "issued",
        "restored",
        "revoked",
    ]


async def test_what_is_still_to_come_counts_as_missed(school: Giving) -> None:
    people = await held(school)
    await school.given.choose(school.ines, school.course_id, Rule(attendance=1, completion=0))
    await _goes_on(school, people["Noor"])
    school.clock.at = NINE + timedelta(hours=3)
    found = await school.given.prospect(people["Noor"], school.course_id)
    assert found.reached is not None
    assert (found.reached.attendance, found.earned) == (0.0, False)
    school.outlines.total = 0
    school.clock.at = NINE + timedelta(days=3)
    found = await school.given.prospect(people["Noor"], school.course_id)
    assert found.reached is not None
    assert (found.reached.completion, found.earned) == (None, True)


async def _goes_on(school: Giving, noor: Actor) -> None:
    """A second class, which has begun: until it has its register nobody can be sure."""
    later = school.clock.at + timedelta(minutes=30)
    wanted = Plan(title="Powers", at=later.time(), minutes=60, first_day=later.date())
    (planned,) = await school.courses.timetable.plan(school.ines, school.section_id, wanted)
    for at in (later - timedelta(minutes=1), later + timedelta(minutes=30)):
        school.clock.at = at
        found = await school.given.prospect(noor, school.course_id)
        assert found.reached is not None
        assert found.reached.attendance == pytest.approx(53 / 113)
        assert not found.earned
    await school.courses.timetable.cancel(school.ines, planned.id, reason="")


async def test_a_certificate_goes_with_its_holder(school: Giving) -> None:
    people = await held(school)
    noor, kwame = people["Noor"], people["Kwame"]
    await school.given.choose(school.ines, school.course_id, Rule())
    mine = await school.given.issue(noor, school.course_id)
    other = await person(school.parts, "Noor2")
    async with school.parts.db.transaction() as tx:
        await store.move(tx, source=noor.require_user(), target=other.require_user())
    assert [one.id for one in await school.given.own(other)] == [mine.id]
    his = await school.given.issue(kwame, school.course_id)
    async with school.parts.db.transaction() as tx:
        await store.move(tx, source=kwame.require_user(), target=other.require_user())
    with pytest.raises(NotFound):
        await school.given.checked(his.serial)
    await school.parts.db.execute("update certificate set course_id = null")
    assert (await school.given.get(other, mine.id)).course_id is None
    for somebody in (school.ines, kwame):
        with pytest.raises(NotFound):
            await school.given.get(somebody, mine.id)
    with pytest.raises(NotFound):
        await school.given.revoke(other, mine.id, "Mine")
    async with school.parts.db.transaction() as tx:
        await store.erase(tx, user_id=other.require_user())
    with pytest.raises(NotFound):
        await school.given.checked(mine.serial)
    with pytest.raises(NotFound):
        await school.given.get(other, uuid7())


async def test_the_screen_and_every_file_agree_to_the_second(school: Giving) -> None:
    await held(school)
    found = await school.books.registers.sheet(school.ines, school.class_id)
    table, said = tables.of(found, Texts()), sheet_view(found, Texts())
    lines = [line.split(",") for line in tables.text(table).splitlines()[1:]]
    book = rows(workbook(table, school="Grove", at=NINE))[3:]
    (page,) = pages(printed(table, school="Grove", at=NINE, say=Texts()))
    assert len(lines) == len(book) == len(said.items) == 5
    for line, row, shown in zip(lines, book, said.items, strict=True):
        facts = shown.facts
        lengths = [facts.present, facts.required, facts.late, facts.early]
        assert [line[0], row[0]] == [shown.name] * 2
        assert [float(one) for one in line[2:6]] == lengths
        assert [round(float(one) * 86_400, 3) for one in row[2:6]] == lengths
        assert row[6] == shown.sentence
        assert shown.name in page
        assert all(clock(round(one * 1000)) in page for one in lengths)
    matrix = await school.books.matrices.of_course(school.ines, school.course_id, section_id=None)
    table, over = tables.over(matrix, Texts()), matrix_view(matrix, Texts())
    lines = [line.split(",") for line in tables.text(table).splitlines()[1:]]
    book = rows(workbook(table, school="Grove", at=NINE))[3:]
    (page,) = pages(printed(table, school="Grove", at=NINE, say=Texts()))
    for line, row, of_one in zip(lines, book, over.items, strict=True):
        assert [line[0], row[0]] == [of_one.name] * 2
        assert float(line[2]) == row[2] == of_one.so_far
        assert f"{round(of_one.so_far * 100)} %" in page
        assert line[1] == row[1] != ""


async def test_staff_are_sent_a_report_when_it_is_due_until_they_want_none(
    school: Giving,
) -> None:
    people, sent = await held(school), school.reports
    with pytest.raises(StaffOnly):
        await sent.choose(people["Noor"], school.course_id, "week")
    assert await sent.chosen(school.ines, school.course_id) is None
    await sent.choose(school.ines, school.course_id, "month")
    await sent.choose(school.ines, school.course_id, "week")
    assert await sent.chosen(school.ines, school.course_id) == "week"
    assert await sent.send_due() == 0
    school.clock.at = NINE + timedelta(days=7)
    assert await sent.send_due() == 1
    assert await sent.send_due() == 0
    (mail,) = [
        one["values"]
        for one in await school.parts.db.fetch(
            """select "values"::text as values from mail where topic = 'attendance.report'"""
        )
    ]
    assert '"average": "72 %"' in mail
    assert "Mateo" not in mail
    await sent.choose(school.ines, school.course_id, None)
    school.clock.at = NINE + timedelta(days=14)
    assert await sent.send_due() == 0


async def test_nobody_is_sent_a_report_who_is_not_of_the_staff_any_more(school: Giving) -> None:
    noor = (await held(school))["Noor"]
    due = reports_store.Due(
        course_id=school.course_id, user_id=noor.require_user(), every="week", next_at=NINE
    )
    async with school.parts.db.transaction() as tx:
        await reports_store.put(tx, due)
    assert await school.reports.send_due() == 0
    assert await reports_store.due(school.parts.db, now=NINE, limit=9) == []
    async with school.parts.db.transaction() as tx:
        await reports_store.put(tx, due)
        await reports_store.erase(tx, user_id=noor.require_user())
    assert await reports_store.due(school.parts.db, now=NINE, limit=9) == []


async def test_who_has_earned_a_certificate_is_told_once(school: Giving) -> None:
    people, course_id = await held(school), school.course_id
    noor, mateo, clock = people["Noor"], people["Mateo"], school.clock
    telling = Earning(
        school.parts.db,
        clock=clock,
        certificates=school.given,
        notices=school.parts.letterbox.notices,
    )

    async def told(who: Actor) -> int:
        found = await school.parts.letterbox.notices.listed(who, before=None, limit=20)
        return [one.kind for one in found].count("attendance.certificate_earned")

    assert await telling.tell_due() == 0  # the course gives none
    school.outlines.done = 8
    await school.given.choose(school.ines, course_id, Rule())
    clock.at += timedelta(minutes=1)
    assert await telling.tell_due() == 0
    school.outlines.done = 9
    # Nothing says that anything has changed, until they did something or a day has gone.
    assert await telling.tell_due() == 0
    clock.at += timedelta(minutes=1)
    await school.parts.db.execute(
        "insert into watched (user_id, recording_id, seen, position_at, watched_at, completed_at)"
        " values ($1, $2, '{[0,3600000)}', $3, $3, $3)",
        noor.user_id,
        await school.recorded(0, 60),
        clock.at,
    )
    clock.at += timedelta(minutes=1)
    assert await telling.tell_due() == 1
    assert [await told(one) for one in (noor, people["Kwame"], mateo)] == [1, 0, 0]
    clock.at += timedelta(days=1)
    assert await telling.tell_due() == 3
    await school.given.issue(people["Kwame"], course_id)
    clock.at += timedelta(days=9)
    assert await telling.tell_due() == 0
    assert [await told(one) for one in people.values()] == [1, 1, 1, 1, 0]
    await school.books.deciding.override(
        school.ines, school.class_id, mateo.require_user(), mark="excused", why="Ill"
    )
    await school.given.choose(school.ines, course_id, Rule(attendance=0))
    clock.at += timedelta(minutes=1)
    assert await telling.tell_due() == 1
    # With another account of theirs, and no more once they are gone.
    other = await person(school.parts, "Noor2")
    async with school.parts.db.transaction() as tx:
        await prospects.move(tx, source=noor.require_user(), target=other.require_user())
        assert not await prospects.put(
            tx, course_id, other.require_user(), looked_at=clock.at, told=True
        )
        await prospects.erase(tx, user_id=other.require_user())
        assert await prospects.put(
            tx, course_id, other.require_user(), looked_at=clock.at, told=False
        )


async def test_the_work_process_knows_what_a_student_has_done(school: Giving) -> None:
    people = await held(school)
    # No outline is published, and nobody asks for one.
    await school.given.choose(school.ines, school.course_id, Rule(completion=0))
    assert await earning(school.parts, school.books).tell_due() == 4
    found = await school.parts.letterbox.notices.listed(people["Noor"], before=None, limit=20)
    (notice,) = [one for one in found if one.kind == "attendance.certificate_earned"]
    assert notice.link == f"/courses/{school.course_id}/attendance"
    assert notice.values == {"course": "Algebra II"}
