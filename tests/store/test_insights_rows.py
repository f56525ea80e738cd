"""What administrators look at, counted in PostgreSQL: beside counting by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from tests.support.application import some_settings
from tests.support.held_class import HeldClass, person, plan
from vtp import settings
from vtp.actor import Actor, Gone, Role
from vtp.analytics import held, merging
from vtp.analytics.model import By, Told, Wanted
from vtp.analytics.service.looking import Looking
from vtp.analytics.service.telling import Telling
from vtp.analytics.store import plays, usage
from vtp.app.parts import open_parts
from vtp.attendance.service.books import books
from vtp.clock import SetClock
from vtp.errors import Forbidden, Limited
from vtp.ids import RecordingId, uuid7
from vtp.recordings.service.tapes import Tapes
from vtp.recordings.service.upkeep import Upkeep
from vtp.rooms.service.sittings import Sittings

NINE = datetime(2030, 3, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = Wanted(NINE - 9 * HOUR, NINE + 15 * HOUR)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
async def school(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[HeldClass]:
    async with open_parts(some_settings(database_settings, tmp_path)) as parts:
        ines = await person(parts, "Ines", Role.INSTRUCTOR, Role.ADMIN)
        yield await plan(parts, ines, NINE)


async def recorded(school: HeldClass, *watchers: Actor, seconds: int = 600) -> RecordingId:
    """The class, of which each saw half, and the first one all."""
    made, db = RecordingId(uuid7()), school.parts.db
    await db.execute(
        "insert into recording (id, room_id, meeting_id, title, state, started_at, seconds, bytes)"
        " values ($1, $2, $3, 'Roots', 'ready', $4, $5, 1000)",
        made,
        school.room_id,
        school.meeting_id,
        NINE,
        seconds,
    )
    await db.execute("insert into class_recording values ($1, $2)", made, school.class_id)
    for at, who in enumerate(watchers):
        await db.execute(
            "insert into watched (user_id, recording_id, seen, position_at, watched_at,"
            " completed_at) values ($1, $2, int4multirange(int4range(0, $3)), $4, $4, $5)",
            who.user_id,
            made,
            1000 * (seconds if at == 0 else seconds // 2),
            NINE + 2 * HOUR,
            NINE + 2 * HOUR if at == 0 else None,
        )
    return made


def told(of: UUID, **changed: object) -> Told:
    one = Told(
        id=uuid7(),
        kind="class",
        of=of,
        startup_ms=400,
        watched_ms=9_000,
        stalled_ms=1_000,
        stalls=1,
        height_ms=9_000 * 480,
        sized_ms=9_000,
        changes=1,
        received=990,
        lost=10,
        rtt_ms=40,
        broken=False,
        connection="wifi",
    )
    return replace(one, **changed)  # type: ignore[arg-type]  # by name


def looking(school: HeldClass, tmp_path: Path) -> Looking:
    parts = school.parts
    upkeep = Upkeep(parts.db, audit=parts.audit, root=tmp_path)
    clock = SetClock(NINE + 3 * HOUR)
    return Looking(parts.db, clock=clock, audit=parts.audit, upkeep=upkeep)


async def test_a_class_is_counted_from_its_plan_to_being_watched(
    school: HeldClass, tmp_path: Path
) -> None:
    people = {
        name: await school.student(name) for name in ("Noor", "Rosa", "Kwame", "Elif", "Mateo")
    }
    look = looking(school, tmp_path)
    with pytest.raises(Forbidden):
        await look.figures(people["Noor"], DAY)
    before, _ = await look.figures(school.ines, DAY)
    assert (before.planned, before.held, before.people) == (1, 0, 0)

    await school.hold(people)
    await recorded(school, people["Noor"], people["Rosa"])
    parts = school.parts
    registers = books(
        parts.db,
        clock=SetClock(NINE + 2 * HOUR),
        gate=school.courses.gate,
        audit=parts.audit,
        meetings=Sittings(parts.db),
        tapes=Tapes(parts.db),
        notices=parts.letterbox.notices,
    ).registers
    assert await registers.call_due() == 1

    now, earlier = await look.figures(school.ines, DAY)
    assert (now.planned, now.held, now.punctual) == (1, 1, 1)
    assert (now.recorded, now.watched, now.finished) == (1, 1, 1)
    assert (now.taught_s, now.recorded_s, now.watched_s) == (57 * 60, 600, 900)
    # Of those who received something, only Mateo had a connection; two watched.
    assert (now.people, earlier.planned) == (3, 0)
    rows = await look.people(school.ines, DAY, before=None, limit=10)
    assert {one.name: (one.classes, one.recordings) for one in rows} == {
        "Mateo": (1, 0),
        "Noor": (0, 1),
        "Rosa": (0, 1),
    }
    (mateo,) = [one for one in rows if one.classes]
    assert mateo.there_s > 0
    assert [one.last_at for one in rows] == sorted((one.last_at for one in rows), reverse=True)
    rest = await look.people(school.ines, DAY, before=(rows[0].last_at, rows[0].id), limit=10)
    assert rest == rows[1:]
    assert [one async for one in look.all_people(school.ines, DAY)] == [rows]
    early = Looking(
        parts.db,
        clock=SetClock(NINE),
        audit=parts.audit,
        upkeep=Upkeep(parts.db, audit=parts.audit, root=tmp_path),
    )
    assert (await early.figures(school.ines, DAY))[0].planned == 0  # it is still to come
    of_others = Wanted(DAY.since, DAY.until, uuid7())
    assert (await look.figures(school.ines, of_others))[0].planned == 0

    (row,) = await look.passages(school.ines, DAY, step="finished", before=None, limit=5)
    assert (row.title, row.watched_by, row.finished_by) == ("Roots", 2, 1)
    assert row.began_at == NINE + timedelta(minutes=3)
    assert await look.passages(school.ines, DAY, step="late", before=None, limit=5) == []
    after = (row.ends_at, row.id)
    assert await look.passages(school.ines, DAY, step="planned", before=after, limit=5) == []
    pages = [one async for one in look.all_passages(school.ines, DAY, step="held")]
    assert [len(one) for one in pages] == [1]

    hours = await look.hours(school.ines, DAY, zone="Asia/Tokyo")
    assert [(one.weekday, one.hour, one.meetings) for one in hours] == [
        (2, 17, 1),
        (2, 18, 1),
        (2, 19, 1),
    ]
    assert (await look.held(school.ines)).recorded == 1000
    assert await look.courses(school.ines) == [(school.course_id, "Algebra II")]


async def test_people_at_once_are_those_whom_a_clock_would_count(
    school: HeldClass, tmp_path: Path
) -> None:
    random = Random(7)  # the same people each time
    await school.meets(-10, 70)
    spans: dict[int, list[tuple[float, float]]] = {}
    for number in range(4):
        who = await person(school.parts, f"p{number}")
        for _device in range(2):
            begin = random.randrange(0, 40)
            end = begin + random.randrange(1, 25)
            await school.receives(who, (begin, end), kind="socket")
            spans.setdefault(number, []).append((begin, end))
    counted = {
        minute: sum(any(a <= minute < b for a, b in mine) for mine in spans.values())
        for minute in range(60)
    }
    wanted = Wanted(NINE, NINE + HOUR)
    found = await usage.together(school.parts.db, wanted, step=timedelta(minutes=5))
    assert [one.people for one in found] == [
        max(counted[minute] for minute in range(five, five + 5)) for five in range(0, 60, 5)
    ]
    for one in found:
        assert counted[int((one.at - NINE) / timedelta(minutes=1))] == one.people
    now, before = await looking(school, tmp_path).together(school.ines, wanted)
    assert now.peak is not None
    assert now.peak.people == max(counted.values())
    assert {one.people for one in before.points} == {0}


async def test_pages_tell_how_they_play_and_only_where_one_was_let_in(
    school: HeldClass, tmp_path: Path
) -> None:
    parts, clock = school.parts, SetClock(NINE)
    noor, rosa = await school.student("Noor"), await school.student("Rosa")
    await school.meets(-10, None)
    await school.receives(noor, (0, 30))
    film = await recorded(school, rosa)
    telling = Telling(parts.db, clock=clock)

    async def tell(who: Actor, one: Told) -> None:
        await telling.tell(who, one, agent=FIREFOX, address="192.0.2.77")

    first = told(school.meeting_id)
    await tell(noor, first)
    await tell(rosa, told(school.meeting_id))  # she is not in it
    await tell(noor, told(film, kind="recording"))  # nor has he opened that
    await tell(rosa, told(film, kind="recording", startup_ms=2_000, sized_ms=0, height_ms=0))
    clock.at = NINE + timedelta(minutes=1)
    await tell(noor, replace(first, watched_ms=18_000, stalled_ms=2_000, startup_ms=None))
    await tell(noor, first)  # late, and older
    await tell(rosa, replace(first, watched_ms=99_000))  # somebody else's

    look = looking(school, tmp_path)
    streams = await look.streams(school.ines, DAY, by="kind")
    assert streams.together is not None
    assert (streams.together.plays, streams.together.people) == (2, 2)
    assert (streams.together.watched_s, streams.together.stalled_s) == (27.0, 3.0)
    assert (streams.together.startup_ms, streams.together.startup_slow_ms) == (400, 2_000)
    assert streams.together.lost == pytest.approx(0.01)
    live, later = streams.parts
    assert (live.name, live.watched_s, live.height) == ("class", 18.0, 480.0)
    assert (later.name, later.height) == ("recording", None)
    assert [one.watched_s for one in streams.days] == [27.0]
    parted: tuple[tuple[By, str], ...] = (
        ("browser", "Firefox"),
        ("network", "192.0.2.0/24"),
        ("connection", "wifi"),
    )
    for by, name in parted:
        (part,) = (await look.streams(school.ines, DAY, by=by)).parts
        assert part.name == name
        rows = await look.plays(
            school.ines,
            DAY,
            by=by,
            name=name,
            before=None,
            limit=9,
        )
        assert {one.name for one in rows} == {"Noor", "Rosa"}
    (row,) = await look.plays(school.ines, DAY, by="kind", name="class", before=None, limit=9)
    assert (row.title, row.user_id, row.lost) == ("Algebra II · A", noor.user_id, 0.01)
    pages = [one async for one in look.all_plays(school.ines, DAY, by=None, name="")]
    assert [len(one) for one in pages] == [2]
    read = await parts.db.fetchval("select count(*) from audit_entry where noun = 'plays'")
    assert read == 5

    sheet = held.sheets["plays"]
    assert len(await parts.db.fetch(sheet, noor.user_id)) == 1
    async with parts.db.transaction() as tx:
        await merging.move(tx, source=noor.require_user(), target=rosa.require_user())
    assert len(await parts.db.fetch(sheet, rosa.user_id)) == 2
    async with parts.db.transaction() as tx:
        gone = Gone(rosa.require_user(), "rosa@school.test", "Rosa", "Somebody")
        await held.erase(tx, gone)
    assert await parts.db.fetch(sheet, rosa.user_id) == []
    nobody = await look.plays(school.ines, DAY, by=None, name="", before=None, limit=9)
    assert {one.name for one in nobody} == {None}
    async with parts.db.transaction() as tx:
        assert await plays.sweep(tx, before=NINE + timedelta(seconds=30)) == 1

    # Nobody fills the table by making pages up.
    await parts.db.execute(
        "insert into play_session (id, user_id, meeting_id, began_at, heard_at, watched_ms,"
        " stalled_ms, stalls, height_ms, sized_ms, changes, received, lost, broken, browser,"
        " network, connection) select gen_random_uuid(), $1, $2, $3, $3, 0, 0, 0, 0, 0, 0, 0, 0,"
        " false, '', '', 'unknown' from generate_series(1, 300)",
        noor.user_id,
        school.meeting_id,
        NINE,
    )
    clock.at = NINE + HOUR
    with pytest.raises(Limited):
        await tell(noor, told(school.meeting_id))
    clock.at = NINE + 25 * HOUR
    await tell(noor, told(school.meeting_id))


async def test_guests_at_once_are_as_many_as_they_are(school: HeldClass) -> None:
    await school.meets(-10, 70)
    for number in range(3):
        who = await person(school.parts, f"g{number}")
        await school.receives(who, (5, 20), kind="socket")
        guest = uuid7()
        await school.parts.db.execute(
            "insert into guest (id, room_id, name, pass_hash, created_at, expires_at)"
            " select $1, room_id, 'Guest', $2, $3, $4 from meeting where id = $5",
            guest,
            bytes([number]) * 32,
            NINE,
            NINE + HOUR,
            school.meeting_id,
        )
        await school.parts.db.execute(
            "update presence_span set user_id = null, guest_id = $2 where user_id = $1",
            who.user_id,
            guest,
        )
    wanted = Wanted(NINE, NINE + HOUR)
    found = await usage.together(school.parts.db, wanted, step=HOUR)
    assert [one.people for one in found] == [3]
    assert await usage.people(school.parts.db, wanted) == 3
