"""The term of the demo in PostgreSQL, and the overview of who teaches and who learns in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.application import some_settings
from tests.support.demo_term import a_term
from vtp import demo, settings
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.analytics.model import Wanted
from vtp.analytics.store import plays, usage
from vtp.app.attending import attending
from vtp.app.insights import insights
from vtp.app.parts import Parts, open_parts
from vtp.attendance.glances import Glances
from vtp.clock import SetClock
from vtp.demo.past import Writers, fill_term
from vtp.edge.texts import Texts

# A Friday noon: a class of every day of the week lies behind, none is on.
NOON = datetime(2026, 5, 15, 12, tzinfo=UTC)


@pytest.fixture
async def parts(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Parts]:
    clock = SetClock(NOON)
    chosen = some_settings(database_settings, tmp_path)
    async with open_parts(chosen, clock=clock, demo=True) as made:
        yield made


async def whoever(parts: Parts, email: str, role: Role) -> Actor:
    user = await parts.accounts.administration.of_email(SYSTEM, email)
    return Actor(user.id, frozenset({role}), Via.SESSION)


async def test_a_term_was_held_and_the_overview_says_how_it_goes(parts: Parts) -> None:
    writers = await a_term(parts)
    marks = Counter(
        {
            row["mark"]: row["many"]
            for row in await parts.db.fetch(
                "select mark, count(*) as many from class_mark group by mark"
            )
        }
    )
    assert marks.keys() >= {"present", "late", "left_early", "absent", "excused"}
    assert marks["present"] > marks.total() * 0.6
    assert await parts.db.fetchval("select count(*) from class_register") == 40
    assert await parts.db.fetchrow(
        """
        select exists (select from chat_message), exists (select from poll_answer),
               exists (select from lost_moment), exists (select from meeting_outage),
               exists (select from play_session where stalled_ms > 0)
        """
    ) == (True, True, True, True, True)
    assert marks["made_up"] > 3
    await _recorded_and_watched(parts)
    await _told_to_who_teaches(parts, writers)
    await _told_to_who_learns(parts, writers)
    await fill_term(writers)
    assert await parts.db.fetchval("select count(*) from course") == 3


async def _recorded_and_watched(parts: Parts) -> None:
    term = Wanted(NOON - timedelta(weeks=11), NOON, None)
    found = await usage.figures(parts.db, term, grace=timedelta(minutes=5))
    assert found.held == 40
    assert 20 < found.recorded < 40
    assert 10 < found.watched <= found.recorded
    assert 0 < found.finished <= found.watched
    ids = [row["id"] for row in await parts.db.fetch("select id from recording")]
    folders = {one.name for one in parts.settings.recordings_dir.iterdir()}
    assert folders == {str(known) for known in ids}
    by = await plays.quality(parts.db, term, by="kind", limit=5)
    assert {one.name for one in by} == {"class", "recording"}
    ines = await whoever(parts, "teacher@demo.test", Role.INSTRUCTOR)
    shown = insights(parts, attending(parts))
    algebra = await parts.db.fetchval("select id from course where title = 'Algebra II'")
    course = await shown.of_course(ines, algebra)
    later = [planned for planned, counted in course.classes if counted.later > 0]
    assert len(later) > 5
    hard = [await shown.of_class(ines, planned.id) for planned in later]
    places = [place for one in hard for place in one.places]
    assert any(place.recording and place.found.signs.keys() & {"back", "again"} for place in places)
    assert all(place.chapter for place in places if place.recording)


async def _told_to_who_teaches(parts: Parts, writers: Writers) -> None:
    ines = await whoever(parts, "teacher@demo.test", Role.INSTRUCTOR)
    found = await writers.books.overviews.of(ines)
    assert found.learning == ()
    teaching = found.teaching
    assert {one.yours.course.title for one in teaching.taught} == {
        "Algebra II",
        "Marine biology",
        "Electronics",
    }
    assert [one.state for one in teaching.unconfirmed] == ["provisional"]
    assert {one.planned.course for one in teaching.contests}
    algebra = next(one for one in teaching.taught if one.yours.course.title == "Algebra II")
    matrix = await writers.books.matrices.of_course(ines, algebra.yours.course.id, section_id=None)
    assert algebra.average == pytest.approx(matrix.average)
    assert {one.user_id for one, _ in algebra.risks} == {
        row.person.user_id for row in matrix.rows if row.at_risk
    }
    assert len(algebra.trend) == algebra.held == 20
    states = Counter(one.state for one in teaching.lessons)
    assert states["coming"] > 0
    assert states["final"] > 0
    drawn = Glances(Texts(), parts.clock.now()).overview(found)
    assert drawn["risks"] > 0
    assert all(one["line"] and one["trend"] for one in drawn["taught"])


async def _told_to_who_learns(parts: Parts, writers: Writers) -> None:
    noor = await whoever(parts, "student@demo.test", Role.STUDENT)
    found = await writers.books.overviews.of(noor)
    assert found.teaching.taught == ()
    for one in found.learning:
        matrix = await writers.books.matrices.own(noor, one.yours.course.id)
        (row,) = matrix.rows
        assert one.standing == row.standing
        assert {each.planned.id for each in one.classes} == {it.id for it, _ in matrix.marks(row)}
        assert list(one.classes) == sorted(
            one.classes, key=lambda each: each.planned.starts_at, reverse=True
        )
    drawn = Glances(Texts(), parts.clock.now()).overview(found)
    assert [one["title"] for one in drawn["learnt"]] == ["Marine biology", "Algebra II"]
    assert all(one["so_far"] and one["classes"] for one in drawn["learnt"])


async def test_who_has_nothing_to_do_with_a_course_has_an_empty_overview(parts: Parts) -> None:
    await demo.fill(parts.accounts.administration, parts.db, clock=parts.clock)
    admin = await whoever(parts, "admin@demo.test", Role.ADMIN)
    found = await attending(parts).overviews.of(admin)
    drawn = Glances(Texts(), parts.clock.now()).overview(found)
    assert not drawn["teaches"]
    assert not drawn["learnt"]
