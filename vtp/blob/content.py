"""Whatever a caller puts, as pieces of bounded size."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from pathlib import Path
from typing import BinaryIO

from vtp.blob.port import Content
from vtp.blob.threads import Threads

# One thread hop costs about 100 µs: large pieces make that small, and memory stays bounded.
CHUNK = 1_048_576


def sliced(data: bytes) -> Iterator[bytes]:
    view = memoryview(data)
    return (bytes(view[at : at + CHUNK]) for at in range(0, len(data), CHUNK))


async def pieces(data: bytes) -> AsyncGenerator[bytes]:
    for piece in sliced(data):
        yield piece


async def chunked(content: Content, threads: Threads) -> AsyncGenerator[bytes]:
    """Close it (`aclosing`) when you leave early: it may hold a file open."""
    if isinstance(content, bytes):
        for piece in sliced(content):
            yield piece
    elif isinstance(content, Path):
        async for piece in _file(content, threads):
            yield piece
    else:
        async for piece in _arriving(content):
            yield piece


async def _file(path: Path, threads: Threads) -> AsyncGenerator[bytes]:
    async with threads.holding(lambda: opened(path), closed) as file:
        while piece := await threads.run(file.read, CHUNK):
            yield piece


def opened(path: Path) -> BinaryIO:
    return path.open("rb")


def closed(file: BinaryIO) -> None:
    file.close()


async def _arriving(content: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    async for arrived in content:
        for piece in sliced(arrived):
            yield piece
