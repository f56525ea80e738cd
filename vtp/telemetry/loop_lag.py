"""How late the loop is: a timer that should fire ten times a second, and how late it did."""

from __future__ import annotations

import asyncio

from vtp.clock import Clock
from vtp.telemetry.metrics import Metrics

# Seldom enough to cost next to nothing, often enough to meet a hold of that length.
_EVERY = 0.1  # s


async def watch(metrics: Metrics, clock: Clock, *, every: float = _EVERY) -> None:
    """Runs until it is cancelled by its owner."""
    while True:
        due = clock.monotonic() + every
        await asyncio.sleep(every)
        metrics.loop_lag.observe(max(0.0, clock.monotonic() - due))
