"""The library: the services of one application, made and closed together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from vtp import settings
from vtp.audit.service import Audit
from vtp.blob.port import Blobs
from vtp.blob.threads import Threads
from vtp.clock import Clock
from vtp.db import Database
from vtp.library.port import Enqueue
from vtp.library.service.arriving import Arrival
from vtp.library.service.gate import Gate
from vtp.library.service.growing import Folder
from vtp.library.service.screening import Screening
from vtp.library.service.shelf import Shelf
from vtp.library.service.uploads import Uploads

# What is sent at the same time is mostly waited for.
_THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Own it with `open_library`, which closes it."""

    gate: Gate  # told by `app` which courses there are
    shelf: Shelf
    uploads: Uploads
    screening: Screening


@asynccontextmanager
async def open_library(
    db: Database,
    *,
    clock: Clock,
    audit: Audit,
    blobs: Blobs,
    jobs: Enqueue,
    options: settings.Library,
    folder: Path,
) -> AsyncIterator[Library]:
    """`folder` is for what is on its way: on the disk of the blobs, so that nothing is copied."""
    growing, gate = Folder(folder), Gate(db)
    async with Threads(_THREADS) as threads:
        await threads.run(growing.make)
        arrival = Arrival(
            db,
            clock=clock,
            audit=audit,
            blobs=blobs,
            jobs=jobs,
            folder=growing,
            threads=threads,
        )
        yield Library(
            gate=gate,
            shelf=Shelf(db, clock=clock, audit=audit, blobs=blobs, jobs=jobs, gate=gate),
            uploads=Uploads(
                db,
                clock=clock,
                gate=gate,
                folder=growing,
                threads=threads,
                arrival=arrival,
                options=options,
            ),
            screening=Screening(db, blobs=blobs, gate=gate),
        )
