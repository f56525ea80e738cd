"""Changes of jobs, told live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import asyncpg
import pytest

from tests.support.jobs import Say, Steps, put, seen, some_jobs, until, working
from vtp import settings
from vtp.actor import SYSTEM
from vtp.clock import SystemClock
from vtp.db import Database
from vtp.db.losses import DatabaseAway
from vtp.ids import JobId
from vtp.jobs.model import JobView, State
from vtp.jobs.watch import Watch

Options = settings.Database


@asynccontextmanager
async def watching(db: Database, database_settings: Options) -> AsyncIterator[list[JobView]]:
    """What is told, from when it surely listens."""
    told: list[JobView] = []

    async def tell(job: JobView) -> None:
        told.append(job)

    watch = Watch(db, database_settings, SystemClock())
    watch.on_change(tell)
    task = asyncio.get_running_loop().create_task(watch.run())
    await listening(database_settings)
    try:
        yield told
    finally:
        task.cancel()
        await asyncio.wait({task})


async def listening(database_settings: Options) -> None:
    outside = await asyncpg.connect(database_settings.url)

    async def at_all() -> bool | None:
        count = await outside.fetchval(
            "select count(*) from pg_stat_activity where datname = current_database() "
            "and query ilike 'listen%vtp_job%' and state = 'idle'"
        )
        return True if count else None

    await until(at_all)
    await outside.close()


def of(told: list[JobView], job_id: JobId) -> list[JobView]:
    return [job for job in told if job.id == job_id]


async def test_progress_reaches_whoever_watches(db: Database, database_settings: Options) -> None:
    async with (
        watching(db, database_settings) as told,
        working(db, database_settings) as at,
    ):
        job_id = await put(db, Steps(100))

        async def most() -> bool | None:
            return True if any(job.progress == 0.99 for job in of(told, job_id)) else None

        await until(most)
        at.trial.let_go.set()

        async def ended() -> bool | None:
            return True if of(told, job_id)[-1].state is State.SUCCEEDED else None

        await until(ended)
    progress = [job.progress for job in of(told, job_id)]
    assert progress == sorted(progress)
    assert {"step 99"} <= {job.message for job in of(told, job_id)}


async def test_changes_close_together_are_told_once(
    db: Database, database_settings: Options
) -> None:
    async with watching(db, database_settings) as told:
        job_id = await put(db, Say("x"))
        await some_jobs(db).cancel(SYSTEM, job_id=job_id)
        await some_jobs(db).retry(SYSTEM, job_id=job_id)
        await some_jobs(db).cancel(SYSTEM, job_id=job_id)

        async def ended() -> bool | None:
            found = of(told, job_id)
            return True if found and found[-1].state is State.CANCELLED else None

        await until(ended)
    assert len(of(told, job_id)) <= 2


async def test_a_rolled_back_change_is_not_told(db: Database, database_settings: Options) -> None:
    async with watching(db, database_settings) as told:
        connection = await asyncpg.connect(database_settings.url)
        transaction = connection.transaction()
        await transaction.start()
        never = await some_jobs(db).enqueue(connection, Say("never"), subject="")
        await transaction.rollback()
        await connection.close()
        after = await put(db, Say("after"))

        async def told_of_it() -> bool | None:
            return True if of(told, after) else None

        await until(told_of_it)
    assert of(told, never) == []


async def test_what_changed_while_nobody_listened_is_read_afterwards(
    db: Database, database_settings: Options
) -> None:
    async with watching(db, database_settings) as told:
        first = await put(db, Say("first"))

        async def told_of(job_id: JobId, state: State) -> None:
            async def look() -> bool | None:
                return True if any(job.state is state for job in of(told, job_id)) else None

            await until(look)

        await told_of(first, State.QUEUED)
        outside = await asyncpg.connect(database_settings.url)
        # In one transaction: the word of the cancellation finds nobody.
        async with outside.transaction():
            await outside.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and query ilike 'listen%'"
            )
            await outside.execute(
                "update job set state = 'cancelled', finished_at = now() where id = $1", first
            )
        await told_of(first, State.CANCELLED)
        await listening(database_settings)
        second = await put(db, Say("second"))
        await told_of(second, State.QUEUED)
        await outside.close()


async def test_one_that_fails_to_be_told_does_not_keep_it_from_others(
    db: Database, database_settings: Options
) -> None:
    told: list[JobId] = []

    async def broken(_job: JobView) -> None:
        raise RuntimeError("this one is broken")

    async def whole(job: JobView) -> None:
        told.append(job.id)

    watch = Watch(db, database_settings, SystemClock())
    watch.on_change(broken)
    watch.on_change(whole)
    task = asyncio.get_running_loop().create_task(watch.run())
    await listening(database_settings)
    job_ids = []
    for number in range(2):
        job_ids.append(await put(db, Say(str(number))))

        async def heard(expected: int = number + 1) -> bool | None:
            return True if len(set(told)) == expected else None

        await until(heard)
    task.cancel()
    await asyncio.wait({task})
    assert set(told) == set(job_ids)
    await seen(db, job_ids[0], State.QUEUED)


class OnceAway:
    """A database that cannot be reached the first time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.asked = 0

    async def fetch(self, query: str, *args: object) -> list[object]:
        self.asked += 1
        if self.asked == 1:
            raise DatabaseAway
        return await self._db.fetch(query, *args)


async def test_what_could_not_be_read_is_read_later(
    db: Database, database_settings: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vtp.jobs.watch._PAUSE", 0.01)
    away = OnceAway(db)
    async with watching(cast("Database", away), database_settings) as told:
        job_id = await put(db, Say("x"))

        async def told_of_it() -> bool | None:
            return True if of(told, job_id) else None

        await until(told_of_it)
    assert away.asked > 1


async def test_of_more_changes_than_are_remembered_none_is_lost(
    db: Database, database_settings: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vtp.jobs.watch._MOST", 2)
    async with watching(db, database_settings) as told:
        async with db.transaction() as tx:
            made = [await some_jobs(db).enqueue(tx, Say("x"), subject="") for _ in range(6)]

        async def told_of_all() -> bool | None:
            return True if {job.id for job in told} == set(made) else None

        await until(told_of_all)
