"""Content as something that can be read again, in any order: retries and parallel parts need it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from vtp.blob.content import CHUNK, closed, opened
from vtp.blob.disk import working
from vtp.blob.port import Content, Mismatch
from vtp.blob.tally import Tally
from vtp.blob.threads import Threads


class Held:
    """Bytes in memory. Blocking, like its sibling."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.tally = Tally()
        self.tally.add(data)

    def part(self, at: int, length: int) -> bytes:
        return self._data[at : at + length]

    def require_unchanged(self) -> None: ...


class Filed:
    """A file that is open for reading. Blocking: every call belongs in a thread."""

    def __init__(self, file: BinaryIO) -> None:
        self._fd = file.fileno()
        self.tally = Tally()
        while piece := os.pread(self._fd, CHUNK, self.tally.size):
            self.tally.add(piece)
        self._version = self._now()

    def part(self, at: int, length: int) -> bytes:
        return os.pread(self._fd, length, at)

    def require_unchanged(self) -> None:
        """A file that somebody writes to while it is sent would arrive as a mixture."""
        if self._now() != self._version:
            raise Mismatch("The file was changed while it was being stored.")

    def _now(self) -> tuple[int, int]:
        info = os.fstat(self._fd)
        return info.st_size, info.st_mtime_ns


Source = Held | Filed


@asynccontextmanager
async def settled(content: Content, *, threads: Threads, folder: Path) -> AsyncIterator[Source]:
    """`content`, counted and hashed. What arrives piece by piece waits in a nameless file."""
    if isinstance(content, bytes):
        yield await threads.run(Held, content)
    elif isinstance(content, Path):
        async with threads.holding(lambda: opened(content), closed) as file:
            yield await threads.run(Filed, file)
    else:
        async with threads.holding(lambda: _nameless(folder), closed) as file:
            await _collect(content, file, threads)
            yield await threads.run(Filed, file)


def _nameless(folder: Path) -> BinaryIO:
    with working():
        return tempfile.TemporaryFile(dir=folder)


async def _collect(content: AsyncIterable[bytes], file: BinaryIO, threads: Threads) -> None:
    async for piece in content:
        with working():
            await threads.run(file.write, piece)
    with working():
        await threads.run(file.flush)
