"""Pictures of people, from the upload to what others see; and what the sweep takes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support import media_files
from tests.support.accounts import Person, a_person, some_accounts
from tests.support.jobs import BRISK, until
from vtp import settings
from vtp.accounts.jobs import Bench, handlers, picture, sweep
from vtp.accounts.model import MakePicture
from vtp.accounts.problems import NoPicture
from vtp.accounts.service import Accounts
from vtp.accounts.service.pictures import SIDES, picture_key, upload_key
from vtp.actor import ANONYMOUS, SYSTEM, Actor, Role
from vtp.blob.memory import MemoryBlobs
from vtp.blob.port import Blobs, Reading
from vtp.blob.threads import Threads
from vtp.clock import SetClock, SystemClock
from vtp.db import Database
from vtp.errors import Unauthenticated, Unavailable
from vtp.ids import JobId, uuid7
from vtp.jobs.handlers import Tick
from vtp.jobs.model import JobView, State
from vtp.jobs.service import Jobs
from vtp.jobs.worker import Worker
from vtp.media.pack import imagefile
from vtp.sandbox.runner import Sandbox

RED, BLUE = (200, 30, 30), (30, 30, 200)


@dataclass
class School:
    accounts: Accounts
    person: Person
    actor: Actor
    blobs: Blobs
    jobs: Jobs
    db: Database
    clock: SetClock

    async def upload(self, data: bytes) -> JobId:
        async def pieces() -> AsyncIterator[bytes]:
            yield data

        return await self.accounts.pictures.upload(self.actor, pieces())

    async def ended(self, job_id: JobId) -> JobView:
        async def look() -> JobView | None:
            job = await self.jobs.get(SYSTEM, job_id=job_id)
            return None if job.finished_at is None else job

        return await until(look)

    async def all_ended(self) -> None:
        async def look() -> bool | None:
            live = "select count(*) from job where state in ('queued', 'running')"
            return True if await self.db.fetchval(live) == 0 else None

        await until(look)

    async def awaited(self) -> Any:
        return await self.db.fetchval(
            "select picture_upload_id from app_user where id = $1", self.actor.user_id
        )

    async def keys(self) -> set[str]:
        return {entry.key async for entry in self.blobs.under()}

    async def version(self) -> UUID:
        return await self.accounts.pictures.version(self.actor, self.person.user.id)

    async def shown(self, side: int) -> bytes:
        async with self.accounts.pictures.open(await self.version(), side) as reading:
            return b"".join([piece async for piece in reading])


@pytest.fixture
async def school(db: Database, clock: SetClock) -> AsyncIterator[School]:
    jobs = Jobs(db, BRISK, [handlers])
    async with Threads(2) as threads:
        blobs = MemoryBlobs(threads, clock)
        async with some_accounts(db, clock, blobs=blobs, jobs=jobs) as accounts:
            person = await a_person(accounts)
            yield School(accounts, person, await person.by_browser(), blobs, jobs, db, clock)


@asynccontextmanager
async def at_work(school: School, database: settings.Database) -> AsyncIterator[None]:
    sandbox = Sandbox(settings.Sandbox(), clock=SystemClock())
    bench = Bench(
        db=school.db,
        blobs=school.blobs,
        sandbox=sandbox,
        jobs=school.jobs,
        clock=school.clock,
        recovery=school.person.accounts.recovery,
        imports=school.person.accounts.imports,
    )
    worker = Worker(school.db, database, BRISK, school.jobs, handlers.bind(bench), grace=1.0)
    stop = asyncio.Event()
    task = asyncio.get_running_loop().create_task(worker.run(stop, 1.0))
    try:
        yield
    finally:
        stop.set()
        await task


def a_picture(colour: media_files.Pixel = RED) -> bytes:
    return media_files.picture("png", width=300, height=200, corners=(colour,) * 4)


async def test_an_upload_becomes_squares_that_others_see(
    school: School, database_settings: settings.Database
) -> None:
    async with at_work(school, database_settings):
        job = await school.ended(await school.upload(a_picture()))
    assert job.state is State.SUCCEEDED
    assert (job.kind, job.owner_id) == ("accounts.picture", school.person.user.id)
    for side in SIDES:
        header = imagefile.look(await school.shown(side))
        assert header
        assert (header.kind, header.width, header.height) == ("webp", side, side)
    viewer = await school.accounts.people.viewer(school.actor)
    assert viewer
    assert str(await school.version()) in viewer["picture_url"]
    version = await school.version()
    assert await school.keys() == {picture_key(version, side) for side in SIDES}


async def test_the_next_picture_takes_the_place_of_the_last(
    school: School, database_settings: settings.Database
) -> None:
    async with at_work(school, database_settings):
        await school.ended(await school.upload(a_picture(RED)))
        first = await school.version()
        await school.ended(await school.upload(a_picture(BLUE)))
        await school.all_ended()
    second = await school.version()
    assert second != first
    assert await school.keys() == {picture_key(second, side) for side in SIDES}


async def test_of_two_uploads_the_later_one_wins(
    school: School, database_settings: settings.Database
) -> None:
    early = await school.upload(a_picture(RED))
    late = await school.upload(a_picture(BLUE))
    wanted = await school.awaited()
    async with at_work(school, database_settings):
        await school.ended(early)
        await school.ended(late)
        await school.all_ended()
    assert await school.version() == wanted
    assert await school.keys() == {picture_key(wanted, side) for side in SIDES}


async def test_an_upload_that_still_waits_gives_way_at_once(school: School) -> None:
    early = await school.upload(a_picture(RED))
    late = await school.upload(a_picture(BLUE))
    assert (await school.ended(early)).state is State.CANCELLED
    assert (await school.jobs.get(SYSTEM, job_id=late)).state is State.QUEUED
    assert await school.keys() == {upload_key(await school.awaited())}
    await school.accounts.pictures.remove(school.actor)
    assert (await school.ended(late)).state is State.CANCELLED
    assert await school.keys() == set()


async def test_nobody_takes_back_the_upload_of_somebody_else(school: School) -> None:
    other = await a_person(school.accounts, "Ada Admin", Role.ADMIN)
    hers = await school.upload(a_picture(RED))
    school.actor = await other.by_browser()
    for colour in (RED, BLUE):
        await school.upload(a_picture(colour))
    assert (await school.jobs.get(SYSTEM, job_id=hers)).state is State.QUEUED


async def test_of_uploads_at_the_same_time_one_is_left_and_it_is_the_awaited_one(
    school: School, database_settings: settings.Database
) -> None:
    jobs = await asyncio.gather(*(school.upload(a_picture()) for _ in range(4)))
    wanted = await school.awaited()
    assert upload_key(wanted) in await school.keys()
    async with at_work(school, database_settings):
        ended = [await school.ended(job) for job in jobs]
        await school.all_ended()
    assert {job.state for job in ended} <= {State.SUCCEEDED, State.CANCELLED}
    assert await school.keys() == {picture_key(wanted, side) for side in SIDES}


async def test_an_upload_that_is_taken_back_while_it_is_made_is_no_failure(school: School) -> None:
    await school.upload(a_picture())
    work = MakePicture(school.person.user.id, await school.awaited())
    running: Any = None  # it gets no further than the file
    async with Threads(1) as threads:
        bench = Bench(
            school.db,
            TakenBack(threads, school),
            nothing(),
            school.jobs,
            school.clock,
            school.person.accounts.recovery,
            school.person.accounts.imports,
        )
        await picture(running, work, bench)
    assert await school.awaited() is None
    assert await school.keys() == set()


class TakenBack(MemoryBlobs):
    """Whose owner takes the upload back at the moment that it is opened."""

    def __init__(self, threads: Threads, school: School) -> None:
        super().__init__(threads, school.clock)
        self._school = school

    @asynccontextmanager
    async def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AsyncIterator[Reading]:
        await self._school.accounts.pictures.remove(self._school.actor)
        async with super().get(key, start=start, length=length) as reading:
            yield reading


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n" + b"x" * 100])
async def test_what_is_no_picture_is_refused_in_plain_words(
    school: School, database_settings: settings.Database, data: bytes
) -> None:
    async with at_work(school, database_settings):
        await school.ended(await school.upload(a_picture()))
        before = await school.version()
        job = await school.ended(await school.upload(data))
    assert job.state is State.FAILED
    assert job.error
    assert job.error.code in {"picture_unreadable", "picture_damaged"}
    assert await school.version() == before  # and the picture before stays
    assert await school.keys() == {picture_key(before, side) for side in SIDES}


async def test_a_removed_picture_is_gone_and_so_is_one_that_was_on_its_way(
    school: School, database_settings: settings.Database
) -> None:
    async with at_work(school, database_settings):
        await school.ended(await school.upload(a_picture()))
    waiting = await school.upload(a_picture(BLUE))
    await school.accounts.pictures.remove(school.actor)
    async with at_work(school, database_settings):
        await school.ended(waiting)
        await school.all_ended()
    with pytest.raises(NoPicture):
        await school.version()
    assert await school.keys() == set()
    await school.accounts.pictures.remove(school.actor)  # twice is no mistake


async def test_a_picture_is_for_those_who_are_signed_in(school: School) -> None:
    with pytest.raises(NoPicture):
        await school.version()
    with pytest.raises(NoPicture):
        await school.accounts.pictures.version(school.actor, uuid7())
    with pytest.raises(Unauthenticated):
        await school.accounts.pictures.version(ANONYMOUS, school.person.user.id)


async def test_an_upload_that_breaks_off_leaves_nothing(school: School) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"the beginning"
        raise Unavailable("The network went away.")

    with pytest.raises(Unavailable):
        await school.accounts.pictures.upload(school.actor, pieces())
    assert await school.keys() == set()
    assert await school.db.fetchval("select count(*) from job") == 0


async def test_the_sweep_takes_what_has_ended_and_nothing_else(
    school: School, clock: SetClock
) -> None:
    accounts, person = school.accounts, school.person
    await accounts.first_admin.link()
    short = clock.now() + timedelta(days=1)
    await accounts.keys.create(school.actor, name="short", expires_at=short)
    await accounts.keys.create(school.actor, name="for ever")
    old = uuid7()
    await school.blobs.put(upload_key(old), b"never taken")
    bench = Bench(
        school.db,
        school.blobs,
        nothing(),
        school.jobs,
        clock,
        school.person.accounts.recovery,
        school.person.accounts.imports,
    )
    assert await left(school, bench) == (1, 2, 1, 1)
    clock.advance(3600.0)
    assert await left(school, bench) == (1, 2, 0, 1)
    clock.advance(86_400.0 * 20)
    await person.browser()
    assert await left(school, bench) == (1, 2, 0, 0)
    clock.advance(86_400.0 * 12)
    assert await left(school, bench) == (1, 1, 0, 0)


async def left(school: School, bench: Bench) -> tuple[Any, ...]:
    """Sessions, keys, links and uploads after a sweep."""
    running: Any = None  # it reports no progress
    await sweep(running, Tick(bench.clock.now()), bench)
    counts = await school.db.fetchrow(
        """
        select (select count(*) from session), (select count(*) from api_key),
               (select count(*) from setup_link)
        """
    )
    assert counts
    return (*counts, len([key for key in await school.keys() if "upload" in key]))


def nothing() -> Sandbox:
    return Sandbox(settings.Sandbox(), clock=SystemClock())
