"""The fence around pgqueuer: its queries, over connections of ours.

A row of its queue says only "this job, with this priority, from then on"; its payload is the id
of our row, which says everything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Self, TypedDict, TypeVar
from uuid import UUID

import structlog
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.tm import TaskManager
from pgqueuer.domain.models import Job, TracebackRecord
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import JOB_STATUS, Channel, QueueEntrypoint, QueueManagerId
from pgqueuer.domain.types import JobId as QueueId
from pgqueuer.ports.driver import NotifyCallback
from pgqueuer.ports.repository import EntrypointExecutionParameter

from vtp.db import Database, Db
from vtp.errors import Unavailable
from vtp.ids import JobId
from vtp.jobs.listening import Listener

T = TypeVar("T")
_log = structlog.get_logger()

CHANNEL = Channel("ch_pgqueuer")
# The names that the migration made. All are given, because pgqueuer would else take them from
# the environment, where CHANNEL, FUNCTION or DURABILITY may stand for something else.
NAMES = DBSettings(
    prefix="",
    db_schema=None,
    channel=CHANNEL,
    function="fn_pgqueuer_changed",
    trigger="tg_pgqueuer_changed",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    statistics_table="pgqueuer_statistics",
    schedules_table="pgqueuer_schedules",
    queue_status_type="pgqueuer_status",
    durability=Durability.durable,
    widen_id=True,
)
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
# A statement or a lock took too long: the database is busy, and the same may go well later.
_BUSY = frozenset({"57014", "55P03"})


class _Builders(TypedDict):
    qbe: QueryBuilderEnvironment
    qbq: QueryQueueBuilder
    qbs: QuerySchedulerBuilder


async def put(tx: Db, *, job_id: JobId, kind: str, priority: int, delay: float) -> int:
    """Queue the job in the transaction `tx`; its number in the queue."""
    (queue_id,) = await _queries(_InTransaction(tx)).enqueue(
        kind, job_id.bytes, priority, timedelta(seconds=delay)
    )
    return queue_id


async def take_out(tx: Db, *, queue_id: int) -> None:
    """Remove a job that waits, in the transaction `tx`."""
    await _queries(_InTransaction(tx)).mark_job_as_cancelled([QueueId(queue_id)])


def job_id_of(queued: Job) -> JobId:
    return JobId(UUID(bytes=queued.payload))


class _InTransaction:
    """A driver that sends everything on the connection of the caller's transaction."""

    def __init__(self, tx: Db) -> None:
        self._tx = tx
        self._turn = asyncio.Lock()  # pgqueuer sends two statements at once
        self.shutdown = asyncio.Event()
        self.tm = TaskManager()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        async with self._turn:
            return [dict(row) for row in await self._tx.fetch(query, *args)]

    async def execute(self, query: str, *args: object) -> str:
        async with self._turn:
            return await self._tx.execute(query, *args)

    async def notify(self, channel: str, payload: str) -> None:
        await self.execute("select pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...


class PatientDriver:
    """A driver for the worker: it waits for a database that is away instead of failing.

    pgqueuer ends its whole loop when a statement fails. All that it sends may be sent twice:
    rows picked without our knowing come back by their heartbeat, deletes and beats repeat.
    """

    def __init__(self, db: Database, listener: Listener) -> None:
        self._db = db
        self._listener = listener
        self._impatient = False
        self.shutdown = asyncio.Event()
        self.tm = TaskManager()

    def give_up(self) -> None:
        """From now on do not wait: the worker's time to end is over."""
        self._impatient = True

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        return [dict(row) for row in await self.surely(lambda: self._db.fetch(query, *args))]

    async def execute(self, query: str, *args: object) -> str:
        try:
            return await self.surely(lambda: self._db.execute(query, *args))
        except Unavailable:  # given up: what was picked comes back by its heartbeat
            return ""

    async def notify(self, channel: str, payload: str) -> None:
        await self.execute("select pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        self._listener.hear(channel, callback)

    async def surely(self, work: Callable[[], Awaitable[T]]) -> T:
        """The result of `work`, which may repeat, as soon as the database gives one.

        Raises Unavailable, also of a database that is merely busy, once the driver has given up.
        """
        pause = 0.0
        while True:
            try:
                return await work()
            except Exception as error:
                if not _may_pass(error):
                    raise
                if self._impatient:
                    if isinstance(error, Unavailable):
                        raise
                    raise Unavailable from error
                if not pause:
                    _log.warning("jobs.database_away", error=type(error).__name__)
            pause = min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...


@contextmanager
def passing_over_trouble() -> Iterator[None]:
    """For what is written again soon: a database that is away or busy is no reason to fail."""
    try:
        yield
    except Exception as error:
        if not _may_pass(error):
            raise


def _may_pass(error: Exception) -> bool:
    return isinstance(error, Unavailable) or getattr(error, "sqlstate", None) in _BUSY


class WorkerQueries(Queries):
    """pgqueuer's queries with two rules of ours, for which its loop has no place."""

    def __init__(self, driver: PatientDriver, *, concurrency: int) -> None:
        super().__init__(driver, **_builders())
        self._concurrency = concurrency
        # What another worker has taken over: its end here is not the end of the job.
        self.left_alone: set[QueueId] = set()

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: dict[QueueEntrypoint, EntrypointExecutionParameter],
        queue_manager_id: QueueManagerId,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> list[Job]:
        """With our limit: pgqueuer refuses to run with one below two."""
        return await super().dequeue(
            batch_size,
            entrypoints,
            queue_manager_id,
            global_concurrency_limit or self._concurrency,
            heartbeat_timeout,
        )

    async def log_jobs(
        self, job_status: list[tuple[Job, JOB_STATUS, TracebackRecord | None]]
    ) -> None:
        await super().log_jobs([one for one in job_status if one[0].id not in self.left_alone])


def _queries(driver: _InTransaction) -> Queries:
    return Queries(driver, **_builders())


def _builders() -> _Builders:
    return {
        "qbe": QueryBuilderEnvironment(NAMES),
        "qbq": QueryQueueBuilder(NAMES),
        "qbs": QuerySchedulerBuilder(NAMES),
    }
