"""What is seen of recordings, on a real database."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from tests.support.accounts import a_person, some_accounts
from vtp.actor import Actor, Gone, Via
from vtp.attendance import held, merging
from vtp.attendance.problems import TooMuchSeen
from vtp.attendance.seen import MOST_VISITS, Report, open_for
from vtp.attendance.service.watching import Length, Watching
from vtp.attendance.store import learning as opened
from vtp.attendance.store import watching as store
from vtp.attendance.stretches import Span
from vtp.clock import SetClock
from vtp.db import Database
from vtp.db.losses import OutcomeUnknown
from vtp.errors import NotFound
from vtp.ids import CourseId, RecordingId, UserId, uuid7

VISIT = UUID(int=7)
_RECORDING = """
    insert into recording (id, room_id, meeting_id, title, state, started_at)
    values ($1, $2, $3, 'A', 'ready', $4)
"""


@dataclass
class Recorded:
    """A recording of one minute for everybody but strangers."""

    id: RecordingId
    grows: bool = False

    async def length(self, actor: Actor, id: RecordingId) -> Length:
        if id != self.id:
            raise NotFound
        return Length(60_000, self.grows)


@dataclass
class Viewer:
    watching: Watching
    recorded: Recorded
    clock: SetClock
    actor: Actor

    async def tell(self, *seen: Span, position: int = 0, visit: UUID = VISIT) -> None:
        said = Report(visit=visit, seen=seen, position=position, age=timedelta())
        await self.watching.report(self.actor, self.recorded.id, said)

    async def seen(self) -> tuple[Span, ...]:
        return (await self.watching.mine(self.actor, self.recorded.id)).seen


async def a_recording(db: Database, clock: SetClock, user_id: UserId) -> RecordingId:
    room, meeting, recording = uuid7(), uuid7(), RecordingId(uuid7())
    now = clock.now()
    async with db.transaction() as tx:
        for statement, values in (
            ("insert into room values ($1, 'A', $2, 'school', '{}', $3)", (room, user_id, now)),
            ("insert into meeting values ($1, $2, $3)", (meeting, room, now)),
            (_RECORDING, (recording, room, meeting, now)),
        ):
            await tx.execute(statement, *values)
    return recording


@pytest.fixture
async def people(db: Database, clock: SetClock) -> list[UserId]:
    async with some_accounts(db, clock) as accounts:
        return [(await a_person(accounts, name)).user.id for name in ("Noor", "Lars")]


@pytest.fixture
async def noor(db: Database, clock: SetClock, people: list[UserId]) -> Viewer:
    recorded = Recorded(await a_recording(db, clock, people[0]))
    watching = Watching(db, clock=clock, recorded=recorded)
    return Viewer(watching, recorded, clock, Actor(people[0], frozenset(), Via.SYSTEM))


async def test_what_is_told_again_or_late_is_seen_once(noor: Viewer) -> None:
    await noor.tell()
    noor.clock.advance(30)
    for seen in ((10_000, 20_000), (0, 10_000), (10_000, 20_000), (40_000, 45_000)):
        await noor.tell(seen, position=seen[1])
    assert await noor.seen() == ((0, 20_000), (40_000, 45_000))
    [found] = await noor.watching.lately(noor.actor, before=None, limit=5)
    assert (found.position, found.completed_at) == (45_000, None)
    assert await noor.watching.viewers([noor.recorded.id]) == {noor.recorded.id: 1}
    assert set(await noor.watching.of(noor.actor, [noor.recorded.id])) == {noor.recorded.id}


async def test_of_pages_that_tell_at_once_none_is_forgotten(db: Database, noor: Viewer) -> None:
    pages = [UUID(int=number) for number in range(1, 13)]
    await asyncio.gather(*(noor.tell(visit=one) for one in pages))
    noor.clock.advance(30)
    await asyncio.gather(
        *(
            noor.tell((number * 5_000, number * 5_000 + 4_000), position=number * 100, visit=one)
            for number, one in enumerate(pages)
        )
    )
    assert await noor.seen() == tuple((n * 5_000, n * 5_000 + 4_000) for n in range(12))
    found = await noor.watching.mine(noor.actor, noor.recorded.id)
    assert found.position == 1_100
    assert await db.fetchval("select array_agg(id order by id) from watch_visit") == pages


async def test_of_more_pages_than_are_kept_the_time_is_kept(db: Database, noor: Viewer) -> None:
    user_id, pages = noor.actor.require_user(), MOST_VISITS + 3
    for number in range(1, pages + 1):
        await noor.tell(visit=UUID(int=number))
        noor.clock.advance(1)
        await noor.tell(visit=UUID(int=number))
    visits = await db.fetch("select id from watch_visit order by id")
    assert [row["id"].int for row in visits] == list(range(4, pages + 1))
    found = await store.read(db, user_id=user_id, id=noor.recorded.id)
    assert found is not None
    assert found[1].watched.open_before == 3_000
    assert open_for(found[1].watched) == pages * 1_000


async def test_what_another_process_wrote_is_seen_before_anything_is_refused(
    db: Database, noor: Viewer
) -> None:
    other = replace(noor, watching=Watching(db, clock=noor.clock, recorded=noor.recorded))
    await noor.tell()
    await other.tell(visit=UUID(int=8))
    noor.clock.advance(30)
    await other.tell((0, 10_000), position=10_000, visit=UUID(int=8))
    # A page that has just been opened: only the time of the other one allows for this.
    await noor.tell((20_000, 40_000), position=40_000, visit=UUID(int=9))
    await other.tell((50_000, 55_000), position=55_000, visit=UUID(int=8))
    assert await noor.seen() == ((0, 10_000), (20_000, 40_000), (50_000, 55_000))


@dataclass
class Losing:
    """A database that loses its answer to the next change, which it has made or not."""

    db: Database
    made: bool
    loses: bool = False

    async def fetchrow(self, query: str, *args: Any) -> Any:
        return await self.db.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        found = await self.db.fetchval(query, *args) if self.made or not self.loses else None
        if self.loses:
            self.loses = False
            raise OutcomeUnknown
        return found


@pytest.mark.parametrize("made", [True, False])
async def test_when_the_answer_is_lost_it_is_told_again(
    db: Database, noor: Viewer, *, made: bool
) -> None:
    losing = Losing(db, made)
    watching = Watching(cast("Database", losing), clock=noor.clock, recorded=noor.recorded)
    there = replace(noor, watching=watching)
    await there.tell()
    noor.clock.advance(30)
    losing.loses = True
    await there.tell((0, 10_000), position=10_000)
    await there.tell((10_000, 20_000), position=20_000)
    assert not losing.loses
    assert await noor.seen() == ((0, 20_000),)


async def test_what_was_read_before_another_wrote_is_not_written(
    db: Database, noor: Viewer
) -> None:
    user_id = noor.actor.require_user()
    await noor.tell()
    found = await store.read(db, user_id=user_id, id=noor.recorded.id)
    assert found is not None
    known = found[1]
    noor.clock.advance(30)
    await noor.tell((0, 10_000), position=10_000)
    for before in (known, None):
        assert not await store.write(
            db, user_id=user_id, id=noor.recorded.id, before=before, watched=known.watched
        )
    assert await noor.seen() == ((0, 10_000),)
    # Nor does who was erased meanwhile come back.
    async with db.transaction() as tx:
        await store.erase(tx, user_id=user_id)
    assert not await store.write(
        db, user_id=user_id, id=noor.recorded.id, before=known, watched=known.watched
    )
    assert await noor.seen() == ()


async def test_too_much_at_once_changes_nothing(noor: Viewer) -> None:
    await noor.tell()
    noor.clock.advance(5)
    with pytest.raises(TooMuchSeen):
        await noor.tell((0, 60_000), position=60_000)
    found = await noor.watching.mine(noor.actor, noor.recorded.id)
    assert (found.seen, found.position) == ((), 0)
    noor.clock.advance(15)
    await noor.tell((0, 60_000), position=60_000)
    assert await noor.seen() == ((0, 60_000),)


async def test_it_is_complete_once_and_not_while_it_grows(noor: Viewer) -> None:
    noor.recorded.grows = True
    await noor.tell()
    noor.clock.advance(60)
    await noor.tell((0, 56_000))
    assert (await noor.watching.mine(noor.actor, noor.recorded.id)).completed_at is None
    noor.recorded.grows = False
    await noor.tell()
    done = noor.clock.now()
    noor.clock.advance(60)
    await noor.tell((56_000, 60_000))
    assert (await noor.watching.mine(noor.actor, noor.recorded.id)).completed_at == done


async def test_what_is_not_for_somebody_has_no_progress(noor: Viewer) -> None:
    noor.recorded.id = RecordingId(uuid7())
    with pytest.raises(NotFound):
        await noor.watching.mine(noor.actor, RecordingId(uuid7()))


async def test_of_two_accounts_of_one_person_both_have_seen_it(
    db: Database, noor: Viewer, people: list[UserId]
) -> None:
    lars = Viewer(
        noor.watching, noor.recorded, noor.clock, Actor(people[1], frozenset(), Via.SYSTEM)
    )
    await noor.tell()
    await lars.tell()
    noor.clock.advance(30)
    await noor.tell((0, 20_000), position=20_000)
    noor.clock.advance(1)
    await lars.tell((50_000, 55_000), position=55_000)
    async with db.transaction() as tx:
        await merging.move(tx, source=people[1], target=people[0])
    found = await noor.watching.mine(noor.actor, noor.recorded.id)
    assert (found.seen, found.position) == (((0, 20_000), (50_000, 55_000)), 55_000)
    assert await lars.seen() == ()


async def test_it_is_taken_away_and_erased(db: Database, noor: Viewer) -> None:
    await noor.tell()
    user_id = noor.actor.require_user()
    for name in ("watched", "watch-visits"):
        assert len(await db.fetch(held.sheets[name], user_id)) == 1
    async with db.transaction() as tx:
        await held.erase(tx, Gone(user_id, "noor@school.test", "Noor", "Nobody"))
    for name in ("watched", "watch-visits"):
        assert await db.fetch(held.sheets[name], user_id) == []


async def test_what_was_opened_of_a_course_moves_and_goes_with_a_person(
    db: Database, noor: Viewer, people: list[UserId]
) -> None:
    course, pages = CourseId(uuid7()), [uuid7(), uuid7()]
    await db.execute(
        """
        insert into course (id, title, owner_id, visibility, time_zone, created_at)
        values ($1, 'Algebra', $2, 'private', 'UTC', now())
        """,
        course,
        people[0],
    )
    for one in pages:
        await db.execute(
            """
            insert into outline_node (id, course_id, kind, title, rank)
            values ($1, $2, 'chapter', 'One', 'U')
            """,
            one,
            course,
        )
    now = noor.clock.now()
    for user_id, item, done in (
        (people[0], pages[0], None),
        (people[1], pages[0], True),
        (people[1], pages[1], False),
    ):
        await opened.note(db, user_id=user_id, course_id=course, item_id=item, at=now, done=done)
    async with db.transaction() as tx:
        await merging.move(tx, source=people[1], target=people[0])
    found = await opened.opened(db, user_id=people[0], course_id=course)
    assert found == {pages[0]: True, pages[1]: False}
    assert await opened.opened(db, user_id=people[1], course_id=course) == {}
    # Opened once more it stays as it is, until somebody says otherwise.
    for done, then in ((None, True), (False, False), (None, False), (True, True)):
        await opened.note(
            db, user_id=people[0], course_id=course, item_id=pages[0], at=now, done=done
        )
        kept = await opened.opened(db, user_id=people[0], course_id=course)
        assert kept[pages[0]] is then
    async with db.transaction() as tx:
        await held.erase(tx, Gone(people[0], "noor@school.test", "Noor", "Nobody"))
    assert await db.fetch(held.sheets["course-items"], people[0]) == []
