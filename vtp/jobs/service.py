"""Jobs: put work aside, watch it, stop it. Whoever may not see a job is told it is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from vtp import settings
from vtp.actor import Actor, Role
from vtp.db import Database, Db
from vtp.errors import Conflict, NotFound
from vtp.ids import JobId, UserId, uuid7
from vtp.jobs import queue, store, upkeep
from vtp.jobs.handlers import Catalogue, Handlers, Kind, Tick
from vtp.jobs.model import LIVE, Figures, JobView, State

STAFF = (Role.ADMIN, Role.MANAGER)  # who see all jobs
# A worker that is silent for so many of its heartbeats is gone, and its jobs go to others.
_BEATS = 3


class Finished(Conflict):
    """This job has ended already."""

    code = "job_finished"


class NotFinished(Conflict):
    """Only a job that failed or was cancelled can be begun again."""

    code = "job_not_finished"


class AlreadyQueued(Conflict):
    """The same work is already waiting or running as another job."""

    code = "job_already_queued"


class KindGone(Conflict):
    """This version of the program does not do this kind of job any more."""

    code = "job_kind_gone"


def silence(options: settings.Jobs) -> float:
    """Seconds without a sign of life after which a worker is gone."""
    return options.heartbeat * _BEATS


class Record(Protocol):
    """Writes down that somebody did something to a job, in the same transaction."""

    async def __call__(
        self, tx: Db, actor: Actor, /, *, action: str, noun: str, target_id: JobId
    ) -> None: ...


async def _unwritten(
    _tx: Db, _actor: Actor, /, *, action: str, noun: str, target_id: JobId
) -> None:
    """For a process that only puts work aside."""


class Jobs:
    def __init__(
        self,
        db: Database,
        options: settings.Jobs,
        groups: Iterable[Handlers[Any]],
        *,
        record: Record = _unwritten,
    ) -> None:
        self._db = db
        self._record = record
        self._silence = silence(options)
        self._kinds = Catalogue(groups)

    async def enqueue(
        self,
        tx: Db,
        payload: msgspec.Struct,
        *,
        subject: str,
        owner_id: UserId | None = None,
        key: str | None = None,
        priority: int | None = None,
        delay: timedelta = timedelta(0),
    ) -> JobId:
        """Have `payload` handled once the transaction `tx` is committed, after `delay`.

        While a job of this kind with the same `key` waits or runs, that one is the answer and
        nothing is added. Higher `priority` goes first; by default that of the kind.
        """
        return await self._add(
            tx,
            self._kinds.of(payload),
            payload,
            subject=subject,
            owner_id=owner_id,
            key=key,
            priority=priority,
            delay=delay,
        )

    async def tick(self, tx: Db, kind: Kind) -> JobId | None:
        """Begin what cron does, unless another worker took this tick or the last one lasts."""
        minute = await upkeep.take_tick(tx, kind=kind.name)
        if minute is None:
            return None
        return await self._add(tx, kind, Tick(minute), subject=minute.isoformat(), key="tick")

    async def _add(
        self,
        tx: Db,
        kind: Kind,
        payload: msgspec.Struct,
        *,
        subject: str,
        owner_id: UserId | None = None,
        key: str | None = None,
        priority: int | None = None,
        delay: timedelta = timedelta(0),
    ) -> JobId:
        wait = delay.total_seconds()
        urgency = kind.priority if priority is None else priority
        job_id = JobId(uuid7())
        while not await store.insert(
            tx,
            job_id=job_id,
            kind=kind.name,
            payload=msgspec.json.encode(payload),
            subject=subject,
            owner_id=owner_id,
            key=key,
            priority=urgency,
            max_attempts=kind.max_attempts,
            delay=wait,
        ):
            # It may end between the two statements; then there is room for ours.
            if key and (live := await store.live_with_key(tx, kind=kind.name, key=key)):
                return live
        await _queue(tx, job_id, kind=kind.name, priority=urgency, delay=wait)
        return job_id

    # --- what a person may do -----------------------------------------------------------------
    async def get(self, actor: Actor, *, job_id: JobId) -> JobView:
        return _gate(actor, await store.by_id(self._db, job_id=job_id))

    async def listed(
        self,
        actor: Actor,
        *,
        state: State | None = None,
        kind: str | None = None,
        before: JobId | None = None,
        limit: int = 50,
    ) -> list[JobView]:
        """Newest first: all for the staff, their own for others."""
        return await store.listed(
            self._db,
            owner_id=None if actor.has(*STAFF) else actor.require_user(),
            state=state,
            kind=kind,
            before=before,
            limit=limit,
        )

    async def cancel(self, actor: Actor, *, job_id: JobId) -> JobView:
        """One that waits is cancelled at once; one that runs is told to stop."""
        async with self._db.transaction() as tx:
            job, queue_id = await self._locked(tx, actor, job_id)
            if job.state not in LIVE:
                raise Finished
            if job.state is State.QUEUED:
                await store.cancel_waiting(tx, job_id=job_id)
                if queue_id is not None:
                    await queue.take_out(tx, queue_id=queue_id)
            else:
                await store.request_cancel(tx, job_id=job_id)
            await self._record(tx, actor, action="cancelled", noun="job", target_id=job_id)
            return _gate(actor, await store.by_id(tx, job_id=job_id))

    async def retry(self, actor: Actor, *, job_id: JobId) -> JobView:
        """Begin a job that failed or was cancelled anew, with all its attempts."""
        async with self._db.transaction() as tx:
            job, _ = await self._locked(tx, actor, job_id)
            if job.state not in (State.FAILED, State.CANCELLED):
                raise NotFinished
            if (kind := self._kinds.named(job.kind)) is None:
                raise KindGone
            if not await store.begin_anew(tx, job_id=job_id, max_attempts=kind.max_attempts):
                raise AlreadyQueued
            await _queue(tx, job_id, kind=job.kind, priority=job.priority)
            await self._record(tx, actor, action="retried", noun="job", target_id=job_id)
            return _gate(actor, await store.by_id(tx, job_id=job_id))

    async def _locked(self, tx: Db, actor: Actor, job_id: JobId) -> tuple[JobView, int | None]:
        found = await store.lock(tx, job_id=job_id)
        if found is None:
            raise NotFound
        return _gate(actor, found[0]), found[1]

    async def states(self, ids: Collection[UUID]) -> list[JobView]:
        """For a service that has decided already who may see them."""
        return await store.by_ids(self._db, job_ids=ids) if ids else []

    # --- what keeps it going ------------------------------------------------------------------
    async def figures(self) -> Figures:
        """The live jobs by kind and state, and the workers that were heard of lately."""
        return Figures(
            await store.figures(self._db), await upkeep.workers(self._db, within=self._silence)
        )

    async def failed(self) -> int:
        """How many failed ones wait for somebody to look at them."""
        return await store.failed(self._db)

    async def mend(self) -> int:
        """Queue again what the queue has lost; how many that were.

        The end of a job and the end of its row in the queue are two steps. When a worker or
        the database dies between them, a job may wait for ever: this is what finds it.
        """
        async with self._db.transaction() as tx:
            if not await upkeep.alone(tx):
                return 0
            lost = await upkeep.adrift(tx, silent_for=self._silence, limit=100)
            for job_id, kind, priority in lost:
                await _queue(tx, job_id, kind=kind, priority=priority)
            return len(lost)


async def _queue(tx: Db, job_id: JobId, *, kind: str, priority: int, delay: float = 0.0) -> None:
    queue_id = await queue.put(tx, job_id=job_id, kind=kind, priority=priority, delay=delay)
    await store.set_queue_id(tx, job_id=job_id, queue_id=queue_id)


def _gate(actor: Actor, job: JobView | None) -> JobView:
    if job is None or not may_see(actor, job):
        raise NotFound
    return job


def may_see(actor: Actor, job: JobView) -> bool:
    if actor.has(*STAFF):
        return True
    return job.owner_id is not None and job.owner_id == actor.user_id
