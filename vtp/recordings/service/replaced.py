"""Files of parts that were made anew since: they go once nobody can be playing them any more.

Whoever opened the recording before was told of them, and plays them to its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from vtp.ids import RecordingId
from vtp.media.recorder import journal
from vtp.recordings.service.retention import copy_key
from vtp.recordings.service.workbench import Workbench
from vtp.recordings.store import made as store

# Longer than anybody plays what they opened once.
GRACE = timedelta(days=1)


def known(folder: Path) -> tuple[int, ...]:
    """The parts that were made anew; none when all of their files are gone. Blocking."""
    story = _story(folder)
    left = any((folder / name).exists() for name in _files(story, story.replaced))
    return tuple(sorted(story.replaced)) if left else ()


async def let_go(bench: Workbench, id: RecordingId, parts: Collection[int]) -> None:
    """Their files, and copies of these. What is gone already is no mistake: it may be done again.

    The file first: what is not there is not copied any more.
    """
    folder = bench.root / str(id)
    story = await asyncio.to_thread(_story, folder)
    copies = await store.copies(bench.db, id=id)
    for name in _files(story, story.replaced.intersection(parts)):
        await asyncio.to_thread((folder / name).unlink, missing_ok=True)
        if name in copies:
            await bench.blobs.delete(copy_key(id, name))
            async with bench.db.transaction() as tx:
                await store.forget_copy(tx, id=id, path=name)


def _story(folder: Path) -> journal.Story:
    with suppress(FileNotFoundError):
        return journal.read((folder / journal.NAME).read_bytes())
    return journal.Story()


def _files(story: journal.Story, parts: Collection[int]) -> list[str]:
    """Of these, what no other part plays."""
    used = {one.began.file for number, one in story.parts.items() if number not in parts}
    found = {story.parts[number].began.file for number in parts if number in story.parts}
    return sorted(found - used)
