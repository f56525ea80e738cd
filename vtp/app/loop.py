"""Runs one process of ours: uvloop, signals, an exit code."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvloop

from vtp.telemetry.watchdog import Watchdog

Body = Callable[[asyncio.Event], Awaitable[int]]


def run(body: Body) -> int:
    """`body` gets an event that SIGTERM and SIGINT set, and returns when it has closed down."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_until_told(body))


async def _until_told(body: Body) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        return await body(stop)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


@asynccontextmanager
async def fed(dog: Watchdog) -> AsyncIterator[None]:
    """While the block runs, systemd hears that the loop lives."""
    feeding = asyncio.create_task(dog.feed())
    try:
        yield
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
