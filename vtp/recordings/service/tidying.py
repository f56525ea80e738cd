"""What recordings take on the disk is what is told of them, and nothing stays that nobody plays.

Files come and go after the stop: pictures are made anew, and what they replaced goes a day later.
So what is told is measured each time, and all of them are gone over little by little.
"""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from vtp.ids import RecordingId
from vtp.media.recorder import journal
from vtp.recordings import store
from vtp.recordings.service import replaced
from vtp.recordings.service.workbench import Workbench
from vtp.recordings.store import usage

# Days until all have been gone over: journals of long classes are large.
TURNS = 28
_REPLACED = b'"k":"replaced"'


async def measure(bench: Workbench, id: RecordingId) -> None:
    """What was recorded, as it stands on the disk now; what was made of it tells its own size."""
    folder = bench.root / str(id)
    found = await asyncio.to_thread(lambda: taken(_top(folder)))
    async with bench.db.transaction() as tx:
        await store.set_bytes(tx, id=id, bytes=found)


async def tidy(bench: Workbench, day: int) -> int:
    """Those whose day it is; how many had files that others had replaced for long."""
    before, late = bench.clock.now() - replaced.GRACE, 0
    for known in await usage.ended(bench.db, turn=day % TURNS, turns=TURNS):
        parts = await asyncio.to_thread(_overdue, bench.root / str(known), before)
        if parts:
            await replaced.let_go(bench, known, parts)
            late += 1
        await measure(bench, known)
    return late


def taken(paths: Iterable[Path]) -> int:
    """Bytes of files; of one that stands in several folders, each has its share. Blocking."""
    found = [path.lstat() for path in paths]
    return sum(one.st_size // one.st_nlink for one in found if stat.S_ISREG(one.st_mode))


def _top(folder: Path) -> Iterator[Path]:
    """Without what was made of it, which lies in a folder of its own."""
    return folder.iterdir() if folder.is_dir() else iter(())


def _overdue(folder: Path, before: datetime) -> tuple[int, ...]:
    """Parts that were replaced before that, and whose files are there yet. Blocking."""
    told = folder / journal.NAME
    try:
        if told.stat().st_mtime > before.timestamp() or _REPLACED not in told.read_bytes():
            return ()
    except FileNotFoundError:
        return ()
    return replaced.known(folder)
