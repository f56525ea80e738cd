"""Rules of a course, breaks, and classes that are made up, in PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tests.support.held_class import person
from tests.support.school import School, a_school, at
from vtp import settings
from vtp.actor import Actor
from vtp.attendance.policy import Mark, Policy
from vtp.attendance.problems import BadBreaks, NoReason, NotHeldYet, PolicyChanged, TooOld
from vtp.attendance.seen import Report
from vtp.attendance.sentences import sentence
from vtp.attendance.service.learning import Learning
from vtp.attendance.service.viewing import Viewing
from vtp.attendance.service.watching import Length, Watching
from vtp.attendance.store import registers as store
from vtp.courses.port import Filmed
from vtp.courses.problems import TeachersOnly
from vtp.edge.texts import Texts
from vtp.errors import Invalid, NotFound
from vtp.ids import RecordingId
from vtp.rooms.service.sittings import Sittings

LISBON = ZoneInfo("Europe/Lisbon")


class Recorded:
    """Whatever is asked for is an hour long."""

    async def length(self, actor: Actor, id: RecordingId) -> Length:
        return Length(3_600_000, grows=False)


class NoFilms:
    """Nobody asks for any here."""

    async def films(
        self, actor: Actor, ids: Collection[RecordingId]
    ) -> Mapping[RecordingId, Filmed]:
        return {}


@dataclass
class Watched(School):
    """Where recordings are watched, too."""

    watching: Watching = field(init=False)

    async def mark(self, who: Actor) -> Mark:
        (found,) = await store.marks(self.parts.db, [self.class_id], user_id=who.user_id)
        return found.mark

    async def watches(self, who: Actor, recording: RecordingId, since: int, until: int) -> None:
        """Minutes of it, at a speed that is possible."""
        visit = UUID(int=since)
        for seen in ((), ((since * 60_000, until * 60_000),)):
            report = Report(visit=visit, seen=seen, position=0, age=timedelta())
            await self.watching.report(who, recording, report)
            self.clock.at += timedelta(minutes=(until - since) / 2)

    async def told(self, who: Actor) -> list[str]:
        found = await self.parts.letterbox.notices.listed(who, before=None, limit=20)
        return [one.kind for one in found if one.kind.startswith("attendance")]


@pytest.fixture
async def school(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Watched]:
    async with a_school(database_settings, tmp_path, kind=Watched) as there:
        there.watching = Watching(there.parts.db, clock=there.clock, recorded=Recorded())
        there.watching.on_seen.append(there.books.catching.seen)
        yield there


async def test_rules_have_versions_and_nobody_writes_over_those_of_another(school: Watched) -> None:
    policies = school.books.policies
    noor = await school.student("Noor")
    assert (await policies.read(noor, school.course_id)).newest.number == 0
    with pytest.raises(TeachersOnly):
        await policies.write(noor, school.course_id, Policy(), base=0, also_planned=True)
    made = Policy(late_after=60)
    await policies.write(school.ines, school.course_id, made, base=0, also_planned=True)
    with pytest.raises(PolicyChanged):
        await policies.write(school.ines, school.course_id, made, base=0, also_planned=True)
    with pytest.raises(Invalid):
        wrong = Policy(absent_below=0.8)
        await policies.write(school.ines, school.course_id, wrong, base=1, also_planned=True)
    rules = await policies.read(noor, school.course_id)
    assert (rules.newest.number, rules.newest.policy, rules.history[0].by) == (1, made, "Ines")
    with pytest.raises(NotFound):
        await policies.read(await person(school.parts, "Stranger"), school.course_id)


async def test_a_held_class_is_marked_anew_only_when_staff_ask(school: Watched) -> None:
    people, policies = await school.held(), school.books.policies
    school.clock.at = at(63)
    await school.books.registers.call_due()
    kwame, rosa = people["Kwame"], people["Rosa"]
    await school.books.deciding.override(
        school.ines, school.class_id, rosa.require_user(), mark="present", why="Bus"
    )
    easy = Policy(late_after=900, early_before=1200)
    looked = await policies.look(school.ines, school.course_id, easy)
    said = {
        one.person.name: (one.before.mark, one.after.mark, sentence(one.after, LISBON, Texts()))
        for one in looked.turned
    }
    away = "4 min lost to our outage, not counted."
    elif_ = f"Left at 09:45:00, 15 min early; 38 of 53 min; {away}"
    # Rosa is not late any more either, but what staff decided stays.
    assert said == {"Elif": ("left_early", "partial", elif_)}
    assert (looked.classes, looked.marks) == (1, 5)
    await policies.write(school.ines, school.course_id, easy, base=0, also_planned=True)
    school.clock.at = at(63) + timedelta(days=2)
    await school.books.registers.call_due()
    assert await school.mark(people["Elif"]) == "left_early"
    with pytest.raises(NoReason):
        await policies.rerun(school.ines, school.course_id, version=1, why=" ")
    with pytest.raises(PolicyChanged):
        await policies.rerun(school.ines, school.course_id, version=0, why="Agreed")
    done = await policies.rerun(school.ines, school.course_id, version=1, why="Agreed")
    assert [one.person.name for one in done.turned] == ["Elif"]
    assert await school.mark(people["Elif"]) == "partial"
    assert (await school.mark(rosa), await school.mark(kwame)) == ("present", "present")
    assert await school.told(people["Elif"]) == ["attendance.changed"]
    sheet = await school.books.registers.sheet(school.ines, school.class_id)
    assert (sheet.state, sheet.register.policy_version) == ("final", 1)
    # Done again, nothing changes.
    again = await policies.rerun(school.ines, school.course_id, version=1, why="Agreed")
    assert again.turned == ()


async def test_nothing_is_required_in_a_break(school: Watched) -> None:
    people, breaks = await school.held(), school.books.breaks
    with pytest.raises(NotHeldYet):
        await breaks.begin(school.ines, school.class_id)
    school.clock.at = at(46)
    await breaks.begin(school.ines, school.class_id)
    with pytest.raises(BadBreaks):
        await breaks.begin(school.ines, school.class_id)
    school.clock.at = at(50)
    sheet = await breaks.end(school.ines, school.class_id)
    assert sheet.breaks == ((at(46), at(50)),)
    school.clock.at = at(70)
    await school.books.registers.call_due()
    assert await school.mark(people["Elif"]) == "left_early"
    with pytest.raises(BadBreaks):
        await breaks.put(school.ines, school.class_id, [(at(50), None)])
    with pytest.raises(BadBreaks):
        await breaks.add(school.ines, school.class_id, (at(55), at(61)))
    # Afterwards, also of what is final: marks follow at once.
    await school.books.deciding.confirm(school.ines, school.class_id)
    sheet = await breaks.put(school.ines, school.class_id, [(at(45), at(60))])
    facts = {one.person.name: one.marked.facts.need // 60_000 for one in sheet.lines}
    assert set(facts.values()) == {38}
    assert (sheet.state, await school.mark(people["Elif"])) == ("final", "present")
    sheet = await breaks.remove(school.ines, school.class_id, 0)
    assert (sheet.breaks, await school.mark(people["Elif"])) == ((), "left_early")


async def test_who_watches_what_they_missed_makes_the_class_up(school: Watched) -> None:
    people, catching = await school.held(), school.books.catching
    # From 5 to 55, without 10 minutes: on it, Rosa's quarter past nine is at minute 10.
    recording = await school.recorded(5, 55, (30, 40))
    school.clock.at = at(63)
    await school.books.registers.call_due()
    assert await catching.sweep() == 1
    assert await catching.sweep() == 0
    mateo, rosa = people["Mateo"], people["Rosa"]
    assert await school.told(mateo) == ["attendance.missed"]
    chance = await catching.own(mateo, school.class_id)
    assert chance is not None
    assert (chance.left, chance.missing) == (40 * 60_000, 36 * 60_000)
    assert chance.until == at(60) + timedelta(days=7)
    (learnt,) = (await school.books.overviews.of(mateo)).learning
    assert [one.chance for one in learnt.classes] == [chance]
    # Who came late has as much for being late as for watching.
    assert await catching.own(rosa, school.class_id) is None
    await school.watches(mateo, recording, 0, 20)
    assert await school.mark(mateo) == "absent"
    there, chance = await catching.live(mateo, recording)
    assert (list(there), chance and chance.missing) == ([], 16 * 60_000)
    await school.watches(mateo, recording, 20, 36)
    assert await school.mark(mateo) == "made_up"
    assert sorted(await school.told(mateo)) == ["attendance.made_up", "attendance.missed"]
    assert await catching.own(mateo, school.class_id) is None
    (line,) = (await school.books.registers.own(mateo, school.class_id)).lines
    said = "Never there live; watched 90 % on Tue 5 March."
    assert sentence(line.marked, LISBON, Texts()) == said
    assert line.marked.computed == "absent"
    # It stays so when the register becomes final, and when what was watched is erased.
    await school.parts.db.execute("delete from watched")
    school.clock.at = at(63) + timedelta(days=1)
    await school.books.registers.call_due()
    assert await school.mark(mateo) == "made_up"


async def test_live_and_watched_count_together_and_in_time(school: Watched) -> None:
    people, catching = await school.held(), school.books.catching
    recording = await school.recorded(0, 60)
    policies = school.books.policies
    more = Policy(made_up_counts=0.9, make_up_days=2)
    await policies.write(school.ines, school.course_id, more, base=0, also_planned=True)
    school.clock.at = at(63)
    await school.books.registers.call_due()
    rosa, elif_ = people["Rosa"], people["Elif"]
    # From 15 to 20 and from 24 to 60 she was there; 13 of 19 minutes make nine tenths.
    chance = await catching.own(rosa, school.class_id)
    assert chance is not None
    assert (chance.left, chance.missing) == (19 * 60_000, 13 * 60_000)
    assert {one.planned.id for one in await catching.chances(rosa, [school.class_id])} == {
        school.class_id
    }
    await school.watches(rosa, recording, 0, 13)
    assert await school.mark(rosa) == "made_up"
    (line,) = (await school.books.registers.own(rosa, school.class_id)).lines
    assert sentence(line.marked, LISBON, Texts()).endswith(
        "not counted. Watched the rest on Tue 5 March, 90 % together."
    )
    # Too late, and what web did not see in time is found by the work process.
    school.clock.at = at(61) + timedelta(days=2)
    assert await catching.own(elif_, school.class_id) is None
    await school.watches(elif_, recording, 0, 60)
    assert await school.mark(elif_) == "left_early"
    kwame = people["Kwame"]
    await school.parts.db.execute(
        "insert into watched (user_id, recording_id, seen, position_at, watched_at)"
        " values ($1, $2, '{[0,3600000)}', $3, $3)",
        people["Mateo"].user_id,
        recording,
        school.clock.at - timedelta(minutes=20),
    )
    await catching.sweep()
    assert (await school.mark(people["Mateo"]), await school.mark(kwame)) == ("absent", "present")


async def test_the_work_process_finds_what_was_made_up(school: Watched) -> None:
    people = await school.held()
    recording = await school.recorded(0, 60)
    school.clock.at = at(70)
    await school.books.registers.call_due()
    await school.parts.db.execute(
        "insert into watched (user_id, recording_id, seen, position_at, watched_at)"
        " values ($1, $2, '{[0,3600000)}', $3, $3)",
        people["Mateo"].user_id,
        recording,
        at(69),
    )
    await school.books.catching.sweep()
    assert await school.mark(people["Mateo"]) == "made_up"
    # A policy that takes making up away takes it back when staff ask for it.
    policies = school.books.policies
    none = Policy(make_up_days=0)
    await policies.write(school.ines, school.course_id, none, base=0, also_planned=False)
    done = await policies.rerun(school.ines, school.course_id, version=1, why="No more")
    assert [one.after.mark for one in done.turned] == ["absent"]


async def test_an_outline_goes_by_the_register_and_before_it_by_what_arrived(
    school: Watched,
) -> None:
    people = await school.held()
    learning = Learning(
        school.parts.db,
        clock=school.clock,
        films=NoFilms(),
        viewing=Viewing(school.parts.db, clock=school.clock, shelf=school.parts.library.shelf),
        meetings=Sittings(school.parts.db),
        catching=school.books.catching,
    )
    classes = [school.class_id]
    noor, mateo = people["Noor"], people["Mateo"]
    school.clock.at = at(70)
    for _ in range(2):
        assert set(await learning.attended(noor, classes)) == {school.class_id}
        # His page was open, and nothing of the class reached him.
        assert set(await learning.attended(mateo, classes)) == set()
        await school.books.registers.call_due()
    await school.recorded(0, 60)
    (missed,) = (await learning.missed(mateo, classes)).values()
    assert (missed.minutes, missed.until) == (60, at(60) + timedelta(days=7))
    assert await learning.missed(noor, classes) == {}
    assert await learning.attended(noor, []) == ()


async def test_marks_stay_when_what_they_were_made_of_is_deleted(school: Watched) -> None:
    people, policies = await school.held(), school.books.policies
    school.clock.at = at(63)
    await school.books.registers.call_due()
    school.clock.at = at(63) + timedelta(days=400)
    await school.parts.db.execute("delete from presence_span")
    strict = Policy(late_after=0, early_before=0, absent_below=0.9, partial_below=0.95)
    looked = await policies.look(school.ines, school.course_id, strict)
    assert (looked.classes, looked.marks, looked.turned, looked.too_old) == (0, 0, (), 1)
    await policies.write(school.ines, school.course_id, strict, base=0, also_planned=True)
    done = await policies.rerun(school.ines, school.course_id, version=1, why="Agreed")
    assert (done.turned, done.too_old) == ((), 1)
    with pytest.raises(TooOld):
        await school.books.breaks.put(school.ines, school.class_id, [(at(45), at(60))])
    await school.books.registers.call_these([school.class_id])
    kept = {name: await school.mark(who) for name, who in people.items()}
    assert kept == {
        "Elif": "left_early",
        "Kwame": "present",
        "Mateo": "absent",
        "Noor": "present",
        "Rosa": "late",
    }
    sheet = await school.books.registers.sheet(school.ines, school.class_id)
    assert (sheet.state, sheet.register.policy_version) == ("final", 0)


async def test_who_was_told_too_early_what_they_missed_is_told_once(school: Watched) -> None:
    noor, rosa = await school.student("Noor"), await school.student("Rosa")
    await school.meets(0, 10)
    await school.receives(school.ines, (0, 10))
    await school.receives(noor, (0, 10))
    await school.recorded(0, 10)
    school.clock.at = at(13)
    await school.books.registers.call_due()
    assert await school.books.catching.sweep() == 1
    assert (await school.told(noor), await school.told(rosa)) == ([], ["attendance.missed"])
    # Opened again: now Noor has missed most of it, too.
    await school.meets(15, 60)
    await school.receives(school.ines, (15, 60))
    await school.recorded(15, 60)
    school.clock.at = at(63)
    await school.books.registers.call_due()
    await school.books.catching.sweep()
    assert (await school.told(noor), await school.told(rosa)) == (
        ["attendance.missed"],
        ["attendance.missed"],
    )
