"""Blobs as files in a folder of this machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Self

from vtp.blob import about
from vtp.blob.content import CHUNK, chunked
from vtp.blob.disk import working
from vtp.blob.draft import Draft
from vtp.blob.keys import checked, checked_prefix
from vtp.blob.port import OCTETS, Content, Entry, Reading, Stat, StorageUnavailable
from vtp.blob.tally import span
from vtp.blob.threads import Threads
from vtp.blob.tree import Tree, absent, locked, open_file
from vtp.blob.walk import walk

# One thread hop lists so many.
_PAGE = 500


class LocalBlobs:
    def __init__(self, tree: Tree, threads: Threads) -> None:
        self._tree = tree
        self._threads = threads

    @classmethod
    @asynccontextmanager
    async def open(cls, root: Path, threads: Threads) -> AsyncIterator[Self]:
        """The blobs below `root`, which is made when it is missing."""
        async with threads.holding(lambda: _tree(root), Tree.close) as tree:
            yield cls(tree, threads)

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
        draft = Draft(self._tree)
        try:
            with working():
                await self._threads.run(draft.open)
            async with aclosing(chunked(content, self._threads)) as pieces:
                async for piece in pieces:
                    with working():
                        await self._threads.run(draft.write, piece)
            draft.tally.require(size=size, sha256=sha256)
            with working():
                return await self._threads.run(draft.commit, key, content_type=content_type)
        finally:
            await self._threads.run(draft.discard)

    async def adopt(
        self, key: str, path: Path, *, content_type: str, size: int, sha256: str
    ) -> Stat:
        checked(key)
        draft = Draft(self._tree)
        try:
            with working():
                if await self._threads.run(draft.adopt, path, sha256=sha256):
                    return await self._threads.run(draft.commit, key, content_type=content_type)
        finally:
            await self._threads.run(draft.discard)
        return await self.put(key, path, content_type=content_type, size=size, sha256=sha256)

    @asynccontextmanager
    async def descriptor(self, key: str) -> AsyncIterator[int]:
        checked(key)
        async with self._threads.holding(lambda: _open(self._tree, key), _Opened.close) as opened:
            yield opened.fd

    @asynccontextmanager
    async def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AsyncIterator[Reading]:
        checked(key)
        async with self._threads.holding(lambda: _open(self._tree, key), _Opened.close) as opened:
            first, stop = span(opened.stat.size, start, length)
            yield Reading(opened.stat, self._pieces(opened, first, stop))

    async def _pieces(self, opened: _Opened, first: int, stop: int) -> AsyncIterator[bytes]:
        at = first
        while at < stop:
            with working():
                piece = await self._threads.run(os.pread, opened.fd, min(CHUNK, stop - at), at)
            if not piece:
                raise StorageUnavailable("The file became shorter while it was read.")
            yield piece
            at += len(piece)

    async def stat(self, key: str) -> Stat:
        async with self.get(key) as reading:
            return reading.stat

    async def delete(self, key: str) -> None:
        with working():
            await self._threads.run(_delete, self._tree, checked(key))

    async def under(self, prefix: str = "", *, after: str = "") -> AsyncIterator[Entry]:
        checked_prefix(prefix)
        while True:
            with working():
                page = await self._threads.run(_page, self._tree, prefix, after)
            for entry in page:
                yield entry
            if len(page) < _PAGE:
                return
            after = page[-1].key


def _tree(root: Path) -> Tree:
    with working():
        return Tree(root)


@dataclass(slots=True)
class _Opened:
    fd: int
    stat: Stat

    def close(self) -> None:
        os.close(self.fd)
        self.fd = -1  # the number may soon be another file's


def _open(tree: Tree, key: str) -> _Opened:
    with working(), absent(), tree.parent(key) as (folder, name), locked(folder, shared=True):
        fd = open_file(folder, name)
        return _Opened(fd, about.stat(key, os.fstat(fd), about.read(folder, name)))


def _delete(tree: Tree, key: str) -> None:
    # What is not there, also because a file and a folder changed places, needs no deleting.
    nothing = suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError)
    with nothing, tree.parent(key) as (folder, name):
        with locked(folder, shared=False):
            os.unlink(name, dir_fd=folder)
            with suppress(FileNotFoundError):
                os.unlink(about.name_of(name), dir_fd=folder)
        os.fsync(folder)


def _page(tree: Tree, prefix: str, after: str) -> list[Entry]:
    return list(islice(walk(tree, prefix=prefix, after=after), _PAGE))
