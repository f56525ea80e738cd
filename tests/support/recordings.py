"""Recordings of a school in a test, whose recorder may or may not be there."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from vtp import settings
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.recordings.service import Recordings, open_recordings


@asynccontextmanager
async def unrecorded(db: Database, clock: Clock) -> AsyncIterator[Recordings]:
    """Nobody listens in its folder, so nothing is recorded."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_recordings(
            db,
            clock=clock,
            audit=Audit(db, clock),
            options=settings.Recorder(),
            root=Path(folder),
        ) as made:
            yield made
