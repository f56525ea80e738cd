"""Recordings: the services of one application, made and closed together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from vtp import settings
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import Unavailable
from vtp.media.capture.link import Capture
from vtp.recordings.service.downloads import Downloads
from vtp.recordings.service.engines import NO_ENGINE, Engine
from vtp.recordings.service.library import Library
from vtp.recordings.service.orders import Orders, Queue
from vtp.recordings.service.playing import Playing, Recheck
from vtp.recordings.service.posters import Drawing, Posters
from vtp.recordings.service.studio import Studio
from vtp.recordings.service.subtitling import Subtitling
from vtp.recordings.service.tickets import Tickets
from vtp.recordings.service.timeline import Timelines
from vtp.recordings.service.upkeep import Upkeep
from vtp.recordings.service.workshop import Workshop
from vtp.tasks import Tasks

# s; how long it is not known how much a recording grew, and what the database did not take waits.
_SWEEP = 5.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """Own it with `open_recordings`, which closes it."""

    studio: Studio  # what goes on
    library: Library  # what there is
    timelines: Timelines  # what happened when on it
    playing: Playing  # and how it is played
    subtitling: Subtitling  # with what is said in it to be read
    workshop: Workshop  # what is made of it
    downloads: Downloads  # and what people take home
    posters: Posters
    upkeep: Upkeep  # for administrators


@asynccontextmanager
async def open_recordings(
    db: Database,
    *,
    clock: Clock,
    audit: Audit,
    options: settings.Recorder,
    delivery: settings.Delivery,
    link_key: bytes,
    recheck: Recheck,
    root: Path,
    jobs: Queue,
    sandbox: Drawing,
    copies: bool,
    engine: Engine = NO_ENGINE,
) -> AsyncIterator[Recordings]:
    """For the one process that holds classes."""
    tasks = Tasks(_report)
    capture = Capture(root, now=clock.monotonic, retry=options.retry)
    orders = Orders(db, jobs, clock, copies=copies)
    studio = Studio(db, clock=clock, audit=audit, capture=capture, orders=orders, tasks=tasks)
    workshop = Workshop(db, studio=studio, orders=orders, clock=clock, root=root, engine=engine)
    capture.run(tasks, on_news=studio.heard)
    tasks.start("recordings.sweep", _sweep(studio))
    playing = Playing(
        db,
        studio=studio,
        clock=clock,
        root=root,
        tasks=tasks,
        tickets=Tickets(link_key, lifetime=timedelta(seconds=delivery.link_lifetime)),
        recheck=recheck,
        options=delivery,
    )
    try:
        library = Library(db, studio=studio, clock=clock, root=root)
        timelines = Timelines(db, studio=studio, clock=clock)
        yield Recordings(
            studio=studio,
            library=library,
            timelines=timelines,
            playing=playing,
            subtitling=Subtitling(playing, root=root),
            workshop=workshop,
            downloads=Downloads(db, studio=studio, playing=playing, orders=orders, root=root),
            posters=Posters(
                db, studio=studio, orders=orders, sandbox=sandbox, clock=clock, root=root
            ),
            upkeep=Upkeep(db, audit=audit, root=root),
        )
    finally:
        playing.close()
        await tasks.close()


async def _sweep(studio: Studio) -> None:
    while True:
        await asyncio.sleep(_SWEEP)
        try:
            await studio.flush()
            await studio.begin_due()
        except Unavailable as problem:
            _log.warning("recordings.flush_waits", code=problem.code)


def _report(task: str, error: BaseException) -> None:
    _log.error("recordings.task_failed", task=task, exc_info=error)
