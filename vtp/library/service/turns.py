"""One at a time for each upload: who comes later takes over from who is still being read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from vtp.library.problems import Superseded


@dataclass(slots=True)
class Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0
    # What reads a body just now; a connection that was cut may look alive for minutes.
    reading: asyncio.Timeout | None = None

    def interrupt(self) -> None:
        if self.reading is not None:
            self.reading.reschedule(asyncio.get_running_loop().time())

    @asynccontextmanager
    async def interruptible(self) -> AsyncIterator[None]:
        if self.wanted > 1:
            raise Superseded
        try:
            async with asyncio.timeout(None) as self.reading:
                yield
        except TimeoutError:
            raise Superseded from None
        finally:
            self.reading = None


class Turns:
    def __init__(self) -> None:
        self._turns: dict[UUID, Turn] = {}

    @asynccontextmanager
    async def taken(self, id: UUID) -> AsyncIterator[Turn]:
        """The turn of an upload; whoever has it is asked to come to an end."""
        turn = self._turns.setdefault(id, Turn())
        turn.wanted += 1
        turn.interrupt()
        try:
            async with turn.lock:
                yield turn
        finally:
            turn.wanted -= 1
            if not turn.wanted:
                del self._turns[id]
