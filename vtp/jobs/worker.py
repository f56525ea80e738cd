"""The work process: takes jobs from the queue, runs them, and lets go of them in order.

pgqueuer's loop picks by priority, beats for what it has picked and fires cron; what a job is and
how it ended is ours. One of its tasks failing ends the worker, and the supervisor starts another.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

import structlog
from pgqueuer.core.applications import PgQueuer
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job, Schedule

from vtp import settings
from vtp.db import Database
from vtp.db.database import connect
from vtp.errors import Unavailable
from vtp.ids import uuid7
from vtp.jobs import upkeep
from vtp.jobs.handlers import Bound, Kind
from vtp.jobs.listening import Listener
from vtp.jobs.queue import CHANNEL, PatientDriver, WorkerQueries, job_id_of
from vtp.jobs.runs import Leave, Runs
from vtp.jobs.service import Jobs, silence
from vtp.tasks import Tasks

_log = structlog.get_logger()

_STOPS = "vtp_job_stop"  # where `cancel` says which running job it means
# Seconds between two looks for jobs that the queue has lost.
_MEND_EVERY = 60.0
# Seconds that a stopped handler has for cleaning up, and then the loop for recording it.
_GRACE = 5.0


async def run_worker(
    db: Database,
    database: settings.Database,
    options: settings.Jobs,
    jobs: Jobs,
    bound: Sequence[Bound],
    *,
    stop: asyncio.Event,
    shutdown_timeout: float,
) -> None:
    """Work until `stop` is set; then finish what runs within the timeout, or give it back."""
    # It says at length what our own lines say in short.
    logging.getLogger("pgqueuer").setLevel(logging.WARNING)
    worker = Worker(db, database, options, jobs, bound)
    await worker.run(stop, shutdown_timeout)


class Worker:
    def __init__(
        self,
        db: Database,
        database: settings.Database,
        options: settings.Jobs,
        jobs: Jobs,
        bound: Sequence[Bound],
        *,
        grace: float = _GRACE,
    ) -> None:
        self.id = uuid7()
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._db = db
        self._options = options
        self._jobs = jobs
        self._grace = grace
        self._listener = Listener(partial(connect, database), (CHANNEL, _STOPS))
        self._driver = PatientDriver(db, self._listener)
        self._tasks = Tasks(_judged_elsewhere)
        self._runs = Runs(
            db,
            self._driver,
            options,
            worker_id=self.id,
            tasks=self._tasks,
            grace=grace,
        )
        self._queries = WorkerQueries(self._driver, concurrency=options.concurrency)
        self._machine = PgQueuer(self._driver, channel=CHANNEL, queries=self._queries)
        self._machine.qm.min_dequeue_poll_interval = timedelta(seconds=options.poll_interval / 4)
        self._wake = asyncio.Event()
        for one in bound:
            self._offer(one)

    async def run(self, stop: asyncio.Event, shutdown_timeout: float) -> None:
        """Work until `stop` is set. Cancelled, give back at once what runs, and then end."""
        self._listener.hear(_STOPS, self._told_to_stop)
        self._listener.on_return(self._wake.set)
        _log.info("jobs.worker_started", name=self.name, concurrency=self._options.concurrency)
        try:
            async with asyncio.TaskGroup() as group:
                beside = [
                    group.create_task(self._listener.run()),
                    group.create_task(self._beat()),
                    group.create_task(self._mend()),
                ]
                take = group.create_task(self._take(shutdown_timeout))
                await stop.wait()
                self._machine.shutdown.set()
                await asyncio.wait({take})
                for task in beside:
                    task.cancel()
        finally:
            await self._tasks.close()
            with suppress(Unavailable):
                await upkeep.remove_worker(self._db, worker_id=self.id)
            _log.info("jobs.worker_stopped", name=self.name)

    def _offer(self, one: Bound) -> None:
        kind = one.kind

        @self._machine.entrypoint(
            kind.name, concurrency_limit=kind.concurrency, accepts_context=False
        )
        async def run(queued: Job) -> None:
            await self._run(one, queued)

        if kind.cron is not None:

            @self._machine.schedule(kind.name, kind.cron, accepts_context=False)
            async def tick(_: Schedule) -> None:
                await self._driver.surely(lambda: self._tick(kind))

    async def _run(self, one: Bound, queued: Job) -> None:
        self._queries.left_alone.discard(queued.id)
        try:
            again = await self._runs.run(one, job_id=job_id_of(queued), queue_id=queued.id)
        except Leave:
            self._queries.left_alone.add(queued.id)
            return
        except asyncio.CancelledError:  # pgqueuer would delete the row, and the job be lost
            self._queries.left_alone.add(queued.id)
            raise
        if again is not None:
            raise RetryRequested(timedelta(seconds=again))

    async def _tick(self, kind: Kind) -> None:
        async with self._db.transaction() as tx:
            await self._jobs.tick(tx, kind)

    # Below, the database being unavailable is heard of only once the driver has given up.

    async def _take(self, timeout: float) -> None:
        """Have pgqueuer work until it is to end; however that comes, let it end in order.

        A cancel would reach its jobs while their ends are being recorded. This task is the one
        that is cancelled in its place; the group around does so once.
        """
        queue = self._tasks.start("jobs.queue", self._pick())
        try:
            await self._machine.shutdown.wait()  # which pgqueuer sets as well when it fails
            await self._drain(queue, timeout)
        finally:  # also when a task beside failed, or somebody cancelled the worker
            await self._drain(queue, 0)
            queue.result()

    async def _pick(self) -> None:
        with suppress(Unavailable):
            await self._machine.run(
                dequeue_timeout=timedelta(seconds=self._options.poll_interval),
                batch_size=1,  # so that whatever is most urgent at that moment is next
                heartbeat_timeout=timedelta(seconds=silence(self._options)),
                log_aggregation_interval=timedelta(0),
            )

    async def _beat(self) -> None:
        """Say that this worker lives, and look whether what it runs is to stop."""
        while True:
            with suppress(Unavailable):
                await self._driver.surely(self._show_life)
            # Not `wait_for`: until Python 3.12 it ignores a cancel that comes with the event.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._options.heartbeat):
                    await self._wake.wait()
            self._wake.clear()

    async def _show_life(self) -> None:
        await upkeep.beat(
            self._db,
            worker_id=self.id,
            name=self.name,
            concurrency=self._options.concurrency,
        )
        await self._runs.check()

    async def _mend(self) -> None:
        while True:
            with suppress(Unavailable):
                if mended := await self._driver.surely(self._jobs.mend):
                    _log.warning("jobs.mended", count=mended)
            await asyncio.sleep(_MEND_EVERY)

    def _told_to_stop(self, job_id: str) -> None:
        if self._runs.has(job_id):
            self._wake.set()

    async def _drain(self, queue: asyncio.Task[None], timeout: float) -> None:
        """Take nothing new; end within the timeout and three periods of grace."""
        if queue.done():
            return
        _log.info("jobs.draining", running=len(self._runs))
        self._machine.shutdown.set()
        steps: tuple[tuple[float, Callable[[], object]], ...] = (
            (timeout, self._runs.give_back),
            (self._grace * 2, self._driver.give_up),
            (self._grace, queue.cancel),
        )
        for seconds, otherwise in steps:
            if (await asyncio.wait({queue}, timeout=seconds))[0]:
                return
            otherwise()
        await asyncio.wait({queue})


def _judged_elsewhere(_task: str, _error: BaseException) -> None:
    """A handler that raises has an outcome like another: see `Execution`; the queue: `_take`."""
