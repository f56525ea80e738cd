"""How late the loop is: a timer that should fire every half second, and how late it did."""

from __future__ import annotations

import asyncio

from vtp.clock import Clock
from vtp.telemetry.metrics import Metrics

_EVERY = 0.5  # s


async def watch(metrics: Metrics, clock: Clock) -> None:
    """Runs until it is cancelled by its owner."""
    due = clock.monotonic() + _EVERY
    while True:
        await asyncio.sleep(_EVERY)
        now = clock.monotonic()
        metrics.loop_lag.observe(max(0.0, now - due))
        due = now + _EVERY
