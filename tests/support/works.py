"""A school with a work process that makes something of its recordings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.classroom import Attender, School, a_school
from tests.support.jobs import BRISK
from tests.support.recorded_files import Folder
from vtp import settings
from vtp.actor import Role
from vtp.blob.memory import MemoryBlobs
from vtp.blob.threads import Threads
from vtp.clock import SetClock, SystemClock
from vtp.db import Database
from vtp.ids import MeetingId, RecordingId, uuid7
from vtp.jobs.model import State
from vtp.jobs.service import Jobs
from vtp.jobs.worker import Worker
from vtp.recordings import store
from vtp.recordings.jobs import handlers
from vtp.recordings.kinds import WorkKind
from vtp.recordings.service.orders import Orders
from vtp.recordings.service.workbench import Workbench
from vtp.recordings.store import made as made_store
from vtp.rooms.store import meetings
from vtp.sandbox.runner import Sandbox

_PATIENCE = 120.0  # s, for what takes a second on a machine that is idle


@dataclass
class Works:
    """A school with a work process, and a recording of it."""

    school: School
    ines: Attender
    id: RecordingId
    folder: Folder
    bench: Workbench

    async def made(self, kind: WorkKind) -> State:
        """How the last job of that kind ended."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                found = await self.bench.orders.of([self.id])
                for one in found.get(self.id, []):
                    if one.kind == kind and one.job.finished_at is not None:
                        return one.job.state
                await asyncio.sleep(0.05)

    async def ready(self) -> None:
        async with self.bench.db.transaction() as tx:
            at = self.bench.clock.now()
            await store.finish(tx, id=self.id, state="ready", reason="", at=at)
            await self.bench.orders.put(tx, self.id, "pictures")

    async def only(self, *wanted: str) -> None:
        """Of the table of encodings these alone."""
        async with self.bench.db.transaction() as tx:
            for one in await made_store.encodings(tx):
                enabled = one.name in wanted
                await made_store.set_encoding(tx, replace(one, enabled=enabled, preset="ultrafast"))


@asynccontextmanager
async def some_works(db: Database, clock: SetClock, tmp_path: Path) -> AsyncIterator[Works]:
    async with a_school(db, clock, root=tmp_path) as school, Threads(1) as threads:
        ines = await school.person("Ines Carvalho", Role.INSTRUCTOR)
        room, meeting, known = await school.room(ines), MeetingId(uuid7()), RecordingId(uuid7())
        async with db.transaction() as tx:
            await meetings.insert(tx, meeting_id=meeting, room_id=room, started_at=clock.now())
            await store.insert(
                tx,
                id=known,
                room_id=room,
                meeting_id=meeting,
                title="Algebra",
                started_by=ines.actor.require_user(),
                started_at=clock.now(),
            )
        (tmp_path / str(known)).mkdir()
        jobs = Jobs(db, BRISK, [handlers])
        bench = Workbench(
            db=db,
            blobs=MemoryBlobs(threads, clock),
            roomy=Sandbox(settings.Sandbox(allow_weak=True), clock=SystemClock()),
            orders=Orders(db, jobs, clock, copies=False),
            clock=clock,
            options=settings.Processing(piece=2.0, threads=1),
            root=tmp_path,
            reserve=1,
        )
        yield Works(school, ines, known, Folder(tmp_path / str(known)), bench)


@asynccontextmanager
async def a_worker(works: Works, database_settings: settings.Database) -> AsyncIterator[None]:
    db, stop = works.bench.db, asyncio.Event()
    jobs = Jobs(db, BRISK, [handlers])
    worker = Worker(db, database_settings, BRISK, jobs, handlers.bind(works.bench), grace=1.0)
    task = asyncio.ensure_future(worker.run(stop, 0.2))
    try:
        yield
    finally:
        stop.set()
        await task
