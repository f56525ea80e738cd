"""Copies of recordings in the storage: each file once it is finished, compared when it is there.

The files on the disk stay; players are served from them.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

from vtp.ids import RecordingId
from vtp.media.pack.roomy import Tell
from vtp.recordings import store
from vtp.recordings.model import Copy
from vtp.recordings.service.mill import FOLDER, PIECES
from vtp.recordings.service.retention import copy_key
from vtp.recordings.service.workbench import Workbench
from vtp.recordings.store import made as made_store

_AT_ONCE = 50


async def copy(bench: Workbench, id: RecordingId, tell: Tell) -> None:
    """What is there already, and is still the same, is not sent again."""
    found = await store.by_id(bench.db, id=id)
    if found is None or found.deleted_at is not None or found.goes_on:
        return
    folder = bench.root / str(id)
    paths = await asyncio.to_thread(lambda: sorted(_finished(folder)))
    known = await made_store.copies(bench.db, id=id)
    for number, path in enumerate(paths, 1):
        name = path.relative_to(folder).as_posix()
        local = await asyncio.to_thread(_read, path, name)
        if known.get(name) != local:
            await _send(bench, id, path, local)
        await tell(number / len(paths))


async def wanting(bench: Workbench) -> list[RecordingId]:
    """Of which something was made after they were copied."""
    if not bench.orders.copies:
        return []
    return await made_store.not_copied(bench.db, limit=_AT_ONCE)


async def _send(bench: Workbench, id: RecordingId, path: Path, local: Copy) -> None:
    await bench.blobs.put(copy_key(id, local.path), path, size=local.bytes, sha256=local.sha256)
    async with bench.db.transaction() as tx:
        await made_store.copied(tx, id=id, copy=local, at=bench.clock.now())


def _finished(folder: Path) -> Iterator[Path]:
    """Without drafts, whose names begin with a dot, and pieces that are joined later."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        piece = inside[0] == FOLDER and len(inside) > 2 and inside[1].startswith(PIECES)
        if path.is_file() and not piece and not path.name.startswith("."):
            yield path


def _read(path: Path, name: str) -> Copy:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Copy(name, path.stat().st_size, digest)
