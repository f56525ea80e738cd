"""Whether each part works, asked at most once a second, each within a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vtp.clock import Clock
from vtp.errors import Problem
from vtp.telemetry.verdict import Part, Verdict, verdict

Check = Callable[[], Awaitable[str]]
"""Returns a short sentence about a part that works, raises when it does not."""


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    check: Check
    required: bool


class Health:
    """Owned by the composition root. `starting` and `draining` are set by whoever does that."""

    def __init__(self, clock: Clock, *, limit: float = 2.0, fresh: float = 1.0) -> None:
        self._clock = clock
        self._limit = limit
        self._fresh = fresh
        self._parts: list[_Known] = []
        self._last: tuple[float, list[Part]] | None = None
        self._asking = asyncio.Lock()
        self.starting = True
        self.draining = False

    def watch(self, name: str, check: Check, *, required: bool = True) -> None:
        """A required part that is down makes the server not ready; another one degraded."""
        self._parts.append(_Known(name, check, required))

    async def look(self) -> Verdict:
        return verdict(await self._looked(), starting=self.starting, draining=self.draining)

    async def _looked(self) -> list[Part]:
        async with self._asking:  # many who ask at once are answered by one look
            if self._last is None or self._clock.monotonic() - self._last[0] > self._fresh:
                parts = await asyncio.gather(*(self._look_at(part) for part in self._parts))
                self._last = (self._clock.monotonic(), parts)
            return self._last[1]

    async def _look_at(self, known: _Known) -> Part:
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._limit):
                message, works = await known.check(), True
        except TimeoutError:
            message, works = f"No answer within {self._limit:g} s.", False
        except (Problem, OSError) as error:
            message, works = str(error), False
        return Part(
            name=known.name,
            works=works,
            required=known.required,
            message=message,
            latency_ms=round((self._clock.monotonic() - began) * 1000, 1),
        )
