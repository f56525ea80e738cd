"""LISTEN on a connection of its own, which comes back by itself when it was lost.

What was said while it was away is lost. Whoever needs it reads again: `on_return` tells when.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from vtp.db.losses import lost

_log = structlog.get_logger()

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
# A connection that died without a word is found by asking. Seconds.
_ASK_EVERY = 10.0
_ANSWER_WITHIN = 5.0


class Listener:
    """Its owner runs and cancels it; `hear` and `on_return` may be called at any time."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], channels: Iterable[str]) -> None:
        self._connect = connect
        self._heard: dict[str, list[Callable[[str], None]]] = {name: [] for name in channels}
        self._on_return: list[Callable[[], None]] = []

    def hear(self, channel: str, callback: Callable[[str], None]) -> None:
        self._heard[channel].append(callback)

    def on_return(self, callback: Callable[[], None]) -> None:
        """Called whenever it listens anew, also the first time."""
        self._on_return.append(callback)

    async def run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                async with self._listening() as (connection, ended):
                    pause = _FIRST_PAUSE
                    await _until(ended, connection)
            except Exception as error:
                if not lost(error):
                    raise
                _log.warning("jobs.listener_lost", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[tuple[Any, asyncio.Event]]:
        connection = await self._connect()
        ended = asyncio.Event()
        connection.add_termination_listener(lambda _: ended.set())
        try:
            for channel in self._heard:
                await connection.add_listener(channel, self._tell)
            for callback in self._on_return:
                callback()
            yield connection, ended
        finally:
            with suppress(Exception):  # it is being given up: however that goes is well
                await connection.close(timeout=_ANSWER_WITHIN)

    def _tell(self, _connection: Any, _pid: int, channel: str, payload: str) -> None:
        for callback in self._heard[channel]:
            callback(payload)


async def _until(ended: asyncio.Event, connection: Any) -> None:
    """Return when the connection has ended; raise when it does not answer any more."""
    while not ended.is_set():
        # Not `wait_for`: until Python 3.12 it ignores a cancel that comes with the event.
        with suppress(TimeoutError):
            async with asyncio.timeout(_ASK_EVERY):
                await ended.wait()
            return
        await connection.execute("select 1", timeout=_ANSWER_WITHIN)
