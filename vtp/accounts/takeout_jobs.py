"""Files of everything held about a person, made and let go in the work process."""

from __future__ import annotations

import structlog

from vtp.accounts.model import GatherOwn
from vtp.accounts.service.takeouts import Takeouts
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running

_log = structlog.get_logger()

handlers: Handlers[Takeouts] = Handlers("takeouts")


@handlers.on(GatherOwn, timeout=3600, retries=1, concurrency=1)
async def gather(job: Running, work: GatherOwn, takeouts: Takeouts) -> None:
    """Everything held about a person, as a file for them alone."""
    await takeouts.gather(job, work)


@handlers.every("27 * * * *", timeout=300)
async def sweep(_job: Running, _tick: Tick, takeouts: Takeouts) -> None:
    """The files whose time is over."""
    if count := await takeouts.sweep():
        _log.info("takeouts.swept", count=count)
