"""What analytics do in the work process: how somebody's pages played is forgotten in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from vtp.analytics.store import plays
from vtp.clock import Clock
from vtp.db import Database
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running

_log = structlog.get_logger()

# Long enough to compare two terms of a school, and no longer.
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Sieve:
    db: Database
    clock: Clock


handlers: Handlers[Sieve] = Handlers("analytics")


@handlers.every("43 4 * * *")
async def sweep(_job: Running, _tick: Tick, sieve: Sieve) -> None:
    """Delete what was told long ago."""
    async with sieve.db.transaction() as tx:
        deleted = await plays.sweep(tx, before=sieve.clock.now() - KEPT)
    _log.info("analytics.swept", deleted=deleted)
