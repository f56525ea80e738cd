"""Lets go of recordings: old ones go into the bin, and what was there for long enough is gone."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from vtp.ids import RecordingId
from vtp.recordings import store
from vtp.recordings.service.workbench import Workbench
from vtp.recordings.store import made as made_store

_AT_ONCE = 50


async def expire(bench: Workbench) -> int:
    """Into the bin, where a school keeps them for so many days only."""
    if not bench.options.keep_days:
        return 0
    now = bench.clock.now()
    async with bench.db.transaction() as tx:
        before = now - timedelta(days=bench.options.keep_days)
        return await store.expire(tx, before=before, at=now)


async def empty_bin(bench: Workbench) -> int:
    """Files first, the row last: while it is there, somebody knows that they have to go."""
    before = bench.clock.now() - timedelta(days=bench.options.bin_days)
    gone = await store.deleted_before(bench.db, before=before, limit=_AT_ONCE)
    for recording_id in gone:
        await _forget(bench, recording_id)
    return len(gone)


async def _forget(bench: Workbench, id: RecordingId) -> None:
    for path in await made_store.copies(bench.db, id=id):
        await bench.blobs.delete(copy_key(id, path))
    await asyncio.to_thread(_remove, bench.root / str(id))
    async with bench.db.transaction() as tx:
        await store.remove(tx, id=id)


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def copy_key(id: RecordingId, path: str) -> str:
    """Of a file of a recording, in the storage."""
    return f"recordings/{id}/{path}"
