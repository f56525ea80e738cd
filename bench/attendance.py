"""What do registers, matrices, watch reports and a heatmap cost: beside a bare insert, and 1 to 10.

Two terms of sixty classes, of 20 and of 200 students, with four stretches of presence for each
student and class; a recording of 90 minutes that 1,000 people saw in pieces. Everything goes
through the services, in one process, on a PostgreSQL of its own that is durable. CPU is that of
this process and of PostgreSQL together. A matrix is drawn as the page that staff see, and nobody
else may wait for it longer than one step of the loop: 10 ms.

    python -m bench.attendance [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from bench.pages import Steps
from bench.peers.servers import free_port
from vtp import settings
from vtp.accounts.service.administration import Administration
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.analytics.curves import Piece
from vtp.analytics.store import insights
from vtp.analytics.store.insights import Frame
from vtp.app.attending import attending
from vtp.app.courses import courses
from vtp.app.parts import Parts, open_parts
from vtp.attendance import looks
from vtp.attendance.ledger import Entry
from vtp.attendance.seen import Report
from vtp.attendance.service.books import Books
from vtp.attendance.service.example import put_spans
from vtp.attendance.service.watching import Length, Watching
from vtp.clock import SetClock
from vtp.courses.service import Courses
from vtp.courses.service.catalogue import Wish
from vtp.courses.service.example import seat
from vtp.courses.service.timetable import Plan
from vtp.db import Database, migrate
from vtp.edge.assets import Assets
from vtp.edge.html import Pages
from vtp.edge.texts import Texts
from vtp.ids import ClassId, CourseId, MeetingId, RecordingId, RoomId, UserId, uuid7
from vtp.rooms.facts import ParticipantId
from vtp.rooms.model import Attendee
from vtp.rooms.service.classrooms import Classrooms
from vtp.rooms.service.example import PastClass, put_past_class
from vtp.serve.postgres import server as postgres
from vtp.telemetry import logs

_CLASSES, _FEW, _MANY = 60, 20, 200
_MINUTES = 55
_LENGTH = 90 * 60 * 1000  # ms, of the recording
_VIEWERS = 1000
_FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
_NOW = _FIRST + timedelta(weeks=14)
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Term:
    teacher: Actor
    course_id: CourseId
    room_id: RoomId
    classes: tuple[ClassId, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    parts: Parts
    clock: SetClock
    courses: Courses
    books: Books
    pages: Pages
    texts: Texts

    @property
    def db(self) -> Database:
        return self.parts.db


class _Whole:
    """A recording that everybody may see (`attendance.service.watching.Recorded`)."""

    async def length(self, _actor: Actor, _id: RecordingId) -> Length:
        return Length(_LENGTH, grows=False)


async def _nobody(actor: Actor) -> None:
    del actor  # the frame of a page is not what is measured


def _no_menu(actor: Actor, path: str) -> list[dict[str, Any]]:
    del actor, path
    return []


def the_pages(chosen: settings.Settings) -> Pages:
    return Pages(
        school=chosen.school,
        assets=Assets(),
        texts=Texts(),
        viewer=_nobody,
        navigation=_no_menu,
    )


# --- what is measured on ---------------------------------------------------------------------
async def a_teacher(administration: Administration) -> Actor:
    email, roles = "teacher@bench.test", frozenset({Role.INSTRUCTOR})
    await administration.put_demo(email=email, name="Ines", password="a long word", roles=roles)
    return Actor((await administration.of_email(SYSTEM, email)).id, roles, Via.TERMINAL)


async def a_term(bench: Bench, teacher: Actor, *, students: int, hour: int) -> Term:
    wish = Wish(title=f"Course of {students}", time_zone="UTC", capacity=students)
    course = (await bench.courses.catalogue.create(teacher, wish)).course
    (section,) = await bench.courses.sections.listed(teacher, course.id)
    plan = Plan(
        title="",
        at=clock_time(hour),
        minutes=_MINUTES,
        first_day=_FIRST.date(),
        last_day=_FIRST.date() + timedelta(weeks=12, days=-1),
        weekdays=(1, 2, 3, 4, 5),
    )
    planned = await bench.courses.timetable.plan(teacher, section.id, plan)
    names = {f"{hour}-{number}@bench.test": f"Student {number}" for number in range(students)}
    people = await bench.parts.accounts.administration.put_classmates(names, at=_FIRST)
    ids = list(people.values())
    by, since = teacher.require_user(), _FIRST - timedelta(days=3)
    await seat(bench.db, course.id, section.id, ids, by=by, at=since)
    for one in planned:
        await _hold(bench.db, section.room_id, one.starts_at, by, ids)
    return Term(teacher, course.id, section.room_id, tuple(one.id for one in planned))


async def _hold(
    db: Database, room_id: RoomId, starts_at: datetime, teacher: UserId, students: list[UserId]
) -> MeetingId:
    meeting_id = MeetingId(uuid7())
    people = [
        Attendee(
            id=ParticipantId(uuid7()),
            person=one,
            guest=False,
            name="x",
            role="member",
            joined_at=starts_at,
            removed_at=None,
        )
        for one in (teacher, *students)
    ]
    await put_past_class(
        db,
        PastClass(
            meeting_id=meeting_id,
            room_id=room_id,
            began_at=starts_at,
            ended_at=starts_at + timedelta(minutes=_MINUTES),
            outage=None,
            people=people,
            spoken=(),
            question=None,
            lost=(),
        ),
    )
    spans = [
        _span(meeting_id, one, starts_at + timedelta(seconds=second + number % 600))
        for number, one in enumerate(people)
        for second in (0, 700, 1400, 2100)
    ]
    await put_spans(db, spans)
    return meeting_id


def _span(meeting_id: MeetingId, one: Attendee, since: datetime) -> Entry:
    until = since + timedelta(seconds=650)
    return Entry(uuid7(), meeting_id, one.id, one.person, False, "media", since, until, until)


async def recordings(bench: Bench, term: Term, many: int) -> list[RecordingId]:
    meeting_id = await bench.db.fetchval(
        "select id from meeting where room_id = $1 limit 1", term.room_id
    )
    ids = [RecordingId(uuid7()) for _ in range(many)]
    for known in ids:
        await bench.db.execute(
            "insert into recording (id, room_id, meeting_id, title, state, started_at, seconds)"
            " values ($1, $2, $3, 'x', 'ready', $4, $5)",
            known,
            term.room_id,
            meeting_id,
            _FIRST,
            _LENGTH / 1000,
        )
    return ids


# --- measuring -------------------------------------------------------------------------------
def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


async def cpu(db: Database) -> float:
    """Of this process, and of all of PostgreSQL, in seconds."""
    backend: int = await db.fetchval("select pg_backend_pid()")
    return time.process_time() + _family(_stat(backend)[1]) / _TICK


def _family(parent: str) -> int:
    """Ticks of a process and of its children."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = _stat(int(entry.name))
        except OSError:
            continue  # it has ended meanwhile
        if parent in {fields[1], entry.name}:
            ticks += int(fields[11]) + int(fields[12])
    return ticks


async def taken(work: Callable[[], Awaitable[object]], times: int) -> list[float]:
    """ms each, in order of size."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        found.append((time.perf_counter() - began) * 1000)
    return sorted(found)


async def recomputed(bench: Bench, term: Term) -> float:
    """Seconds for all registers of a term, from spans to rows."""
    await bench.db.execute("delete from class_register where session_id = any($1)", term.classes)
    began = time.perf_counter()
    await bench.books.registers.call_these(term.classes)
    return time.perf_counter() - began


async def matrix(bench: Bench, term: Term) -> None:
    found = await bench.books.matrices.of_course(term.teacher, term.course_id, section_id=None)
    told = {"matrix": looks.over(found, bench.texts), "chances": [], "staff": True, "report": None}
    await bench.pages.drawn("attendance.html", user=None, theme="auto", path="/", nav=[], **told)


async def reported(bench: Bench, ids: list[RecordingId], teacher: Actor, many: int) -> float:
    """Reports a CPU second: each adds five seconds to what was seen."""
    watching = Watching(bench.db, clock=bench.clock, recorded=_Whole())
    visits = [uuid7() for _ in ids]
    before = await cpu(bench.db)
    for number in range(many // len(ids)):
        bench.clock.at += timedelta(seconds=5)
        start = number * 5000
        for known, visit in zip(ids, visits, strict=True):
            report = Report(
                visit=visit,
                seen=((start, start + 5000),),
                position=start + 5000,
                age=timedelta(),
            )
            await watching.report(teacher, known, report)
    return many / (await cpu(bench.db) - before)


async def inserted(bench: Bench, ids: list[RecordingId], many: int) -> float:
    """The same facts a CPU second as rows that are only added, each in a commit of its own."""
    await bench.db.execute(
        "create table if not exists said (id uuid primary key, recording_id uuid,"
        " visit uuid, seen int4multirange, position_ms int, at timestamptz)"
    )
    before = await cpu(bench.db)
    for number in range(many):
        async with bench.db.transaction() as tx:
            await tx.execute(
                "insert into said values ($1, $2, $3, '{[0,5000)}', $4, $5)",
                uuid7(),
                ids[number % len(ids)],
                ids[number % len(ids)],
                number,
                _NOW,
            )
    return many / (await cpu(bench.db) - before)


async def watched(bench: Bench, id: RecordingId) -> None:
    """A thousand people, each of whom saw some twenty pieces."""
    names = {f"viewer-{number}@bench.test": "Viewer" for number in range(_VIEWERS)}
    people = await bench.parts.accounts.administration.put_classmates(names, at=_FIRST)
    await bench.db.execute(
        """
        insert into watched (user_id, recording_id, seen, position_at, watched_at)
        select person.id, $2,
               (select range_agg(int4range(piece * 270000 + (number::int * 7919 % 120) * 1000,
                                           piece * 270000 + 150000 + (number::int % 90) * 1000))
                  from generate_series(0, 19) piece), $3, $3
          from unnest($1::uuid[]) with ordinality person (id, number)
        """,
        list(people.values()),
        id,
        _NOW,
    )


async def framed(bench: Bench, id: RecordingId) -> Frame:
    """The class of a recording of which nothing is cut out."""
    meeting_id = await bench.db.fetchval("select meeting_id from recording where id = $1", id)
    return Frame(
        since=_FIRST,
        until=_FIRST + timedelta(milliseconds=_LENGTH),
        length=_LENGTH,
        meetings=[meeting_id],
        staff=[],
        laid=[Piece(id, 0, _LENGTH, 0)],
    )


def _p95(found: list[float]) -> float:
    return found[int(len(found) * 0.95)]


async def run(chosen: settings.Settings, *, quick: bool) -> None:
    logs.set_up(chosen.log)
    clock = SetClock(_NOW)
    times, many = (20, 600) if quick else (100, 4000)
    async with open_parts(chosen, clock=clock, demo=True) as parts:
        made = courses(parts, Classrooms())
        bench = Bench(parts, clock, made, attending(parts), the_pages(chosen), Texts())
        teacher = await a_teacher(parts.accounts.administration)
        terms = [
            await a_term(bench, teacher, students=students, hour=9 + number)
            for number, students in enumerate((_FEW, _MANY))
        ]
        await parts.db.execute("analyze")
        costs = [
            statistics.median([await recomputed(bench, term) for _ in range(3)]) for term in terms
        ]
        pages, spent = [], []
        for term in terms:
            before = await cpu(parts.db)
            pages.append(await taken(partial(matrix, bench, term), times))
            spent.append((await cpu(parts.db) - before) * 1000 / times)
        gc.freeze()  # a collection takes as long as everything else of the process is large
        step = await Steps().longest(partial(matrix, bench, terms[-1]))
        ids = await recordings(bench, terms[0], 20)
        await reported(bench, ids, teacher, 200)  # warm
        bare = await inserted(bench, ids, many)
        told = await reported(bench, ids, teacher, many)
        await watched(bench, ids[0])
        await parts.db.execute("analyze")
        frame = await framed(bench, ids[0])
        heat = await taken(lambda: insights.steps(parts.db, frame), times)
    load = os.getloadavg()[0]
    print(f"load {load:.1f} on {os.cpu_count()} cores")
    for students, cost in zip((_FEW, _MANY), costs, strict=True):
        each = cost / (_CLASSES * students) * 1e6
        print(
            f"recompute {_CLASSES} classes x {students:3} students {cost:8.2f} s {each:8.0f} µs each"
        )
    print(f"  10 x the students cost {costs[1] / costs[0]:.1f} x")
    for students, page, each in zip((_FEW, _MANY), pages, spent, strict=True):
        middle = statistics.median(page)
        print(
            f"matrix of {students:3} students, ms: median {middle:.0f}, p95 {_p95(page):.0f},"
            f" of CPU {each:.0f}"
        )
    print(f"  the longest step of the loop in it, ms of CPU: {step:.1f}")
    print(f"watch reports a CPU s {told:.0f}, bare inserts {bare:.0f}: {told / bare:.2f}")
    print(
        f"heatmap of {_VIEWERS} viewers x 90 min, ms: median {statistics.median(heat):.0f},"
        f" p95 {_p95(heat):.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer of each")
    quick = parser.parse_args().quick
    folder = Path(tempfile.mkdtemp(prefix="vtp-bench-"))
    try:
        with postgres.running(postgres.prepare(folder, folder / "secrets")) as url:
            chosen = settings.Settings(
                data=str(folder),
                database=settings.Database(url=url),
                server=settings.Server(port=free_port()),
                log=settings.Log(level="error"),
            )
            asyncio.run(migrate.upgrade(chosen.database))
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(run(chosen, quick=quick))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
