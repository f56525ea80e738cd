"""Blobs in memory: for tests, and for a demo that may forget everything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from vtp.blob.content import chunked, pieces
from vtp.blob.keys import checked, checked_prefix
from vtp.blob.port import OCTETS, Content, Entry, KeyTaken, NoSuchBlob, Reading, Stat
from vtp.blob.spooled import spooled
from vtp.blob.tally import Tally, span
from vtp.blob.threads import Threads
from vtp.clock import Clock


class MemoryBlobs:
    def __init__(self, threads: Threads, clock: Clock) -> None:
        self._threads = threads
        self._clock = clock
        self._held: dict[str, tuple[Stat, bytes]] = {}

    async def put(
        self,
        key: str,
        content: Content,
        *,
        content_type: str = OCTETS,
        size: int | None = None,
        sha256: str | None = None,
    ) -> Stat:
        checked(key)
        tally, data = Tally(), bytearray()
        async with aclosing(chunked(content, self._threads)) as arriving:
            async for piece in arriving:
                tally.add(piece)
                data += piece
        tally.require(size=size, sha256=sha256)
        self._refuse_folder(key)
        stat = Stat(key, tally.size, self._clock.now(), content_type, tally.sha256)
        self._held[key] = stat, bytes(data)
        return stat

    async def adopt(
        self, key: str, path: Path, *, content_type: str, size: int, sha256: str
    ) -> Stat:
        return await self.put(key, path, content_type=content_type, size=size, sha256=sha256)

    @asynccontextmanager
    async def descriptor(self, key: str) -> AsyncIterator[int]:
        async with spooled(self, key, self._threads, folder=None) as fd:
            yield fd

    def _refuse_folder(self, key: str) -> None:
        if any(other.startswith(f"{key}/") or key.startswith(f"{other}/") for other in self._held):
            raise KeyTaken

    @asynccontextmanager
    async def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AsyncIterator[Reading]:
        stat, data = self._find(key)
        first, stop = span(stat.size, start, length)
        yield Reading(stat, pieces(data[first:stop]))

    async def stat(self, key: str) -> Stat:
        return self._find(key)[0]

    def _find(self, key: str) -> tuple[Stat, bytes]:
        try:
            return self._held[checked(key)]
        except KeyError:
            raise NoSuchBlob from None

    async def delete(self, key: str) -> None:
        self._held.pop(checked(key), None)

    async def under(self, prefix: str = "", *, after: str = "") -> AsyncIterator[Entry]:
        checked_prefix(prefix)
        for key in sorted(self._held):
            if key.startswith(prefix) and key > after and key in self._held:
                stat = self._held[key][0]
                yield Entry(stat.key, stat.size, stat.modified)
