"""Whether each part works: asked at most once a second, and waited for no longer than its limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from vtp.clock import Clock
from vtp.errors import Problem
from vtp.tasks import Tasks
from vtp.telemetry import redact
from vtp.telemetry.verdict import Part, Verdict, verdict

Check = Callable[[], Awaitable[str]]
"""Returns a short sentence about a part that works, raises when it does not."""

_log = structlog.get_logger()


class Health:
    """Owned by the composition root, which closes it and sets `starting` and `draining`."""

    def __init__(self, clock: Clock, *, limit: float = 2.0, fresh: float = 1.0) -> None:
        self._clock = clock
        self._limit = limit
        self._fresh = fresh
        self._parts: list[_Watched] = []
        self._last: tuple[float, list[Part]] | None = None
        self._asking = asyncio.Lock()
        self._tasks = Tasks(_report)
        self.starting = True
        self.draining = False

    def watch(self, name: str, check: Check, *, required: bool = True) -> None:
        """A required part that is down makes the server not ready; another one degraded."""
        self._parts.append(
            _Watched(name, check, self._clock, self._tasks, required=required, limit=self._limit)
        )

    async def look(self) -> Verdict:
        return verdict(await self._looked(), starting=self.starting, draining=self.draining)

    async def _looked(self) -> list[Part]:
        async with self._asking:  # many who ask at once are answered by one look
            if self._last is None or self._clock.monotonic() - self._last[0] > self._fresh:
                parts = await asyncio.gather(*(part.look() for part in self._parts))
                self._last = (self._clock.monotonic(), parts)
            return self._last[1]

    async def close(self) -> None:
        """End the checks that still wait for an answer."""
        await self._tasks.close()


class _Watched:
    """One part, with at most one question to it under way.

    A check that does not answer is left alone, not cancelled: a thread that waits for a dead
    disk cannot be, and then nobody would ever hear of it. Nor is it asked again meanwhile.
    """

    def __init__(
        self, name: str, check: Check, clock: Clock, tasks: Tasks, *, required: bool, limit: float
    ) -> None:
        self._name = name
        self._check = check
        self._clock = clock
        self._tasks = tasks
        self._required = required
        self._limit = limit
        self._answer = ""
        self._began = 0.0
        self._task: asyncio.Task[None] | None = None

    async def look(self) -> Part:
        if self._task is None or self._task.done():
            self._began = self._clock.monotonic()
            self._task = self._tasks.start(f"health {self._name}", self._ask())
            await asyncio.wait([self._task], timeout=self._limit)
        if not self._task.done():
            return self._part(f"No answer within {self._limit:g} s.", works=False)
        if error := self._task.exception():
            return self._part(_said(error), works=False)
        return self._part(self._answer, works=True)

    async def _ask(self) -> None:
        self._answer = await self._check()

    def _part(self, message: str, *, works: bool) -> Part:
        return Part(
            name=self._name,
            works=works,
            required=self._required,
            message=message,
            latency_ms=round((self._clock.monotonic() - self._began) * 1000, 1),
        )


def _said(error: BaseException) -> str:
    """What may be shown: the sentence of a problem, of others their kind alone."""
    if isinstance(error, Problem):
        return redact.text(str(error))
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__


def _report(task: str, error: BaseException) -> None:
    if not isinstance(error, Problem | OSError):
        _log.error("health.check_failed", check=task, exc_info=error, seldom=task)
