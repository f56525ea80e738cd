"""What accounts do in the work process: make pictures, delete them, sweep up what has ended."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import IO

import structlog

from vtp.accounts.model import (
    ApplyList,
    CompareList,
    ForgetPicture,
    ForgottenPassword,
    MakePicture,
)
from vtp.accounts.service.imports import Imports
from vtp.accounts.service.pictures import (
    MADE,
    SIDES,
    UPLOADS,
    Enqueue,
    forget,
    picture_key,
    upload_key,
)
from vtp.accounts.service.recovery import Recovery
from vtp.accounts.store import challenges, imports, keys, links, sessions, setup, users
from vtp.blob.port import Blobs, NoSuchBlob
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import Invalid
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running
from vtp.media.pack.confined import Confined
from vtp.media.pack.picture import Picture, redraw_file

# Its owner still sees for a month that a key has ended, and which.
_ENDED_KEYS_KEPT = timedelta(days=30)
# An upload is used within minutes; what is this old was never taken by a job.
_UPLOADS_KEPT = timedelta(days=1)
# Whoever sent a list looks at it today.
_IMPORTS_KEPT = timedelta(days=7)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Bench:
    """What the handlers work with."""

    db: Database
    blobs: Blobs
    sandbox: Confined
    jobs: Enqueue
    clock: Clock
    recovery: Recovery
    imports: Imports


handlers: Handlers[Bench] = Handlers("accounts")


@handlers.on(MakePicture, timeout=120, priority=10)
async def picture(job: Running, work: MakePicture, bench: Bench) -> None:
    """The upload as a square in our sizes; nothing when a later one or none is wanted."""
    if await users.awaited_upload(bench.db, work.user_id) == work.upload_id:
        try:
            await _make(job, work, bench)
        except (Invalid, NoSuchBlob):
            async with bench.db.transaction() as tx:
                awaited = await users.forget_upload(tx, work.user_id, work.upload_id)
            await bench.blobs.delete(upload_key(work.upload_id))
            if awaited:
                raise
    await bench.blobs.delete(upload_key(work.upload_id))


async def _make(job: Running, work: MakePicture, bench: Bench) -> None:
    async with _local(bench.blobs, upload_key(work.upload_id)) as file:
        await job.progress(0.2)
        drawn = await redraw_file(bench.sandbox, file.fileno(), sides=SIDES)
    await job.progress(0.7)
    await _keep(work, drawn, bench)
    async with bench.db.transaction() as tx:
        wanted, before = await users.set_picture(tx, work.user_id, work.upload_id)
        if before is not None:
            await forget(bench.jobs, tx, work.user_id, before)
        await job.done(tx)
    if not wanted:
        await _delete(bench.blobs, ForgetPicture(work.upload_id))


@asynccontextmanager
async def _local(blobs: Blobs, key: str) -> AsyncIterator[IO[bytes]]:
    """A blob as an open file, which is what a child can be given; in memory, at most 12 MiB."""
    with os.fdopen(os.memfd_create("vtp-picture", os.MFD_CLOEXEC), "w+b") as file:
        async with blobs.get(key) as reading:
            async for piece in reading:
                file.write(piece)
        file.seek(0)
        yield file


async def _keep(work: MakePicture, drawn: tuple[Picture, ...], bench: Bench) -> None:
    for one in drawn:
        key = picture_key(work.upload_id, one.side)
        await bench.blobs.put(key, one.data, content_type=MADE)


@handlers.on(ForgetPicture, timeout=60)
async def forget_picture(_job: Running, work: ForgetPicture, bench: Bench) -> None:
    await _delete(bench.blobs, work)


async def _delete(blobs: Blobs, work: ForgetPicture) -> None:
    for side in SIDES:
        await blobs.delete(picture_key(work.picture_id, side))


@handlers.on(ForgottenPassword, timeout=60, priority=20)
async def forgotten_password(job: Running, work: ForgottenPassword, bench: Bench) -> None:
    """Write to whoever has this address, if anybody."""
    async with bench.db.transaction() as tx:
        await bench.recovery.write(tx, work.email)
        await job.done(tx)


@handlers.on(CompareList, timeout=120, priority=10)
async def compare_list(job: Running, work: CompareList, bench: Bench) -> None:
    """Find out what a list of people would change."""
    await bench.imports.compare(work.import_id, job.done)


@handlers.on(ApplyList, timeout=600, priority=10)
async def apply_list(job: Running, work: ApplyList, bench: Bench) -> None:
    """Change what was found out; all of it or nothing."""
    await bench.imports.carry_out(work.import_id, job.done)


@handlers.every("17 * * * *", timeout=300)
async def sweep(_job: Running, _tick: Tick, bench: Bench) -> None:
    """Delete what has ended: sessions, challenges, keys, links, lists, uploads nobody took."""
    now = bench.clock.now()
    async with bench.db.transaction() as tx:
        ended = {
            "sessions": await sessions.sweep(tx, now=now),
            "challenges": await challenges.sweep(tx, now=now),
            "keys": await keys.sweep(tx, before=now - _ENDED_KEYS_KEPT),
            "setup_links": await setup.sweep(tx, now=now),
            "imports": await imports.sweep(tx, before=now - _IMPORTS_KEPT),
            "mailed_links": await links.sweep(tx, now=now),
        }
    ended["uploads"] = await _sweep_uploads(bench)
    _log.info("accounts.swept", **ended)


async def _sweep_uploads(bench: Bench) -> int:
    before = bench.clock.now() - _UPLOADS_KEPT
    old = [entry.key async for entry in bench.blobs.under(f"{UPLOADS}/") if entry.modified < before]
    for key in old:
        await bench.blobs.delete(key)
    return len(old)
