"""What those work with who make something of recordings, and how what they made is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from vtp import settings
from vtp.blob.port import Blobs
from vtp.clock import Clock
from vtp.db import Database
from vtp.ids import RecordingId
from vtp.media.pack.roomy import Roomy
from vtp.recordings import store
from vtp.recordings.kinds import FileKind
from vtp.recordings.model import Made, Work
from vtp.recordings.service.material import Material, read
from vtp.recordings.service.mill import FOLDER, Mill, written
from vtp.recordings.service.orders import Orders
from vtp.recordings.store import made as made_store

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    db: Database
    blobs: Blobs
    roomy: Roomy
    orders: Orders
    clock: Clock
    options: settings.Processing
    root: Path
    reserve: int  # bytes of the disk that stay free

    @property
    def mill(self) -> Mill:
        return Mill(self.roomy, self.options, reserve=self.reserve)

    def mill_for(self, pieces: str) -> Mill:
        return Mill(self.roomy, self.options, reserve=self.reserve, pieces=pieces)

    async def material(self, work: Work) -> Material | None:
        """None when it was thrown away, or nothing is there."""
        found = await store.by_id(self.db, id=work.recording_id)
        if found is None or found.deleted_at is not None or found.goes_on:
            return None
        with suppress(FileNotFoundError):
            return await asyncio.to_thread(read, self.root / str(work.recording_id))
        return None

    async def write(
        self, id: RecordingId, kind: FileKind, file: str, data: bytes, *, beside: int = 0
    ) -> None:
        """`beside` are bytes of other files that belong to it."""
        path = f"{FOLDER}/{file}"
        await asyncio.to_thread(written, self.root / str(id) / path, data)
        await self.put(id, Made(name=kind, kind=kind, path=path, bytes=len(data) + beside))

    async def put(self, id: RecordingId, made: Made) -> None:
        async with self.db.transaction() as tx:
            await made_store.put(tx, id=id, made=made, at=self.clock.now())


async def with_files(paths: Mapping[str, Path], act: Callable[[dict[str, int]], Awaitable[T]]) -> T:
    """Do it with these files open."""
    with ExitStack() as stack:
        files = {}
        for name, path in paths.items():
            file = stack.enter_context(await asyncio.to_thread(path.open, "rb"))
            files[name] = file.fileno()
        return await act(files)
