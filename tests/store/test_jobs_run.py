"""Jobs, from being put aside to their end, with real workers on real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest
import structlog

from tests.support.jobs import (
    BRISK,
    Alone,
    Fail,
    Quick,
    Said,
    Say,
    Steps,
    Trial,
    Wait,
    hearing,
    put,
    seen,
    some_jobs,
    until,
    working,
)
from vtp import settings
from vtp.actor import SYSTEM
from vtp.db import Database
from vtp.jobs.model import State

Options = settings.Database


class Undone(Exception):
    pass


async def test_a_job_runs_and_leaves_its_result(db: Database, database_settings: Options) -> None:
    async with working(db, database_settings) as at:
        job_id = await put(db, Say("hello"))
        job = await seen(db, job_id, State.SUCCEEDED)
    assert at.trial.ran == ["hello"]
    assert msgspec.convert(job.result, Said) == Said("HELLO")
    assert (job.kind, job.attempt, job.max_attempts, job.progress) == ("trial.say", 1, 4, 1.0)
    assert job.finished_at is not None
    assert job.started_at is not None
    assert await db.fetchval("select count(*) from pgqueuer") == 0


async def test_what_a_rolled_back_transaction_enqueued_never_runs(
    db: Database, database_settings: Options
) -> None:
    with pytest.raises(Undone):
        async with db.transaction() as tx:
            await some_jobs(db).enqueue(tx, Say("never"), subject="")
            raise Undone
    async with working(db, database_settings) as at:
        await seen(db, await put(db, Say("after")), State.SUCCEEDED)
    assert at.trial.ran == ["after"]
    assert await db.fetchval("select count(*) from job") == 1


async def test_the_most_urgent_goes_first(db: Database, database_settings: Options) -> None:
    one_at_a_time = msgspec.structs.replace(BRISK, concurrency=1)
    for what, priority in (("low", -5), ("first", 0), ("second", 0), ("urgent", 9)):
        last = await put(db, Say(what), priority=priority)
    low = await put(db, Say("lowest"), priority=-9)
    async with working(db, database_settings, options=one_at_a_time) as at:
        await seen(db, last, State.SUCCEEDED)
        await seen(db, low, State.SUCCEEDED)
    assert at.trial.ran == ["urgent", "first", "second", "low", "lowest"]


async def test_a_delayed_job_waits_for_its_time(db: Database, database_settings: Options) -> None:
    later = await put(db, Say("later"), delay=timedelta(hours=1))
    soon = await put(db, Say("soon"), delay=timedelta(seconds=0.3))
    async with working(db, database_settings) as at:
        await seen(db, soon, State.SUCCEEDED)
    assert at.trial.ran == ["soon"]
    job = await seen(db, later, State.QUEUED)
    assert job.run_after - job.created_at > timedelta(minutes=59)


async def test_what_fails_for_a_while_is_tried_again(
    db: Database, database_settings: Options
) -> None:
    async with working(db, database_settings) as at:
        job = await seen(db, await put(db, Fail("away", times=2)), State.SUCCEEDED)
    assert at.trial.ran == ["away 1", "away 2", "away 3"]
    assert (job.attempt, job.error) == (3, None)


async def test_what_fails_always_ends_with_the_reason(
    db: Database, database_settings: Options
) -> None:
    async with working(db, database_settings) as at:
        job = await seen(db, await put(db, Fail("away")), State.FAILED)
    assert len(at.trial.ran) == 3
    assert job.error is not None
    assert (job.error.code, job.error.detail) == ("unavailable", "The mail server does not answer.")


async def test_what_cannot_get_better_is_not_tried_again(
    db: Database, database_settings: Options
) -> None:
    async with working(db, database_settings) as at:
        job = await seen(db, await put(db, Fail("invalid")), State.FAILED)
    assert at.trial.ran == ["invalid 1"]
    assert job.error is not None
    assert (job.error.code, job.error.detail) == ("invalid", "This is not a picture.")


async def test_a_bug_is_logged_once_and_told_without_its_words(
    db: Database, database_settings: Options
) -> None:
    with structlog.testing.capture_logs() as logged:
        async with working(db, database_settings):
            job = await seen(db, await put(db, Fail("bug")), State.FAILED)
    assert job.error is not None
    assert (job.error.code, job.error.detail) == ("internal", "Something went wrong.")
    errors = [line for line in logged if line["log_level"] == "error"]
    assert [line["event"] for line in errors] == ["jobs.bug"]
    stored = await db.fetch("select traceback::text from pgqueuer_log where traceback is not null")
    assert not any("canary" in row["traceback"] for row in stored)


async def test_a_handler_over_its_time_is_stopped(db: Database, database_settings: Options) -> None:
    async with working(db, database_settings) as at:
        job = await seen(db, await put(db, Quick()), State.FAILED)
    assert at.trial.ran == ["quick", "quick"]
    assert job.error is not None
    assert job.error.code == "timed_out"


async def test_a_kind_with_a_limit_runs_one_by_one_over_all_workers(
    db: Database, database_settings: Options
) -> None:
    trial = Trial(db)
    ids = [await put(db, Alone(number)) for number in range(6)]
    async with (
        working(db, database_settings, trial=trial),
        working(db, database_settings, trial=trial),
    ):
        for job_id in ids:
            await seen(db, job_id, State.SUCCEEDED)
    assert sorted(trial.ran) == ["0", "1", "2", "3", "4", "5"]
    assert trial.most == 1


@pytest.mark.parametrize("concurrency", [1, 3])
async def test_no_more_run_than_the_worker_was_given(
    db: Database, database_settings: Options, concurrency: int
) -> None:
    options = msgspec.structs.replace(BRISK, concurrency=concurrency)
    ids = [await put(db, Wait()) for _ in range(5)]
    async with working(db, database_settings, options=options) as at:

        async def full() -> bool | None:
            return True if len(at.trial.ran) == concurrency else None

        await until(full)
        await asyncio.sleep(2 * options.poll_interval)
        assert len(at.trial.ran) == concurrency
        at.trial.let_go.set()
        for job_id in ids:
            await seen(db, job_id, State.SUCCEEDED)


async def test_a_payload_of_another_version_fails_with_a_reason(
    db: Database, database_settings: Options
) -> None:
    job_id = await put(db, Say("x"))
    async with db.transaction() as tx:
        await tx.execute("""update job set payload = '{"what": 7}'""")
    async with working(db, database_settings):
        job = await seen(db, job_id, State.FAILED)
    assert job.error is not None
    assert job.error.code == "bad_payload"


async def test_progress_is_written_at_most_four_times_a_second_and_the_last_stays(
    db: Database, database_settings: Options
) -> None:
    async with (
        hearing(database_settings, "vtp_job") as heard,
        working(db, database_settings) as at,
    ):
        job_id = await put(db, Steps(100))

        async def at_the_end() -> bool | None:
            job = await some_jobs(db).get(SYSTEM, job_id=job_id)
            return True if job.message == "step 99" and job.progress == 0.99 else None

        await until(at_the_end)
        # A hundred steps took half a second at the least; each second has room for four.
        began = (await seen(db, job_id, State.RUNNING)).started_at
        lasted = await db.fetchval("select extract(epoch from now() - $1::timestamptz)", began)
        assert set(heard) == {str(job_id)}
        assert len(heard) <= 4 + 4 * float(lasted)
        at.trial.let_go.set()
        await seen(db, job_id, State.SUCCEEDED)
