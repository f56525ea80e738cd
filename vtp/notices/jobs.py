"""What notices do in the work process: old ones go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from vtp import settings
from vtp.clock import Clock
from vtp.db import Database
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running
from vtp.notices import store

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Dustpan:
    db: Database
    options: settings.Notices
    clock: Clock


handlers: Handlers[Dustpan] = Handlers("notices")


@handlers.every("37 4 * * *")
async def sweep(_job: Running, _tick: Tick, pan: Dustpan) -> None:
    """Delete what was told long ago."""
    before = pan.clock.now() - timedelta(seconds=pan.options.keep)
    async with pan.db.transaction() as tx:
        deleted = await store.sweep(tx, before=before)
    _log.info("notices.swept", deleted=deleted)
