"""What a store of blobs can do, and what can go wrong with it.

A blob is bytes under a key. Whoever puts one gets its size and SHA-256 back once the store
holds it for good; until then nobody sees it, and a put that fails leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from vtp.errors import Conflict, Invalid, NotFound, Unavailable

# Bytes at hand, a local file, or whatever arrives piece by piece.
Content = bytes | Path | AsyncIterable[bytes]

OCTETS = "application/octet-stream"


class NoSuchBlob(NotFound):
    """This file is not here."""

    code = "no_such_blob"


class BadKey(Invalid):
    """This is not the name of a stored file."""

    code = "bad_key"


class Mismatch(Invalid):
    """The file that arrived is not the file that was announced."""

    code = "content_mismatch"


class KeyTaken(Conflict):
    """This name is in use: a file cannot also be a folder."""

    code = "key_taken"


class StorageUnavailable(Unavailable):
    """The file storage does not work right now. Try again."""

    code = "storage_unavailable"


class StorageTimeout(StorageUnavailable):
    """The file storage did not answer in time. Try again."""

    code = "storage_timeout"


class StorageFull(StorageUnavailable):
    """The file storage is full."""

    code = "storage_full"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a listing knows of a blob."""

    key: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Stat(Entry):
    content_type: str
    # Hex. None for a file that came into the store by another way than `put`.
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """An open blob. Its stat and its bytes are of one version, whatever is put meanwhile."""

    stat: Stat
    chunks: AsyncIterator[bytes]

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.chunks


class Blobs(Protocol):
    async def put(
        self,
        key: str,
        content: Content,
        *,
        content_type: str = OCTETS,
        size: int | None = None,
        sha256: str | None = None,
    ) -> Stat:
        """Store `content`, replacing what was there. A given size or hash must come true."""
        ...

    async def adopt(
        self, key: str, path: Path, *, content_type: str, size: int, sha256: str
    ) -> Stat:
        """Store a finished file, without copying it where it lies on the same disk.

        Nobody may write to `path` from then on; the name itself stays the caller's to remove.
        """
        ...

    def descriptor(self, key: str) -> AbstractAsyncContextManager[int]:
        """A blob as an open local file: what a sandbox child can be given."""
        ...

    def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AbstractAsyncContextManager[Reading]:
        """Open a blob. The range works like a slice: beyond the end there is nothing."""
        ...

    async def stat(self, key: str) -> Stat: ...

    async def delete(self, key: str) -> None:
        """Forget a blob; not an error when there is none."""
        ...

    def under(self, prefix: str = "", *, after: str = "") -> AsyncIterator[Entry]:
        """The blobs whose key starts with `prefix`, in the order of keys, those behind `after`."""
        ...
