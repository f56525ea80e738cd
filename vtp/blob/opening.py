"""Open the store that the settings name, and see whether a store works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from vtp.blob.local import LocalBlobs
from vtp.blob.memory import MemoryBlobs
from vtp.blob.places import InBucket, InFolder, place_of
from vtp.blob.port import Blobs, StorageTimeout, StorageUnavailable
from vtp.blob.threads import Threads
from vtp.clock import SystemClock
from vtp.errors import Problem
from vtp.ids import uuid7
from vtp.settings import Blob

_PROBE = b"This may be deleted.\n"


@asynccontextmanager
async def open_blobs(settings: Blob, *, data_dir: Path) -> AsyncIterator[Blobs]:
    """The store of `settings.url`; whoever opened it closes it, after the last that uses it."""
    place = place_of(settings.url, data_dir=data_dir)
    async with Threads(settings.threads) as threads:
        if isinstance(place, InFolder):
            async with LocalBlobs.open(place.root, threads) as local:
                yield local
        elif isinstance(place, InBucket):
            # 0.6 s and 20 MB that those who store in a folder need not pay.
            from vtp.blob.s3.store import S3Blobs

            spool = data_dir / "spool"
            async with S3Blobs.open(place, settings, threads=threads, spool=spool) as remote:
                yield remote
        else:
            yield MemoryBlobs(threads, SystemClock())


def elsewhere(settings: Blob) -> bool:
    """Whether it is another place than the disks of this machine."""
    return settings.url.startswith("s3:")


async def check(blobs: Blobs, *, limit: float) -> None:
    """Write, read and delete a small object; raise when that fails or takes over `limit` seconds.

    After a failure it takes as long again, at most, to tidy up.
    """
    key = f"health/{uuid7()}"
    try:
        async with asyncio.timeout(limit):
            found = await _round_trip(blobs, key)
            await blobs.delete(key)
    except TimeoutError:
        await _tidy(blobs, key, limit=limit)
        raise StorageTimeout from None
    except Problem:
        await _tidy(blobs, key, limit=limit)
        raise
    if found != _PROBE:
        raise StorageUnavailable("The file storage gave back other bytes than it was given.")


async def _round_trip(blobs: Blobs, key: str) -> bytes:
    await blobs.put(key, _PROBE)
    async with blobs.get(key) as reading:
        return b"".join([chunk async for chunk in reading])


async def _tidy(blobs: Blobs, key: str, *, limit: float) -> None:
    """What failed may have left the object there; if this fails too, it is small."""
    with suppress(TimeoutError, Problem):
        async with asyncio.timeout(limit):
            await blobs.delete(key)
