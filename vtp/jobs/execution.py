"""One run of one job: its handler as a task, which may be stopped, and how that ended."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import msgspec
import structlog

from vtp.db import Database
from vtp.errors import Problem
from vtp.jobs import store
from vtp.jobs.handlers import Bound
from vtp.jobs.model import Claim
from vtp.jobs.outcomes import (
    Again,
    Backoff,
    BadPayload,
    Failed,
    Outcome,
    Stopped,
    Succeeded,
    TimedOut,
    Why,
    judge,
)
from vtp.jobs.queue import passing_over_trouble
from vtp.jobs.running import NotYours, Running
from vtp.tasks import Tasks

_log = structlog.get_logger()

# Seconds between two progress messages of one job.
_PROGRESS_EVERY = 0.25
_FIRST = asyncio.FIRST_COMPLETED


class Execution:
    def __init__(
        self,
        claim: Claim,
        bound: Bound,
        *,
        db: Database,
        tasks: Tasks,
        backoff: Backoff,
        grace: float,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.claim = claim
        self.running = Running(claim)
        self._bound = bound
        self._db = db
        self._tasks = tasks
        self._backoff = backoff
        self._grace = grace  # seconds that a handler has for cleaning up once it is told to stop
        self._chance = chance
        self._why: Why | None = None
        self._work: asyncio.Task[None] | None = None
        self._result: bytes | None = None
        self._deserted = asyncio.get_running_loop().create_future()

    def stop(self, why: Why) -> None:
        """Cancel the handler. The first reason counts."""
        if self._why is not None:
            return
        self._why = why
        self.running.stopping = True
        asyncio.get_running_loop().call_later(self._grace, self._desert)
        if self._work is not None:
            self._work.cancel()

    async def perform(self) -> Outcome:
        """Run the handler to its end, however that comes. Does not raise."""
        try:
            payload = msgspec.json.decode(self.claim.payload, type=self._bound.kind.payload)
        except msgspec.MsgspecError:
            return self._judged(BadPayload())
        reporter = self._tasks.start("jobs.progress", self._report())
        work = self._work = self._tasks.start(self.claim.kind, self._call(payload))
        if self._why is not None:
            work.cancel()
        await self._until_done(work)
        reporter.cancel()
        return self._outcome(work)

    async def _call(self, payload: msgspec.Struct) -> None:
        result = await self._bound.run(self.running, payload)
        self._result = None if result is None else msgspec.json.encode(result)

    async def _until_done(self, work: asyncio.Task[None]) -> None:
        """Return when the handler has ended, or did not in the time that it had for that."""
        limit: float | None = self._bound.kind.timeout
        ends = {work, self._deserted}
        while not work.done() and not self._deserted.done():
            try:
                ended, _ = await asyncio.wait(ends, timeout=limit, return_when=_FIRST)
            except asyncio.CancelledError:
                self.stop(Why.GIVEN_BACK)
            else:
                if not ended:
                    self.stop(Why.TIMED_OUT)
            limit = None

    def _desert(self) -> None:
        if not self._deserted.done():
            self._deserted.set_result(None)

    async def _report(self) -> None:
        """Write the latest progress, at most so often; what comes between is never seen."""
        while True:
            progress, message = await self.running.next_news()
            with passing_over_trouble():  # which is no reason to disturb the job
                await store.write_progress(
                    self._db,
                    job_id=self.claim.id,
                    lease=self.claim.lease,
                    progress=progress,
                    message=message,
                )
            await asyncio.sleep(_PROGRESS_EVERY)

    def _outcome(self, work: asyncio.Task[None]) -> Outcome:
        if not work.done():
            _log.error("jobs.handler_stuck", kind=self.claim.kind, job_id=str(self.claim.id))
            return self._stopped(self._why or Why.GIVEN_BACK)
        if work.cancelled():
            return self._stopped(self._why or Why.GIVEN_BACK)
        error = work.exception()
        if error is None:
            return Succeeded(self._result)
        if self._why is not None:
            return self._stopped(self._why)
        if isinstance(error, NotYours):
            return Stopped(Why.SUPERSEDED)
        return self._judged(error)

    def _stopped(self, why: Why) -> Outcome:
        return self._judged(TimedOut()) if why is Why.TIMED_OUT else Stopped(why)

    def _judged(self, error: BaseException) -> Failed | Again:
        outcome = judge(
            error,
            attempt=self.claim.attempt,
            max_attempts=self.claim.max_attempts,
            backoff=self._backoff,
            chance=self._chance(),
        )
        facts = {
            "kind": self.claim.kind,
            "job_id": str(self.claim.id),
            "attempt": self.claim.attempt,
            "code": outcome.code,
        }
        if isinstance(outcome, Again):
            name = type(error).__name__
            _log.warning("jobs.attempt_failed", **facts, error=name, again_in=round(outcome.delay))
        elif isinstance(error, Problem):
            _log.info("jobs.failed", **facts)
        else:
            _log.error("jobs.bug", **facts, exc_info=error)
        return outcome
