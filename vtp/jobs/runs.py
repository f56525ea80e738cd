"""The jobs that this worker runs now: taken from the queue, stopped, their ends recorded."""

from __future__ import annotations

from enum import Enum
from uuid import UUID, uuid4

from vtp import settings
from vtp.db import Database, Db
from vtp.errors import Unavailable
from vtp.ids import JobId
from vtp.jobs import store
from vtp.jobs.execution import Execution
from vtp.jobs.handlers import Bound
from vtp.jobs.model import Claim, JobError
from vtp.jobs.outcomes import Again, Backoff, Failed, Outcome, Stopped, Succeeded, Why, WorkerLost
from vtp.jobs.queue import PatientDriver
from vtp.tasks import Tasks


class Leave(Exception):
    """This worker may say nothing about the job: its row in the queue stays as it is."""


class _Recorded(Enum):
    NOW = "now"
    BEFORE = "before"  # the job had ended already
    NOT = "not"  # the job is not this run's any more


class Runs:
    def __init__(
        self,
        db: Database,
        driver: PatientDriver,
        options: settings.Jobs,
        *,
        worker_id: UUID,
        tasks: Tasks,
        grace: float,
    ) -> None:
        self._db = db
        self._driver = driver
        self._backoff = Backoff(options.retry_base, options.retry_cap)
        self._worker_id = worker_id
        self._tasks = tasks
        self._grace = grace
        self._now: dict[UUID, Execution] = {}
        self._closing = False

    def __len__(self) -> int:
        return len(self._now)

    def give_back(self) -> None:
        """Stop all, for other workers to begin anew; also what is only now being taken."""
        self._closing = True
        for execution in list(self._now.values()):
            execution.stop(Why.GIVEN_BACK)

    def has(self, job_id: str) -> bool:
        return any(str(execution.claim.id) == job_id for execution in self._now.values())

    async def check(self) -> None:
        """Stop what was cancelled, and what another worker has taken over."""
        if not self._now:
            return
        asked = list(self._now.values())
        leases = await store.leases(self._db, job_ids=[one.claim.id for one in asked])
        for execution in asked:
            lease, cancel = leases.get(execution.claim.id, (None, False))
            if lease != execution.claim.lease:
                if not execution.running.recorded:
                    execution.stop(Why.SUPERSEDED)
            elif cancel:
                execution.stop(Why.CANCELLED)

    async def run(self, bound: Bound, *, job_id: JobId, queue_id: int) -> float | None:
        """Run a job that the queue gave; seconds after which it should give it again, if so."""
        try:
            claim = await self._driver.surely(lambda: self._claim(job_id, queue_id))
        except Unavailable:
            raise Leave from None
        if claim is None:
            return None
        execution = Execution(
            claim,
            bound,
            db=self._db,
            tasks=self._tasks,
            backoff=self._backoff,
            grace=self._grace,
        )
        self._now[claim.lease] = execution
        if self._closing:
            execution.stop(Why.GIVEN_BACK)
        try:
            outcome = await execution.perform()
        finally:
            del self._now[claim.lease]
        return await self._settle(claim, outcome)

    async def _claim(self, job_id: JobId, queue_id: int) -> Claim | None:
        async with self._db.transaction() as tx:
            claim = await store.claim(
                tx, job_id=job_id, queue_id=queue_id, lease=uuid4(), worker_id=self._worker_id
            )
            if claim is None:
                lost = JobError(WorkerLost.code, WorkerLost.title())
                await store.end_unclaimed(tx, job_id=job_id, queue_id=queue_id, error=lost)
            return claim

    async def _settle(self, claim: Claim, outcome: Outcome) -> float | None:
        try:
            recorded = await self._driver.surely(lambda: self._record(claim, outcome))
        except Unavailable:
            raise Leave from None
        match recorded, outcome:
            case _Recorded.NOT, _:
                raise Leave
            case _Recorded.NOW, Again(delay=delay):
                return delay
            case _Recorded.NOW, Stopped(Why.GIVEN_BACK):
                return 0.0
        return None

    async def _record(self, claim: Claim, outcome: Outcome) -> _Recorded:
        async with self._db.transaction() as tx:
            if await _write(tx, claim, outcome):
                return _Recorded.NOW
            job = await store.by_id(tx, job_id=claim.id)
            ended = job is None or job.finished_at is not None
            return _Recorded.BEFORE if ended else _Recorded.NOT


async def _write(tx: Db, claim: Claim, outcome: Outcome) -> bool:
    """False when the job is not this run's any more."""
    job_id, lease = claim.id, claim.lease
    match outcome:
        case Succeeded(result):
            return await store.succeed(tx, job_id=job_id, lease=lease, result=result)
        case Failed(code, detail):
            error = JobError(code, detail)
            return await store.fail(tx, job_id=job_id, lease=lease, error=error)
        case Again(code, detail, delay):
            error = JobError(code, detail)
            return await store.try_again(tx, job_id=job_id, lease=lease, delay=delay, error=error)
        case Stopped(Why.CANCELLED):
            return await store.cancel_running(tx, job_id=job_id, lease=lease)
        case Stopped(Why.GIVEN_BACK):
            return await store.give_back(tx, job_id=job_id, lease=lease)
        case _:
            return False
