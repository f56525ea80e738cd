"""Copies of recordings in S3, while that fails, is slow, hangs, or is away for long."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support import s3
from tests.support.growing_files import GrowingFiles
from tests.support.works import Works, a_worker, some_works
from vtp import settings
from vtp.blob.opening import open_blobs
from vtp.blob.port import Blobs
from vtp.clock import SetClock
from vtp.db import Database
from vtp.jobs.model import LIVE, State
from vtp.recordings import store
from vtp.recordings.model import Copy
from vtp.recordings.service import copying
from vtp.recordings.store import made as made_store

pytestmark = pytest.mark.slow


@pytest.fixture
async def works(db: Database, clock: SetClock, tmp_path: Path) -> AsyncIterator[Works]:
    async with some_works(db, clock, tmp_path) as made:
        yield made


@asynccontextmanager
async def in_s3(works: Works, folder: Path) -> AsyncIterator[s3.Troubled]:
    """Copies go to moto from here on, through somebody who gives trouble."""
    with s3.moto() as endpoint:
        bucket = await s3.a_bucket(endpoint)
        async with s3.troubled(endpoint) as trouble:
            options = s3.settings_of(
                trouble.url,
                bucket,
                read_timeout=3.0,
                connect_timeout=3.0,
                attempts=3,
                s3_part_size=5 << 20,
                s3_slowest=50 << 20,
            )
            async with open_blobs(options, data_dir=folder) as blobs:
                works.bench = replace(works.bench, blobs=blobs)
                works.bench.orders.copies = True
                yield trouble


async def to_be_copied(works: Works) -> None:
    bench = works.bench
    async with bench.db.transaction() as tx:
        await store.finish(tx, id=works.id, state="ready", reason="", at=bench.clock.now())
        await bench.orders.put(tx, works.id, "copies")


async def content(blobs: Blobs, key: str) -> bytes:
    async with blobs.get(key) as reading:
        return b"".join([chunk async for chunk in reading])


async def all_is_there(works: Works) -> None:
    """Byte for byte, and the local files are as they were."""
    folder, bench = works.folder.path, works.bench
    local = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    copied = await made_store.copies(bench.db, id=works.id)
    assert copied.keys() == {name.as_posix() for name in local}
    for name, path in local.items():
        found = await content(bench.blobs, f"recordings/{works.id}/{name.as_posix()}")
        assert found == path.read_bytes(), name


async def test_copies_reach_a_storage_that_fails_is_slow_and_hangs(
    works: Works, database_settings: settings.Database, tmp_path: Path
) -> None:
    folder = works.folder
    folder.picture(seconds=2.0)
    folder.sound(seconds=2.0)
    folder.end(2.0)
    (folder.path / "0003.mp4").write_bytes(os.urandom(12 << 20))  # goes in parts
    async with in_s3(works, tmp_path / "spool") as trouble:
        well = ["", "slow"]
        for fault in ("InternalError", "hang", "SlowDown", "lost"):
            trouble.faults += [fault, *well]
        await to_be_copied(works)
        async with a_worker(works, database_settings):
            assert await works.made("copies") == State.SUCCEEDED
        assert trouble.faults == []
        await all_is_there(works)


async def test_a_storage_that_is_away_for_long_gets_its_copies_afterwards(
    works: Works, database_settings: settings.Database, tmp_path: Path
) -> None:
    folder = works.folder
    folder.sound(seconds=1.0)
    folder.end(1.0)
    async with in_s3(works, tmp_path / "spool") as trouble:
        trouble.always = "InternalError"
        await works.bench.write(works.id, "poster", "poster.jpg", b"a picture")
        await to_be_copied(works)
        async with a_worker(works, database_settings):
            assert await works.made("copies") == State.FAILED
            playing = works.school.recordings.playing
            recording = await works.school.recordings.library.get(works.ines.actor, works.id)
            assert "opus.m3u8" in await playing.multivariant(recording, view="stage")
            assert await copying.wanting(works.bench) == [works.id]
            trouble.always = ""
            await to_be_copied(works)
            assert await works.made("copies") == State.SUCCEEDED
        assert await copying.wanting(works.bench) == []
        await all_is_there(works)


async def ticked(works: Works) -> State:
    """As the work process does each minute; how the job that came of it ended."""
    bench = works.bench
    async with bench.db.transaction() as tx:
        job_id = await bench.orders.copy_closed(tx, works.id)
    async with asyncio.timeout(60.0):
        while True:
            state = State(await bench.db.fetchval("select state from job where id = $1", job_id))
            if state not in LIVE:
                return state
            await asyncio.sleep(0.05)


async def copied_when(works: Works) -> dict[str, datetime]:
    rows = await works.bench.db.fetch("select path, copied_at from recording_copy")
    return {row["path"]: row["copied_at"] for row in rows}


async def test_closed_files_are_in_the_storage_while_the_class_is_recorded_and_are_sent_once(
    works: Works, clock: SetClock, database_settings: settings.Database, tmp_path: Path
) -> None:
    folder = works.folder.path
    async with in_s3(works, tmp_path / "spool") as trouble:
        growing = GrowingFiles(folder)
        talks = growing.begin()
        growing.say(talks)
        closed = growing.said()
        async with a_worker(works, database_settings):
            trouble.faults = ["InternalError", "slow", "lost"]
            assert await ticked(works) == State.SUCCEEDED
            assert trouble.faults == []
            known = await made_store.copies(works.bench.db, id=works.id)
            local = (folder / closed).read_bytes()
            assert known == {closed: Copy(closed, len(local), sha256(local).hexdigest())}
            assert await content(works.bench.blobs, f"recordings/{works.id}/{closed}") == local
            assert await copying.growing(works.bench) == []
            before = await copied_when(works)
            growing.say(talks)
            growing.finish()
            clock.advance(60.0)
            await to_be_copied(works)
            assert await works.made("copies") == State.SUCCEEDED
        after = await copied_when(works)
        assert after[closed] == before[closed]
        assert len(after) == 3  # it, what talked to the end, and the journal
        await all_is_there(works)


async def test_a_recording_goes_on_without_the_storage_and_is_copied_when_that_is_back(
    works: Works, database_settings: settings.Database, tmp_path: Path
) -> None:
    folder = works.folder.path
    async with in_s3(works, tmp_path / "spool") as trouble:
        growing = GrowingFiles(folder)
        talks = growing.begin()
        names = {growing.said()}
        trouble.always = "InternalError"
        async with a_worker(works, database_settings):
            assert await ticked(works) == State.FAILED
            assert await made_store.copies(works.bench.db, id=works.id) == {}
            growing.say(talks)
            names.add(growing.said())
            assert names < {path.name for path in folder.iterdir()}
            trouble.always = ""
            while await copying.growing(works.bench):
                await ticked(works)
            assert (await made_store.copies(works.bench.db, id=works.id)).keys() == names
            growing.finish()
            await to_be_copied(works)
            assert await works.made("copies") == State.SUCCEEDED
        await all_is_there(works)
