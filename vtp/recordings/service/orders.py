"""Work on recordings: asked for, looked up, begun again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.ids import JobId, RecordingId, UserId
from vtp.jobs.model import JobView
from vtp.recordings.kinds import WorkKind
from vtp.recordings.model import WORKS, CopyClosed, LetGoOfParts, Work
from vtp.recordings.store import made as store


class Queue(Protocol):
    """`vtp.jobs.service.Jobs`."""

    async def enqueue(
        self,
        tx: Db,
        payload: msgspec.Struct,
        *,
        subject: str,
        owner_id: UserId | None = None,
        key: str | None = None,
        delay: timedelta = ...,
    ) -> JobId: ...

    async def states(self, ids: Collection[UUID]) -> list[JobView]: ...


@dataclass(frozen=True, slots=True)
class Progress:
    kind: WorkKind
    job: JobView


class Orders:
    def __init__(self, db: Database, queue: Queue, clock: Clock, *, copies: bool) -> None:
        self._db = db
        self._queue = queue
        self._clock = clock
        self.copies = copies  # whether recordings are kept in the storage as well

    async def put(
        self,
        tx: Db,
        id: RecordingId,
        kind: WorkKind,
        *,
        payload: Work | None = None,
        owner_id: UserId | None = None,
    ) -> JobId:
        """Once the transaction is committed; what waits or runs already is not begun twice."""
        job_id = await self._queue.enqueue(
            tx,
            payload or WORKS[kind](recording_id=id),
            subject=f"recording:{id}",
            owner_id=owner_id,
            key=str(id),
        )
        await store.ask(tx, id=id, kind=kind, job_id=job_id, at=self._clock.now())
        return job_id

    async def copy_closed(self, tx: Db, id: RecordingId) -> JobId:
        """Nothing that people ask for or see: `copies` is the work that goes over all of it."""
        return await self._queue.enqueue(
            tx, CopyClosed(recording_id=id), subject=f"recording:{id}", key=str(id)
        )

    async def let_go(
        self, tx: Db, id: RecordingId, parts: tuple[int, ...], *, after: timedelta
    ) -> None:
        """Parts that were made anew only become more: their number tells which these are."""
        await self._queue.enqueue(
            tx,
            LetGoOfParts(recording_id=id, parts=parts),
            subject=f"recording:{id}",
            key=f"{id}:{len(parts)}",
            delay=after,
        )

    async def of(self, ids: Collection[UUID]) -> dict[RecordingId, list[Progress]]:
        """How far it is; of what is long past nothing is known any more."""
        asked = await store.asked(self._db, ids=ids)
        jobs = {one.id: one for one in await self._queue.states([one.job_id for one in asked])}
        found: dict[RecordingId, list[Progress]] = {}
        for one in asked:
            if one.job_id in jobs:
                progress = Progress(one.kind, jobs[one.job_id])
                found.setdefault(one.recording_id, []).append(progress)
        return found
