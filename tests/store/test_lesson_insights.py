"""Insights in PostgreSQL, beside counting every second of every person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from tests.support.hard_class import HardClass
from tests.support.school import School, a_school
from vtp import settings
from vtp.actor import Actor, Via
from vtp.analytics.confusion import Sign
from vtp.analytics.curves import BUCKET, levels, pieces
from vtp.analytics.insight_looks import of_class, of_course
from vtp.analytics.insight_shapes import class_view, course_view, recording_view
from vtp.analytics.insight_tables import curve
from vtp.analytics.insight_tables import of_class as class_table
from vtp.analytics.insight_tables import of_course as course_table
from vtp.analytics.service.insights import Insights
from vtp.analytics.store import insights as store
from vtp.analytics.store.insights import Frame
from vtp.attendance.problems import NotHeldYet
from vtp.attendance.seen import Report
from vtp.attendance.service.watching import Length, Watching
from vtp.attendance.stirs import Stirred
from vtp.courses.problems import StaffOnly
from vtp.edge.texts import Texts
from vtp.ids import RecordingId, UserId, uuid7
from vtp.rooms.service.sittings import Sittings

HOUR = 3_600_000


@dataclass
class Insightful(School, HardClass):
    insights: Insights = field(init=False)


@pytest.fixture
async def school(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Insightful]:
    async with a_school(database_settings, tmp_path, kind=Insightful) as there:
        there.insights = Insights(
            there.parts.db,
            clock=there.clock,
            gate=there.courses.gate,
            audit=there.parts.audit,
            meetings=Sittings(there.parts.db),
            matrices=there.books.matrices,
        )
        yield there


async def one(school: Insightful, name: str) -> Actor:
    """Somebody without an account's cost: only a row."""
    user_id = UserId(uuid7())
    await school.parts.db.execute(
        "insert into app_user (id, email, name, roles, created_at)"
        " values ($1, $2, $3, '{student}', now())",
        user_id,
        f"{name}@school.test",
        name,
    )
    return Actor(user_id, frozenset(), Via.SYSTEM)


def spans_of(random: Random, most: int, end: int) -> list[tuple[int, int]]:
    edges = sorted(random.sample(range(end), 2 * random.randint(0, most)))
    return list(zip(edges[::2], edges[1::2], strict=True))


async def test_the_database_counts_as_one_who_counts_every_second(school: Insightful) -> None:
    random = Random(7)
    await school.meets(-5, 70)
    await school.records((12, 15), (40, 41.5), since=2)
    laid = pieces(school.recording_id, 120_000, [(720_000, 900_000), (2_400_000, 2_490_000)])
    seen: list[tuple[bool, int, list[tuple[int, int]]]] = []
    for number in range(12):
        who = await one(school, f"s{number}")
        for _device in range(random.randint(0, 2)):
            spans = [(start / 60 - 4, end / 60 - 4) for start, end in spans_of(random, 4, 4200)]
            if spans:
                await school.receives(who, *spans)
                live = [(round(a * 60_000), round(b * 60_000)) for a, b in spans]
                seen.append((True, number, live))
        if played := spans_of(random, 4, 3300):
            await school.watched(who, *played)
            on_axis = [
                (
                    max(start * 1000, piece.low) + piece.shift,
                    min(end * 1000, piece.high) + piece.shift,
                )
                for start, end in played
                for piece in laid
                if start * 1000 < piece.high and end * 1000 > piece.low
            ]
            seen.append((False, number, on_axis))
    await school.receives(school.ines, (0, 60))
    frame = Frame(
        since=school.at(0),
        until=school.at(60),
        length=HOUR,
        meetings=[school.meeting_id],
        staff=[school.ines.require_user()],
        laid=laid,
    )
    found = levels(await store.steps(school.parts.db, frame), HOUR, width=1)

    def there(live: bool, at: int, until: int) -> set[int]:
        return {
            number
            for kind, number, spans in seen
            if kind is live and any(max(a, 0) < until and b > at for a, b in spans)
        }

    for level in found:
        # An instant: the begin of its second.
        at = level.at * 1000
        assert (level.live, level.later) == (
            len(there(True, at, at + 1)),
            len(there(False, at, at + 1)),
        ), level
    people = await store.people(school.parts.db, frame)
    for bucket in range(HOUR // BUCKET):
        at = bucket * BUCKET
        both = there(True, at, at + BUCKET) | there(False, at, at + BUCKET)
        assert people.get(bucket, 0) == len(both), bucket


async def test_a_class_is_told_with_its_hard_place_and_who_took_part(school: Insightful) -> None:
    with pytest.raises(NotHeldYet):
        await school.insights.of_class(school.ines, school.class_id)
    people = await school.seven()
    await school.is_hard(people)
    school.clock.at = school.at(70)
    await school.books.registers.call_due()
    with pytest.raises(StaffOnly):
        await school.insights.of_class(people["Noor"], school.class_id)
    found = await school.insights.of_class(school.ines, school.class_id)
    (place,) = found.places
    assert (place.at, place.chapter) == (school.at(28), "Graphs")
    assert place.recording == (school.recording_id, 1_680_000)
    assert dict(place.found.signs) == {"lost": 2, "question": 2}
    assert place.found.people == 7
    together = found.together
    assert (together.live, together.later_only, together.caught_up) == (6, 1, 1)
    assert together.below_half == 0
    assert together.answers == 1 / 5
    parts = {one.person.name: one.part for one in found.lines}
    noor = parts["Noor"]
    assert (noor.asked, noor.answered, noor.hands, noor.spoke) == (1, 1, 1, 120_000)
    assert (parts["Rosa"].live, parts["Rosa"].seen, parts["Rosa"].asked) == (HOUR // 2, HOUR, 0)
    assert (parts["Lena"].messages, parts["Mateo"].live, parts["Mateo"].seen) == (1, 0, 3_000_000)
    assert dict(found.reactions) == {"heart": 4}
    shown = of_class(found, Texts())
    assert shown["figures"][0]["value"] == "6 + 1"
    assert shown["places"][0]["signs"] == ["“I am lost” 2\u00d7", "questions 2\u00d7"]
    assert shown["places"][0]["path"] == f"/watch/{school.recording_id}?t=1680"
    view = class_view(found)
    assert (view.viewers[0].live, view.viewers[0].later) == (6, 1)
    tape = recording_view(
        await school.insights.of_recording(school.ines, school.recording_id), school.recording_id
    )
    assert max(tape.curve, key=lambda one: one[1])[0] == 1680
    assert [one.recording_at for one in tape.places] == [1680]
    unknown = RecordingId(uuid7())
    assert await school.insights.of_recording(school.ines, unknown) is None
    assert recording_view(None, unknown).session_id is None
    assert class_table(found).splitlines()[5] == "Noor,3600,3600,3600,1,1,0,1,120"
    assert curve(found).splitlines()[1 + 168].startswith("09:28:00,7,0.5")


async def test_a_course_puts_its_classes_side_by_side_and_names_who_needs_a_word(
    school: Insightful,
) -> None:
    await school.is_hard(await school.seven())
    school.clock.at = school.at(70)
    await school.books.registers.call_due()
    await school.books.deciding.confirm(school.ines, school.class_id)
    found = await school.insights.of_course(school.ines, school.course_id)
    ((planned, counted),) = found.classes
    assert planned.id == school.class_id
    assert (counted.expected, counted.live, counted.later) == (7, 6, 2)
    assert (counted.messages, counted.hands, counted.lost) == (1, 1, 2)
    assert counted.share is not None
    assert abs(counted.share - 5.5 / 7) < 0.001
    assert found.needing == ()
    assert of_course(found, Texts())["trend"]["rows"] == [("5 Mar", "85 %", "28 %")]
    assert course_view(found).classes[0].live == 6
    assert course_table(found).splitlines()[1].startswith("Roots,2030-03-05 09:00,7,6,2,0.78")


@dataclass
class Recorded:
    host: UUID

    async def length(self, actor: Actor, id: RecordingId) -> Length:
        return Length(60_000, grows=False, host=actor.user_id == self.host)


async def test_where_people_go_back_is_counted_once_and_without_hosts(school: Insightful) -> None:
    noor = await school.student("Noor")
    await school.meets(0, 60)
    await school.records()
    db, clock = school.parts.db, school.clock
    watching = Watching(db, clock=clock, recorded=Recorded(school.ines.require_user()))
    clock.at = school.at(70)

    async def tells(who: Actor, turn: int, *back: int) -> None:
        said = Stirred(turn=turn, back=back, again=[(12_000, 19_000)]) if turn else None
        report = Report(
            visit=UUID(int=3),
            seen=((10_000, 20_000),) if turn else (),
            position=0,
            age=timedelta(),
            stirred=said,
        )
        await watching.report(who, school.recording_id, report)

    for who in (noor, school.ines):
        await tells(who, 0)
    clock.advance(60)
    for turn in (2, 1, 2, 1, 1):
        await tells(noor, turn, 15_000, 42_000)
    await tells(school.ines, 1, 15_000)
    rows = await db.fetch("select bucket, backs, slows, again_ms from watch_stir order by bucket")
    assert [tuple(row.values()) for row in rows] == [(1, 2, 0, 14_000), (4, 2, 0, 0)]
    frame = Frame(
        since=school.at(0),
        until=school.at(60),
        length=HOUR,
        meetings=[school.meeting_id],
        staff=[],
        laid=pieces(school.recording_id, 60_000, []),
    )
    expected: dict[int, dict[Sign, int]] = {7: {"again": 14_000, "back": 2}, 10: {"back": 2}}
    assert await store.signs(db, frame) == expected
