"""What rooms do in the work process: forget images that stand in no message."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from vtp.blob.port import Blobs
from vtp.clock import Clock
from vtp.db import Database
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running
from vtp.rooms.service.images import sweep_images

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Attic:
    """What the handlers work with."""

    db: Database
    blobs: Blobs
    clock: Clock


handlers: Handlers[Attic] = Handlers("rooms")


@handlers.every("37 * * * *", timeout=300)
async def sweep(_job: Running, _tick: Tick, attic: Attic) -> None:
    gone = await sweep_images(attic.db, attic.blobs, now=attic.clock.now())
    _log.info("rooms.swept", images=gone)
