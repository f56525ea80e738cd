"""Cron: every tick once, whoever is first; and the house-keeping that it begins."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import msgspec

from tests.support.jobs import (
    BRISK,
    Say,
    Trial,
    handlers,
    put,
    seen,
    some_jobs,
    until,
    working,
)
from vtp import settings
from vtp.actor import SYSTEM
from vtp.db import Database
from vtp.ids import JobId
from vtp.jobs.handlers import Catalogue, Kind
from vtp.jobs.model import JobView, State

Options = settings.Database


def the_kind(name: str) -> Kind:
    kind = Catalogue([handlers]).named(name)
    assert kind is not None
    return kind


async def make_due(db: Database, database_settings: Options) -> None:
    """What cron begins next was due a second ago."""
    async with working(db, database_settings):

        async def known() -> bool | None:
            return True if await db.fetchval("select count(*) from pgqueuer_schedules") else None

        await until(known)
    async with db.transaction() as tx:
        await tx.execute("update pgqueuer_schedules set next_run = now() - interval '1 second'")


async def of_kind(db: Database, kind: str) -> list[JobView]:
    return await some_jobs(db).listed(SYSTEM, kind=kind)


async def test_of_two_workers_one_takes_a_tick(db: Database, database_settings: Options) -> None:
    await make_due(db, database_settings)
    trial = Trial(db)
    async with (
        working(db, database_settings, trial=trial),
        working(db, database_settings, trial=trial),
    ):

        async def done() -> bool | None:
            jobs = await of_kind(db, "trial.nightly")
            return True if [job.state for job in jobs] == [State.SUCCEEDED] else None

        await until(done)
        await asyncio.sleep(2 * BRISK.poll_interval)
        (job,) = await of_kind(db, "trial.nightly")
    (said,) = trial.ran
    assert said == f"nightly {job.subject}"
    assert datetime.fromisoformat(job.subject).second == 0


async def test_a_tick_that_fires_twice_is_one_job(db: Database) -> None:
    async def tick() -> JobId | None:
        async with db.transaction() as tx:
            return await some_jobs(db).tick(tx, the_kind("trial.nightly"))

    made = [one for one in await asyncio.gather(*(tick() for _ in range(4))) if one]
    assert len(made) == 1
    assert len(await of_kind(db, "trial.nightly")) == 1


async def test_ticks_do_not_pile_up_while_nobody_works(db: Database) -> None:
    for _ in range(3):
        async with db.transaction() as tx:
            await some_jobs(db).tick(tx, the_kind("trial.nightly"))
            await tx.execute("update job_schedule set ticked_at = ticked_at - interval '1 day'")
    assert len(await of_kind(db, "trial.nightly")) == 1


async def test_the_sweep_removes_what_ended_long_ago(
    db: Database, database_settings: Options
) -> None:
    hourly = msgspec.structs.replace(BRISK, keep_finished=3600)
    async with working(db, database_settings):
        await seen(db, await put(db, Say("old")), State.SUCCEEDED)
        long_waiting = await put(db, Say("tomorrow"), delay=timedelta(days=1))
        async with db.transaction() as tx:
            await tx.execute("update job set created_at = now() - interval '2 hours'")
            await tx.execute(
                "update job set finished_at = created_at where finished_at is not null"
            )
            await tx.execute("update pgqueuer_log set created = now() - interval '2 hours'")
            await tx.execute(
                "insert into job_worker (id, name, concurrency, seen_at) "
                "values (gen_random_uuid(), 'gone', 1, now() - interval '1 hour')"
            )
        fresh = await put(db, Say("fresh"))
        await seen(db, fresh, State.SUCCEEDED)
    await make_due(db, database_settings)
    async with working(db, database_settings, options=hourly):

        async def swept() -> bool | None:
            jobs = await of_kind(db, "jobs.sweep")
            return True if [job.state for job in jobs] == [State.SUCCEEDED] else None

        await until(swept)
    assert {job.id for job in await of_kind(db, "trial.say")} == {long_waiting, fresh}
    assert await db.fetchval("select count(*) from job_worker where name = 'gone'") == 0
    old_lines = "select count(*) from pgqueuer_log where created < now() - interval '1 hour'"
    assert await db.fetchval(old_lines) == 0
