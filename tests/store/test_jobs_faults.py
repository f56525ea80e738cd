"""What dies while jobs run: workers, connections, the word between them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
import structlog

from tests.support.jobs import (
    Deaf,
    Pay,
    Say,
    Trial,
    Wait,
    a_worker,
    put,
    seen,
    some_jobs,
    until,
    working,
)
from tests.support.postgres import TestCluster
from vtp import settings
from vtp.actor import SYSTEM
from vtp.db import Database
from vtp.jobs.model import State

Options = settings.Database
_ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def worker_process(url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.jobs", url, cwd=_ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        await said(process, "ready")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said(process: asyncio.subprocess.Process, word: str) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        while line := await process.stdout.readline():
            if line.decode().strip() == word:
                return
    raise AssertionError(f"it ended without saying {word!r}")


@pytest.fixture
async def effects(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute("create table effect (job_id uuid, pid integer)")


@pytest.mark.parametrize("killed", ["before", "after"])
async def test_of_a_killed_worker_the_job_goes_on_and_takes_effect_once(
    db: Database, database_settings: Options, effects: None, killed: str
) -> None:
    """Killed before or after the commit of the effect, which is that of the record as well."""
    job_id = await put(db, Pay(linger=killed))
    async with worker_process(database_settings.url) as process:
        await said(process, "lingering")
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        async with db.transaction() as tx:
            await tx.execute("""update job set payload = '{}'""")
        async with working(db, database_settings):
            await queue_is_empty(db)
            job = await seen(db, job_id, State.SUCCEEDED)
    paid_by = [row["pid"] for row in await db.fetch("select pid from effect")]
    assert job.result == {"echo": "paid"}
    assert (job.attempt, paid_by) == (
        (2, [os.getpid()]) if killed == "before" else (1, [process.pid])
    )


async def test_a_job_that_kills_every_worker_fails_in_the_end(
    db: Database, database_settings: Options
) -> None:
    job_id = await put(db, Say("poison"))
    async with db.transaction() as tx:
        await tx.execute("update job set attempt = max_attempts")
    async with working(db, database_settings) as at:
        job = await seen(db, job_id, State.FAILED)
    assert at.trial.ran == []
    assert job.error is not None
    assert job.error.code == "worker_lost"


async def test_a_finished_job_does_not_run_when_the_queue_gives_it_again(
    db: Database, database_settings: Options
) -> None:
    async with working(db, database_settings) as at:
        job_id = await put(db, Say("once"))
        await seen(db, job_id, State.SUCCEEDED)
        await queue_is_empty(db)
        async with db.transaction() as tx:
            await tx.execute(
                "insert into pgqueuer (id, priority, status, entrypoint, payload) "
                "select queue_id, 0, 'queued', kind, uuid_send(id) from job"
            )
        await queue_is_empty(db)
    assert at.trial.ran == ["once"]


async def queue_is_empty(db: Database) -> None:
    async def empty() -> bool | None:
        return True if await db.fetchval("select count(*) from pgqueuer") == 0 else None

    await until(empty)


async def test_a_run_that_was_taken_over_writes_nothing_more(
    db: Database, database_settings: Options
) -> None:
    job_id = await put(db, Wait())
    async with working(db, database_settings) as at:
        await seen(db, job_id, State.RUNNING)
        async with db.transaction() as tx:
            await tx.execute("update job set lease = gen_random_uuid(), message = 'of another'")

        async def stopped() -> bool | None:
            return True if at.trial.cleaned else None

        await until(stopped)
    job = await seen(db, job_id, State.RUNNING)
    assert job.message == "of another"
    # The row in the queue stays, for the one that has it now.
    assert await db.fetchval("select count(*) from pgqueuer") == 1


async def test_a_worker_that_ends_finishes_what_it_can(
    db: Database, database_settings: Options
) -> None:
    job_id = await put(db, Wait())
    async with working(db, database_settings, shutdown_timeout=20) as at:
        await seen(db, job_id, State.RUNNING)
        waiting = await put(db, Say("for another"))
        await seen(db, waiting, State.SUCCEEDED)
        at.stop.set()
        at.trial.let_go.set()
        await at.end()
    await seen(db, job_id, State.SUCCEEDED)
    assert await db.fetchval("select count(*) from job_worker") == 0


async def test_a_worker_that_ends_gives_back_what_takes_too_long(
    db: Database, database_settings: Options
) -> None:
    job_id = await put(db, Wait())
    async with working(db, database_settings, shutdown_timeout=0.05) as at:
        await seen(db, job_id, State.RUNNING)
    assert at.trial.cleaned == [job_id]
    job = await seen(db, job_id, State.QUEUED)
    assert (job.attempt, job.error) == (0, None)
    async with working(db, database_settings, trial=Trial(db)) as next_one:
        next_one.trial.let_go.set()
        assert (await seen(db, job_id, State.SUCCEEDED)).attempt == 1


async def test_a_worker_survives_the_loss_of_all_its_connections(
    db: Database, database_settings: Options
) -> None:
    held = await put(db, Wait())
    async with working(db, database_settings) as at:
        await seen(db, held, State.RUNNING)
        outside = await asyncpg.connect(database_settings.url)
        for number in range(3):
            await outside.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )
            job_id = await put(db, Say(f"after {number}"))
            await seen(db, job_id, State.SUCCEEDED)
        await outside.close()
        assert not at.task.done()
        # The listener is back as well: a stop that was said after the loss is heard.
        await some_jobs(db).cancel(SYSTEM, job_id=held)
        await seen(db, held, State.CANCELLED)
    assert at.trial.ran == ["wait", "after 0", "after 1", "after 2"]


async def test_what_the_queue_has_lost_is_put_back(
    db: Database, database_settings: Options
) -> None:
    waiting, running = await put(db, Say("waiting")), await put(db, Say("running"))
    async with db.transaction() as tx:
        await tx.execute("delete from pgqueuer")
        await tx.execute(
            "update job set state = 'running', lease = gen_random_uuid(), "
            "worker_id = gen_random_uuid() where id = $1",
            running,
        )
    jobs = some_jobs(db)
    assert await jobs.mend() == 0  # too young: its end may be under way
    async with db.transaction() as tx:
        await tx.execute("update job set run_after = now() - interval '1 minute'")
    mended = await asyncio.gather(*(jobs.mend() for _ in range(3)))
    assert sum(mended) == 2
    async with working(db, database_settings) as at:
        await seen(db, waiting, State.SUCCEEDED)
        await seen(db, running, State.SUCCEEDED)
    assert sorted(at.trial.ran) == ["running", "waiting"]


async def test_a_handler_that_does_not_stop_is_left_behind(
    db: Database, database_settings: Options
) -> None:
    job_id = await put(db, Deaf())
    with structlog.testing.capture_logs() as logged:
        async with working(db, database_settings, grace=0.1) as at:
            await seen(db, job_id, State.RUNNING)
            await some_jobs(db).cancel(SYSTEM, job_id=job_id)
            await seen(db, job_id, State.CANCELLED)
            # Its place is free for others.
            await seen(db, await put(db, Say("next")), State.SUCCEEDED)
            at.trial.let_go.set()
    assert [line["event"] for line in logged if line["log_level"] == "error"] == [
        "jobs.handler_stuck"
    ]


async def test_a_worker_that_is_cancelled_gives_back_what_runs(
    db: Database, database_settings: Options
) -> None:
    job_id = await put(db, Wait())
    async with open_worker(db, database_settings) as (trial, task):
        task.cancel()
        await asyncio.wait({task}, timeout=20)
    assert trial.cleaned == [job_id]
    job = await seen(db, job_id, State.QUEUED)
    assert job.attempt == 0
    assert await db.fetchval("select count(*) from job_worker") == 0


async def test_a_worker_that_is_cancelled_twice_waits_until_it_has_recorded_that(
    db: Database, database_settings: Options
) -> None:
    job_id = await put(db, Wait())
    async with open_worker(db, database_settings) as (_, task):
        async with locked(db):
            task.cancel()
            await somebody_waits(db)
            task.cancel()
        await asyncio.wait({task}, timeout=20)
    job = await seen(db, job_id, State.QUEUED)
    assert job.attempt == 0
    assert await db.fetchval("select count(*) from pgqueuer where status = 'queued'") == 1


async def test_what_a_cancelled_worker_cannot_record_in_time_goes_on_elsewhere(
    db: Database, database_settings: Options
) -> None:
    job_id = await put(db, Wait())
    async with open_worker(db, database_settings, grace=0.1) as (_, task), locked(db):
        task.cancel()
        await asyncio.wait({task}, timeout=20)
    # What the queue says of it is left as it is, so that its silence is noticed.
    assert await db.fetchval("select count(*) from pgqueuer where status = 'picked'") == 1
    async with working(db, database_settings) as next_one:
        next_one.trial.let_go.set()
        await seen(db, job_id, State.SUCCEEDED)


@asynccontextmanager
async def open_worker(
    db: Database, database_settings: Options, *, grace: float = 1.0
) -> AsyncIterator[tuple[Trial, asyncio.Task[None]]]:
    """A worker that runs the job which waits; the test cancels it."""
    trial = Trial(db)
    worker = a_worker(db, database_settings, trial, grace=grace)
    task = asyncio.get_running_loop().create_task(worker.run(asyncio.Event(), 1))
    # Its row says "running" a moment before its handler does.
    await asyncio.wait_for(trial.begun.wait(), 20)
    yield trial, task
    assert task.cancelled()


@asynccontextmanager
async def locked(db: Database) -> AsyncIterator[None]:
    """Nobody can write to a job meanwhile."""
    async with db.transaction() as tx:
        await tx.execute("select from job for update")
        yield


async def somebody_waits(db: Database) -> None:
    """For a lock."""

    async def look() -> bool | None:
        waiting = await db.fetchval(
            "select count(*) from pg_stat_activity "
            "where datname = current_database() and wait_event_type = 'Lock'"
        )
        return True if waiting else None

    await until(look)


async def test_a_worker_ends_in_time_when_the_database_is_away_and_nothing_is_lost(
    db: Database, database_settings: Options, postgres_cluster: TestCluster
) -> None:
    name = await db.fetchval("select current_database()")
    outside = await asyncpg.connect(postgres_cluster.as_superuser("postgres"))
    job_id = await put(db, Wait())
    try:
        async with working(db, database_settings, grace=0.3) as at:
            await seen(db, job_id, State.RUNNING)
            await outside.execute(f"alter database {name} connection limit 0")
            await outside.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name
            )
    finally:
        await outside.execute(f"alter database {name} connection limit -1")
        await outside.close()
    assert at.trial.cleaned == [job_id]
    async with working(db, database_settings) as next_one:
        next_one.trial.let_go.set()
        await seen(db, job_id, State.SUCCEEDED)
