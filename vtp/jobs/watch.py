"""Changes of jobs, live: heard in PostgreSQL, read once however many came, and told on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from vtp import settings
from vtp.clock import Clock
from vtp.db import Database
from vtp.db.database import connect
from vtp.errors import Unavailable
from vtp.ids import JobId
from vtp.jobs import store
from vtp.jobs.listening import Listener
from vtp.jobs.model import JobView
from vtp.tasks import Tasks

_log = structlog.get_logger()

_CHANGES = "vtp_job"
# Seconds in which changes gather before they are read: a picture ten times a second is live.
_GATHER = 0.1
# So many ids wait at the most; beyond, all that could have changed is read, in such portions.
_MOST = 1000
_PAUSE = 1.0  # s, while the database is away
# How far clocks of machines may differ. Seconds.
_SLACK = timedelta(seconds=5)

OnChange = Callable[[JobView], Coroutine[Any, Any, None]]


class Watch:
    """Owned by the web application, which runs it as a task and cancels it."""

    def __init__(self, db: Database, database: settings.Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._listener = Listener(partial(connect, database), (_CHANGES,))
        self._listener.hear(_CHANGES, self._heard)
        self._listener.on_return(self._returned)
        self._tasks = Tasks(_report)
        self._tell: list[OnChange] = []
        self._changed: set[UUID] = set()
        self._news = asyncio.Event()
        self._heard_at: datetime | None = None  # when nothing was surely missed
        self._missed_since: datetime | None = None

    def on_change(self, tell: OnChange) -> None:
        """Call `tell` with every job that has changed, once for changes close together."""
        self._tell.append(tell)

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listener.run())
                group.create_task(self._pump())
        finally:
            await self._tasks.close()

    def _heard(self, job_id: str) -> None:
        self._heard_at = self._clock.now()
        if len(self._changed) < _MOST:
            self._changed.add(UUID(job_id))
        else:
            self._missed(self._heard_at)
        self._news.set()

    def _returned(self) -> None:
        if self._heard_at is not None:
            self._missed(self._heard_at)
            self._news.set()
        self._heard_at = self._clock.now()

    def _missed(self, since: datetime) -> None:
        self._missed_since = min(self._missed_since or since, since)

    async def _pump(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(_GATHER)
            self._news.clear()
            changed, self._changed = self._changed, set()
            since, self._missed_since = self._missed_since, None
            try:
                async for job in self._read(changed, since):
                    await self._tell_all(job)
            except Unavailable:
                self._changed |= changed
                if since is not None:
                    self._missed(since)
                self._news.set()
                await asyncio.sleep(_PAUSE)

    async def _read(self, changed: set[UUID], since: datetime | None) -> AsyncIterator[JobView]:
        if changed:
            for job in await store.by_ids(self._db, job_ids=changed):
                yield job
        before: JobId | None = None
        while since is not None:
            missed = await store.live_or_ended_since(
                self._db, since=since - _SLACK, before=before, limit=_MOST
            )
            for job in missed:
                if job.id not in changed:
                    yield job
            if len(missed) < _MOST:
                return
            before = missed[-1].id

    async def _tell_all(self, job: JobView) -> None:
        """One after the other, so that nobody hears an older state last."""
        for tell in self._tell:
            await asyncio.wait({self._tasks.start("jobs.tell", tell(job))})


def _report(task: str, error: BaseException) -> None:
    _log.error("jobs.watch_failed", task=task, exc_info=error)
