"""A blob that lies elsewhere, as an open file of this machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from vtp.blob.content import closed
from vtp.blob.disk import working
from vtp.blob.port import Blobs
from vtp.blob.threads import Threads


@asynccontextmanager
async def spooled(
    blobs: Blobs, key: str, threads: Threads, *, folder: Path | None
) -> AsyncIterator[int]:
    """In a nameless file below `folder`, at its beginning; in memory where there is no folder."""
    async with threads.holding(lambda: _nameless(folder), closed) as file, blobs.get(key) as found:
        async for piece in found:
            with working():
                await threads.run(file.write, piece)
        with working():
            await threads.run(file.flush)
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        yield file.fileno()


def _nameless(folder: Path | None) -> BinaryIO:
    if folder is None:
        return os.fdopen(os.memfd_create("vtp-blob", os.MFD_CLOEXEC), "w+b")
    with working():
        return tempfile.TemporaryFile(dir=folder)
