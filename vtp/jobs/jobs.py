"""House-keeping: the one kind of job that jobs themselves have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vtp import settings
from vtp.db import Database, Db
from vtp.jobs import upkeep
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running
from vtp.jobs.service import silence

# Rows deleted in one transaction: some milliseconds, and nobody waits for a lock.
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Broom:
    """What the handlers work with."""

    db: Database
    options: settings.Jobs


handlers: Handlers[Broom] = Handlers("jobs")


@handlers.every("7 * * * *")
async def sweep(job: Running, _tick: Tick, broom: Broom) -> None:
    """Delete jobs that ended long ago, what the queue noted of them, and silent workers."""
    keep = broom.options.keep_finished
    await _all(broom.db, lambda tx: upkeep.delete_finished(tx, older_than=keep, limit=_AT_ONCE))
    await job.progress(0.5)
    await _all(broom.db, lambda tx: upkeep.delete_log(tx, older_than=keep, limit=_AT_ONCE))
    async with broom.db.transaction() as tx:
        await upkeep.delete_silent_workers(tx, silent_for=silence(broom.options))


async def _all(db: Database, delete: Callable[[Db], Awaitable[int]]) -> None:
    """Delete by portions until one is not full."""
    deleted = _AT_ONCE
    while deleted == _AT_ONCE:
        async with db.transaction() as tx:
            deleted = await delete(tx)
