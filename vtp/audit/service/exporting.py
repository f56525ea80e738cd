"""The record as a file, made by a job: a long table must hold up nobody in web."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from vtp.actor import Actor, Role
from vtp.audit import table
from vtp.audit.model import Result, Wanted
from vtp.audit.service.reading import told
from vtp.audit.service.recording import Audit
from vtp.audit.store import finding
from vtp.blob.keys import key_for
from vtp.blob.port import Blobs
from vtp.blob.port import Reading as Opened
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Forbidden, NotFound
from vtp.ids import JobId, UserId
from vtp.jobs.model import JobView, State

Format = Literal["csv", "json"]

FOLDER = "audit-export"
TYPES: dict[Format, str] = {"csv": "text/csv", "json": "application/x-ndjson"}
AT_ONCE = 500
_KEPT = timedelta(days=1)
_KIND = "audit.export"

# Told how many rows were written.
Progress = Callable[[int], Awaitable[None]]


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """Work: write down the rows that somebody asked for."""

    format: Format
    actors: tuple[UUID, ...] | None = None
    noun: str | None = None
    action: str | None = None
    target: str | None = None
    result: Result | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            actors=self.actors,
            noun=self.noun,
            action=self.action,
            target=self.target,
            result=self.result,
            since=self.since,
            until=self.until,
        )


class Exported(msgspec.Struct, frozen=True):
    """What was made; it can be fetched for a day."""

    format: Format
    rows: int


class Jobs(Protocol):
    """What this needs of `vtp.jobs.service.Jobs`."""

    async def enqueue(
        self,
        tx: Db,
        payload: msgspec.Struct,
        *,
        subject: str,
        owner_id: UserId | None = None,
    ) -> JobId: ...

    async def get(self, actor: Actor, *, job_id: JobId) -> JobView: ...


class Exporting:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        blobs: Blobs,
        jobs: Jobs,
        at_once: int = AT_ONCE,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._blobs = blobs
        self._jobs = jobs
        self._at_once = at_once

    async def begin(self, actor: Actor, work: Export) -> JobId:
        _require_admin(actor)
        async with self._db.transaction() as tx:
            job_id = await self._jobs.enqueue(
                tx, work, subject="audit", owner_id=actor.require_user()
            )
            await self._audit.record(
                tx,
                actor,
                action="exported",
                noun="audit",
                target_id=job_id,
                details={"format": work.format, **told(work.wanted)},
            )
        return job_id

    async def made(self, actor: Actor, job_id: JobId) -> Exported:
        """When it is finished; before that and a day later it is not there."""
        _require_admin(actor)
        job = await self._jobs.get(actor, job_id=job_id)
        if job.kind != _KIND or job.state is not State.SUCCEEDED:
            raise NotFound
        return msgspec.convert(job.result, Exported)

    def open(self, job_id: JobId) -> AbstractAsyncContextManager[Opened]:
        return self._blobs.get(key_for(FOLDER, job_id))

    # --- in the work process ------------------------------------------------------------------
    async def write(
        self, job_id: JobId, work: Export, progress: Progress | None = None
    ) -> Exported:
        """All as it is at one moment, whatever is written, forgotten or let go meanwhile."""
        counted = _Counted(progress)
        async with self._db.transaction() as tx:
            await tx.execute("set transaction isolation level repeatable read, read only")
            content = self._content(tx, work, counted)
            await self._blobs.put(key_for(FOLDER, job_id), content, content_type=TYPES[work.format])
        return Exported(work.format, counted.rows)

    async def _content(self, tx: Db, work: Export, counted: _Counted) -> AsyncIterator[bytes]:
        """Page by page, as it is wanted: nothing is held as a whole."""
        as_bytes = table.as_csv if work.format == "csv" else table.as_json
        if work.format == "csv":
            yield table.head()
        before: UUID | None = None
        while page := await finding.found(tx, work.wanted, before=before, limit=self._at_once):
            await counted.add(len(page))
            yield b"".join(as_bytes(one) for one in page)
            before = page[-1].entry.id

    async def sweep(self) -> int:
        before = self._clock.now() - _KEPT
        under = self._blobs.under(f"{FOLDER}/")
        old = [entry.key async for entry in under if entry.modified < before]
        for key in old:
            await self._blobs.delete(key)
        return len(old)


@dataclass(slots=True)
class _Counted:
    progress: Progress | None
    rows: int = 0

    async def add(self, rows: int) -> None:
        self.rows += rows
        if self.progress is not None:
            await self.progress(self.rows)


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise Forbidden
