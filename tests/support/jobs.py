"""Jobs of a test's own, a worker that runs them here, and one in a process that may be killed.

python -m tests.support.jobs <database url>
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import msgspec

from vtp import settings
from vtp.actor import SYSTEM
from vtp.db import Database, open_database
from vtp.db.database import connect
from vtp.errors import Invalid, Unavailable
from vtp.ids import JobId, UserId
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.jobs import Broom
from vtp.jobs.jobs import handlers as house_keeping
from vtp.jobs.model import JobView, State
from vtp.jobs.running import Running
from vtp.jobs.service import Jobs
from vtp.jobs.worker import Worker

T = TypeVar("T")

# Silent for 0.9 s, a worker is gone.
BRISK = settings.Jobs(
    concurrency=4, poll_interval=0.2, heartbeat=0.3, retry_base=0.05, retry_cap=0.2
)
_PATIENCE = 30.0  # s, for what takes well under one on a machine that is idle


class Say(msgspec.Struct, frozen=True):
    what: str


class Said(msgspec.Struct, frozen=True):
    echo: str


class Wait(msgspec.Struct, frozen=True):
    """Runs until it is let go, cancelled, or over its time."""

    stubborn: bool = False


class Deaf(msgspec.Struct, frozen=True):
    """Does not hear that it is to stop."""


class Quick(msgspec.Struct, frozen=True):
    pass


class Fail(msgspec.Struct, frozen=True):
    how: str
    times: int = 1000


class Steps(msgspec.Struct, frozen=True):
    count: int


class Pay(msgspec.Struct, frozen=True):
    """Has an effect of which none is too few and two are too many; may linger before or after."""

    linger: str = ""


class Alone(msgspec.Struct, frozen=True):
    number: int


@dataclass
class Trial:
    """What the handlers work with, and what they have noticed."""

    db: Database
    ran: list[str] = field(default_factory=list)
    running: int = 0
    most: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    cleaned: list[JobId] = field(default_factory=list)


handlers: Handlers[Trial] = Handlers("trial")


@handlers.on(Say)
async def say(_job: Running, payload: Say, trial: Trial) -> Said:
    trial.ran.append(payload.what)
    return Said(payload.what.upper())


@handlers.on(Wait)
async def wait(job: Running, payload: Wait, trial: Trial) -> None:
    trial.ran.append("wait")
    trial.begun.set()
    try:
        await trial.let_go.wait()
    except asyncio.CancelledError:
        if not payload.stubborn:
            raise
        await job.progress(0.5)
    finally:
        trial.cleaned.append(job.id)


@handlers.on(Deaf)
async def deaf(_job: Running, _payload: Deaf, trial: Trial) -> None:
    trial.ran.append("deaf")
    while not trial.let_go.is_set():
        with suppress(asyncio.CancelledError):
            await trial.let_go.wait()


@handlers.on(Quick, timeout=0.1, retries=1)
async def quick(_job: Running, _payload: Quick, trial: Trial) -> None:
    trial.ran.append("quick")
    await asyncio.sleep(60)


@handlers.on(Fail, retries=2)
async def fail(job: Running, payload: Fail, trial: Trial) -> None:
    trial.ran.append(f"{payload.how} {job.attempt}")
    if job.attempt > payload.times:
        return
    if payload.how == "bug":
        raise KeyError("canary-in-a-message")
    if payload.how == "away":
        raise Unavailable("The mail server does not answer.")
    raise Invalid("This is not a picture.")


@handlers.on(Steps)
async def steps(job: Running, payload: Steps, trial: Trial) -> None:
    for number in range(payload.count):
        await job.progress(number / payload.count, f"step {number}")
        await asyncio.sleep(0.005)
    await trial.let_go.wait()


@handlers.on(Pay, retries=3)
async def pay(job: Running, payload: Pay, trial: Trial) -> None:
    async with trial.db.transaction() as tx:
        await tx.execute("insert into effect (job_id, pid) values ($1, $2)", job.id, os.getpid())
        await job.done(tx, Said("paid"))
        await _linger(payload, "before")
    await _linger(payload, "after")


async def _linger(payload: Pay, where: str) -> None:
    if payload.linger == where:
        sys.stdout.write("lingering\n")
        sys.stdout.flush()
        await asyncio.sleep(60)


@handlers.on(Alone, concurrency=1)
async def alone(_job: Running, payload: Alone, trial: Trial) -> None:
    trial.running += 1
    trial.most = max(trial.most, trial.running)
    await asyncio.sleep(0.05)
    trial.ran.append(str(payload.number))
    trial.running -= 1


@handlers.every("0 3 * * *")
async def nightly(_job: Running, tick: Tick, trial: Trial) -> None:
    trial.ran.append(f"nightly {tick.at.isoformat()}")


GROUPS = (handlers, house_keeping)


def some_jobs(db: Database, options: settings.Jobs = BRISK) -> Jobs:
    return Jobs(db, options, GROUPS)


@dataclass
class At:
    """A worker, with what a test asks of it."""

    jobs: Jobs
    trial: Trial
    worker: Worker
    stop: asyncio.Event
    task: asyncio.Task[None]

    async def end(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self.task, _PATIENCE)


def a_worker(
    db: Database,
    database: settings.Database,
    trial: Trial,
    *,
    options: settings.Jobs = BRISK,
    grace: float = 1.0,
) -> Worker:
    bound = [*handlers.bind(trial), *house_keeping.bind(Broom(db, options))]
    return Worker(db, database, options, some_jobs(db, options), bound, grace=grace)


@asynccontextmanager
async def working(
    db: Database,
    database: settings.Database,
    *,
    trial: Trial | None = None,
    options: settings.Jobs = BRISK,
    shutdown_timeout: float = 0.2,
    grace: float = 1.0,
) -> AsyncIterator[At]:
    trial = trial or Trial(db)
    worker = a_worker(db, database, trial, options=options, grace=grace)
    stop = asyncio.Event()
    task = asyncio.get_running_loop().create_task(worker.run(stop, shutdown_timeout))
    at = At(some_jobs(db, options), trial, worker, stop, task)
    try:
        yield at
    finally:
        await at.end()


async def put(
    db: Database,
    payload: msgspec.Struct,
    *,
    owner_id: UserId | None = None,
    key: str | None = None,
    priority: int | None = None,
    delay: timedelta = timedelta(0),
) -> JobId:
    async with db.transaction() as tx:
        return await some_jobs(db).enqueue(
            tx,
            payload,
            subject="trial:1",
            owner_id=owner_id,
            key=key,
            priority=priority,
            delay=delay,
        )


@asynccontextmanager
async def hearing(database: settings.Database, channel: str) -> AsyncIterator[list[str]]:
    """What is said on a channel of PostgreSQL meanwhile."""
    heard: list[str] = []
    connection = await connect(database)
    await connection.add_listener(channel, lambda *said: heard.append(said[3]))
    try:
        yield heard
    finally:
        await connection.close()


async def seen(db: Database, job_id: JobId, *states: State) -> JobView:
    """The job, once it is in one of these states."""

    async def look() -> JobView | None:
        job = await some_jobs(db).get(SYSTEM, job_id=job_id)
        return job if job.state in states else None

    return await until(look)


async def until(look: Callable[[], Awaitable[T | None]]) -> T:
    async with asyncio.timeout(_PATIENCE):
        while True:
            if (found := await look()) is not None:
                return found
            await asyncio.sleep(0.02)


async def main(url: str) -> None:
    """A worker as a process."""
    options = settings.Database(url=url, min_connections=1, max_connections=5)
    async with open_database(options) as db:
        worker = a_worker(db, options, Trial(db))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await worker.run(asyncio.Event(), 0.2)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
