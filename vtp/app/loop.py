"""Runs one process of ours: uvloop, signals, an exit code."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvloop

from vtp.telemetry.pulse import Pulse
from vtp.telemetry.watchdog import Watchdog


@dataclass(frozen=True, slots=True)
class Told:
    """What the signals have told: the first to stop, a second not to wait for anybody."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    force: asyncio.Event = field(default_factory=asyncio.Event)

    def once_more(self) -> None:
        (self.force if self.stop.is_set() else self.stop).set()


Body = Callable[[Told], Awaitable[int]]


def run(body: Body) -> int:
    """`body` is told by SIGTERM and SIGINT, and returns when it has closed down."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_until_told(body))


async def _until_told(body: Body) -> int:
    told = Told()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.once_more)
    try:
        return await body(told)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


@asynccontextmanager
async def fed(dog: Watchdog) -> AsyncIterator[None]:
    """While the block runs, systemd or `vtp serve` hears that the loop lives."""
    pulse = Pulse(os.environ)
    feeding = asyncio.gather(dog.feed(), pulse.beat())
    try:
        yield
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
