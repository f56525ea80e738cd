"""What is seen of videos of the library, on a real database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.accounts import a_person, some_accounts
from vtp.actor import Actor, Gone, Via
from vtp.attendance import held, merging
from vtp.attendance.problems import TooMuchSeen
from vtp.attendance.seen import Report
from vtp.attendance.service.viewing import Viewing
from vtp.attendance.stretches import Span
from vtp.clock import SetClock
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import MediaId, UserId, uuid7
from vtp.library.kinds import Kind
from vtp.library.model import Media
from vtp.library.store import items

_FIRST, _SECOND = bytes(31) + b"\1", bytes(31) + b"\2"


@dataclass
class Shelf:
    """One video of a minute, for everybody but strangers."""

    media: Media

    async def get(self, actor: Actor, id: MediaId) -> Media:
        if id != self.media.id:
            raise NotFound
        return self.media

    def set(self, **more: Any) -> None:
        self.media = replace(self.media, **more)


@dataclass
class Viewer:
    viewing: Viewing
    shelf: Shelf
    clock: SetClock
    actor: Actor

    async def tell(self, *seen: Span, position: int = 0) -> None:
        said = Report(visit=UUID(int=7), seen=seen, position=position, age=timedelta())
        await self.viewing.report(self.actor, self.shelf.media.id, said)

    async def seen(self) -> tuple[tuple[Span, ...], int, bool]:
        found = await self.viewing.mine(self.actor, self.shelf.media.id)
        return found.seen, found.position, found.completed_at is not None


@pytest.fixture
async def people(db: Database, clock: SetClock) -> list[UserId]:
    async with some_accounts(db, clock) as accounts:
        return [(await a_person(accounts, name)).user.id for name in ("Noor", "Lars")]


@pytest.fixture
async def noor(db: Database, clock: SetClock, people: list[UserId]) -> Viewer:
    made = MediaId(uuid7())
    async with db.transaction() as tx:
        await items.insert(
            tx,
            id=made,
            owner_id=people[1],
            course_id=None,
            kind="video",
            title="A",
            file_name="a.mp4",
            at=clock.now(),
        )
    media = await items.by_id(db, id=made)
    assert media is not None
    shelf = Shelf(replace(media, sha256=_FIRST, seconds=60.0))
    viewing = Viewing(db, clock=clock, shelf=shelf)
    return Viewer(viewing, shelf, clock, Actor(people[0], frozenset(), Via.SYSTEM))


async def test_a_video_is_done_when_nine_tenths_of_it_were_seen(noor: Viewer) -> None:
    await noor.tell()
    noor.clock.advance(10)
    with pytest.raises(TooMuchSeen):
        await noor.tell((0, 60_000))
    noor.clock.advance(30)
    await noor.tell((0, 30_000), position=30_000)
    await noor.tell((10_000, 30_000), position=30_000)
    assert await noor.seen() == (((0, 30_000),), 30_000, False)
    half = await noor.viewing.played(noor.actor, [noor.shelf.media])
    assert [(one.share, one.done) for one in half.values()] == [(0.5, False)]
    await noor.tell((30_000, 54_000), position=54_000)
    assert await noor.seen() == (((0, 54_000),), 54_000, True)
    shown = await noor.viewing.viewed(noor.actor, noor.shelf.media)
    assert (shown.position, shown.seconds, shown.seen) == (54.0, 54.0, [(0.0, 54.0)])


async def test_another_file_in_its_place_is_seen_anew_and_who_was_done_is_done(
    noor: Viewer,
) -> None:
    await noor.tell()
    noor.clock.advance(60)
    await noor.tell((0, 60_000), position=60_000)
    noor.shelf.set(sha256=_SECOND)
    assert await noor.seen() == ((), 0, True)
    await noor.tell()
    noor.clock.advance(5)
    await noor.tell((0, 5_000), position=5_000)
    assert await noor.seen() == (((0, 5_000),), 5_000, True)


async def test_it_counts_before_anybody_knows_how_long_it_is(noor: Viewer) -> None:
    noor.shelf.set(sha256=None)
    await noor.tell()
    assert await noor.seen() == ((), 0, False)
    noor.shelf.set(sha256=_FIRST, seconds=None)
    await noor.tell()
    noor.clock.advance(60)
    await noor.tell((0, 58_000), position=58_000)
    assert await noor.seen() == (((0, 58_000),), 58_000, False)
    unknown = await noor.viewing.played(noor.actor, [noor.shelf.media])
    assert [one.share for one in unknown.values()] == [0.0]
    noor.shelf.set(seconds=60.0)
    await noor.tell()
    assert (await noor.seen())[2]


@pytest.mark.parametrize("kind", ["image", "link"])
async def test_what_does_not_play_has_no_progress(noor: Viewer, kind: Kind) -> None:
    noor.shelf.set(kind=kind)
    with pytest.raises(NotFound):
        await noor.tell()
    with pytest.raises(NotFound):
        await noor.seen()
    assert await noor.viewing.played(noor.actor, [noor.shelf.media]) == {}


async def test_it_moves_and_goes_with_a_person(
    db: Database, noor: Viewer, people: list[UserId]
) -> None:
    lars = replace(noor, actor=Actor(people[1], frozenset(), Via.SYSTEM))
    for one in (noor, lars):
        await one.tell()
    noor.clock.advance(30)
    await noor.tell((0, 20_000), position=20_000)
    noor.clock.advance(1)
    await lars.tell((50_000, 55_000), position=55_000)
    async with db.transaction() as tx:
        await merging.move(tx, source=people[1], target=people[0])
    assert (await noor.seen())[:2] == (((0, 20_000), (50_000, 55_000)), 55_000)
    for name in ("films-watched", "film-visits"):
        assert len(await db.fetch(held.sheets[name], people[0])) == 1
    async with db.transaction() as tx:
        await held.erase(tx, Gone(people[0], "noor@school.test", "Noor", "Nobody"))
    for name in ("films-watched", "film-visits"):
        assert await db.fetch(held.sheets[name], people[0]) == []
