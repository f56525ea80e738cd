"""Cancelling, beginning anew, keys, and who may."""

from __future__ import annotations

import pytest

from tests.support.edge import an_actor
from tests.support.jobs import (
    Fail,
    Say,
    Wait,
    handlers,
    put,
    seen,
    some_jobs,
    until,
    working,
)
from vtp import settings
from vtp.actor import ANONYMOUS, SYSTEM, Role
from vtp.db import Database
from vtp.errors import NotFound, Unauthenticated
from vtp.jobs.handlers import BadHandler, Handlers
from vtp.jobs.model import State
from vtp.jobs.service import AlreadyQueued, Finished, Jobs, KindGone, NotFinished

Options = settings.Database


async def test_a_waiting_job_is_cancelled_at_once_and_never_runs(
    db: Database, database_settings: Options
) -> None:
    jobs = some_jobs(db)
    job_id = await put(db, Say("never"))
    job = await jobs.cancel(SYSTEM, job_id=job_id)
    assert (job.state, job.cancel_requested) == (State.CANCELLED, True)
    assert job.finished_at is not None
    assert await db.fetchval("select count(*) from pgqueuer") == 0
    async with working(db, database_settings) as at:
        await seen(db, await put(db, Say("after")), State.SUCCEEDED)
    assert at.trial.ran == ["after"]


@pytest.mark.parametrize("stubborn", [False, True])
async def test_a_running_job_is_stopped_and_may_clean_up(
    db: Database, database_settings: Options, stubborn: bool
) -> None:
    jobs = some_jobs(db)
    job_id = await put(db, Wait(stubborn=stubborn))
    async with working(db, database_settings) as at:
        await seen(db, job_id, State.RUNNING)
        assert (await jobs.cancel(SYSTEM, job_id=job_id)).cancel_requested
        job = await seen(db, job_id, State.CANCELLED)
        assert job.error is None
        assert at.trial.cleaned == [job_id]


async def test_a_job_waiting_for_its_next_attempt_can_be_cancelled(
    db: Database, database_settings: Options
) -> None:
    patient = settings.Jobs(poll_interval=0.2, heartbeat=0.3, retry_base=3600, retry_cap=3600)
    job_id = await put(db, Fail("away"))
    async with working(db, database_settings, options=patient) as at:

        async def failed_once() -> bool | None:
            job = await some_jobs(db).get(SYSTEM, job_id=job_id)
            return True if job.error and job.state is State.QUEUED else None

        await until(failed_once)
        job = await some_jobs(db).cancel(SYSTEM, job_id=job_id)
        assert job.state is State.CANCELLED
    assert at.trial.ran == ["away 1"]


async def test_what_was_asked_of_a_worker_that_died_is_done_by_the_next(
    db: Database, database_settings: Options
) -> None:
    """The word may be lost; the row says it too."""
    job_id = await put(db, Wait())
    async with db.transaction() as tx:
        await tx.execute("update job set cancel_requested = true")
    async with working(db, database_settings) as at:
        await seen(db, job_id, State.CANCELLED)
    assert at.trial.ran == []


async def test_what_has_ended_cannot_be_cancelled(db: Database, database_settings: Options) -> None:
    async with working(db, database_settings):
        job_id = await put(db, Say("x"))
        await seen(db, job_id, State.SUCCEEDED)
    with pytest.raises(Finished):
        await some_jobs(db).cancel(SYSTEM, job_id=job_id)


async def test_a_failed_job_is_begun_anew_with_all_its_attempts(
    db: Database, database_settings: Options
) -> None:
    async with working(db, database_settings) as at:
        job_id = await put(db, Fail("away"))
        await seen(db, job_id, State.FAILED)
        job = await some_jobs(db).retry(SYSTEM, job_id=job_id)
        assert (job.state, job.attempt, job.error, job.finished_at) == (
            State.QUEUED,
            0,
            None,
            None,
        )

        async def again() -> bool | None:
            return True if len(at.trial.ran) == 6 else None

        await until(again)
        await seen(db, job_id, State.FAILED)


async def test_only_what_failed_or_was_cancelled_is_begun_anew(db: Database) -> None:
    jobs = some_jobs(db)
    job_id = await put(db, Say("x"))
    with pytest.raises(NotFinished):
        await jobs.retry(SYSTEM, job_id=job_id)
    await jobs.cancel(SYSTEM, job_id=job_id)
    assert (await jobs.retry(SYSTEM, job_id=job_id)).state is State.QUEUED


async def test_a_kind_that_is_no_more_is_not_begun_anew(db: Database) -> None:
    job_id = await put(db, Say("x"))
    older = Jobs(db, settings.Jobs(), [])
    await older.cancel(SYSTEM, job_id=job_id)
    with pytest.raises(KindGone):
        await older.retry(SYSTEM, job_id=job_id)


async def test_a_key_is_taken_by_one_live_job_at_a_time(
    db: Database, database_settings: Options
) -> None:
    first = await put(db, Say("one"), key="report")
    assert await put(db, Say("two"), key="report") == first
    assert await put(db, Say("other"), key="other report") != first
    async with working(db, database_settings) as at:
        await seen(db, first, State.SUCCEEDED)
        third = await put(db, Say("three"), key="report")
        assert third != first
        await seen(db, third, State.SUCCEEDED)
    assert sorted(at.trial.ran) == ["one", "other", "three"]


async def test_a_job_is_not_begun_anew_beside_another_with_its_key(db: Database) -> None:
    jobs = some_jobs(db)
    first = await put(db, Say("one"), key="report")
    await jobs.cancel(SYSTEM, job_id=first)
    await put(db, Say("two"), key="report")
    with pytest.raises(AlreadyQueued):
        await jobs.retry(SYSTEM, job_id=first)
    assert (await jobs.get(SYSTEM, job_id=first)).state is State.CANCELLED


async def test_a_job_is_there_for_its_owner_and_the_staff_alone(db: Database) -> None:
    jobs = some_jobs(db)
    owner, other = an_actor(), an_actor(Role.INSTRUCTOR)
    theirs = await put(db, Say("x"), owner_id=owner.user_id)
    nobodys = await put(db, Say("y"))
    for staff in (SYSTEM, an_actor(Role.ADMIN), an_actor(Role.MANAGER)):
        assert (await jobs.get(staff, job_id=nobodys)).id == nobodys
        assert [job.id for job in await jobs.listed(staff)] == [nobodys, theirs]
    assert [job.id for job in await jobs.listed(owner)] == [theirs]
    assert await jobs.listed(other) == []
    with pytest.raises(Unauthenticated):
        await jobs.listed(ANONYMOUS)
    for act in (jobs.get, jobs.cancel, jobs.retry):
        for actor, job_id in ((other, theirs), (owner, nobodys), (ANONYMOUS, nobodys)):
            with pytest.raises(NotFound):
                await act(actor, job_id=job_id)
    assert (await jobs.cancel(owner, job_id=theirs)).state is State.CANCELLED
    assert (await jobs.retry(owner, job_id=theirs)).state is State.QUEUED


async def test_a_list_is_filtered_and_goes_on_where_it_ended(db: Database) -> None:
    jobs = some_jobs(db)
    ids = [await put(db, Say(str(number))) for number in range(4)]
    waits = await put(db, Wait())
    await jobs.cancel(SYSTEM, job_id=ids[0])
    assert [job.id for job in await jobs.listed(SYSTEM, kind="trial.wait")] == [waits]
    assert [job.id for job in await jobs.listed(SYSTEM, state=State.CANCELLED)] == [ids[0]]
    rest = await jobs.listed(SYSTEM, kind="trial.say", before=ids[2], limit=5)
    assert [job.id for job in rest] == [ids[1], ids[0]]


async def test_figures_count_what_lives(db: Database, database_settings: Options) -> None:
    jobs = some_jobs(db)
    await put(db, Say("x"))
    await put(db, Say("y"))
    figures = await jobs.figures()
    assert [(f.kind, f.state, f.count) for f in figures.jobs] == [("trial.say", State.QUEUED, 2)]
    assert figures.jobs[0].oldest_seconds >= 0
    assert figures.workers == []
    async with working(db, database_settings) as at:

        async def seen_working() -> bool | None:
            found = await jobs.figures()
            return True if [w.id for w in found.workers] == [at.worker.id] else None

        await until(seen_working)
    assert (await jobs.figures()).workers == []


async def test_only_known_payloads_are_put_aside(db: Database) -> None:
    with pytest.raises(BadHandler):
        async with db.transaction() as tx:
            await Jobs(db, settings.Jobs(), [Handlers("empty")]).enqueue(tx, Say("x"), subject="")
    assert {kind.name for kind in handlers} >= {"trial.say", "trial.nightly"}
