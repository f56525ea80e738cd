"""Copies of recordings in the storage: each file once it is finished, compared when it is there.

While a class is recorded these are the files that were closed; they are not written to again. The
rest, and the journal, follow when it has ended, and then all of them are compared once more. The
files on the disk stay; players are served from them.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

from vtp.ids import RecordingId
from vtp.media.pack.roomy import Tell
from vtp.media.recorder import journal
from vtp.recordings import store
from vtp.recordings.model import Copy, Recording
from vtp.recordings.service.mill import FOLDER, PIECES
from vtp.recordings.service.retention import copy_key
from vtp.recordings.service.workbench import Workbench
from vtp.recordings.store import made as made_store

_AT_ONCE = 50
# Nearly all lines of a journal, none of which says what is closed.
_GROWN = b'{"k":"frag"'


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


async def copy_closed(bench: Workbench, id: RecordingId) -> None:
    """Until it has ended: from then on `copy` does it."""
    folder = bench.root / str(id)
    for name in await _uncopied(bench, id):
        found = await store.by_id(bench.db, id=id)
        if found is None or not _is_recorded(found):
            return
        await _send(bench, id, folder / name, await asyncio.to_thread(_read, folder / name, name))


async def growing(bench: Workbench) -> list[RecordingId]:
    """What is being recorded, and has files that were closed since they were copied."""
    if not bench.orders.copies:
        return []
    found = [one.id for one in await store.unfinished(bench.db) if _is_recorded(one)]
    return [known for known in found if await _uncopied(bench, known)]


async def wanting(bench: Workbench) -> list[RecordingId]:
    """Of which something was made after they were copied."""
    if not bench.orders.copies:
        return []
    return await made_store.not_copied(bench.db, limit=_AT_ONCE)


def _is_recorded(one: Recording) -> bool:
    return one.goes_on and one.deleted_at is None


async def _uncopied(bench: Workbench, id: RecordingId) -> list[str]:
    """Their size is enough to go by: a file only ever becomes longer."""
    closed = await asyncio.to_thread(_closed, bench.root / str(id))
    known = await made_store.copies(bench.db, id=id)
    return [name for name, size in closed if name not in known or known[name].bytes != size]


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


def _closed(folder: Path) -> list[tuple[str, int]]:
    """Their names and sizes, as the journal tells so far."""
    try:
        with (folder / journal.NAME).open("rb") as lines:
            story = journal.read(line for line in lines if not line.startswith(_GROWN))
    except FileNotFoundError:
        return []
    paths = [folder / story.parts[number].began.file for number in sorted(story.closed)]
    return [(path.name, path.stat().st_size) for path in paths if path.is_file()]


def _read(path: Path, name: str) -> Copy:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Copy(name, path.stat().st_size, digest)
