"""Recordings of a school in a test, with a recorder in the same process."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from vtp import settings
from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.clock import SystemClock
from vtp.db import Database
from vtp.jobs.service import Jobs
from vtp.media.recorder.server import Recorder
from vtp.recordings.jobs import handlers
from vtp.recordings.service import Recordings, open_recordings
from vtp.sandbox.runner import Sandbox

_BRISK = settings.Recorder(retry=0.01, reserve=1)


@asynccontextmanager
async def a_recorder(root: Path, *, reserve: int = 1) -> AsyncIterator[None]:
    stop = asyncio.Event()
    sandbox = Sandbox(settings.Sandbox(allow_weak=True), clock=SystemClock())
    recorder = Recorder(root, reserve=reserve, sandbox=sandbox)
    serving = asyncio.ensure_future(recorder.serve(stop))
    try:
        yield
    finally:
        stop.set()
        await serving


async def _the_same(actors: Sequence[Actor]) -> Sequence[Actor | None]:
    return actors


@asynccontextmanager
async def recorded(db: Database, *, root: Path | None = None) -> AsyncIterator[Recordings]:
    """Without a folder nobody listens, so nothing can be recorded."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as empty:
        async with open_recordings(
            db,
            clock=clock,
            audit=Audit(db, clock),
            options=_BRISK,
            delivery=settings.Delivery(gate_cache=0.01),
            link_key=b"k" * 32,
            recheck=_the_same,
            root=root or Path(empty),
            jobs=Jobs(db, settings.Jobs(), [handlers]),
            sandbox=Sandbox(settings.Sandbox(allow_weak=True), clock=clock),
            copies=False,
        ) as made:
            yield made
