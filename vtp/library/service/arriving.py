"""A file that is whole: told what it is, stored for good, recorded, and to be looked at."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import structlog

from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.blob.keys import key_for
from vtp.blob.port import Blobs
from vtp.blob.threads import Threads
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import Problem
from vtp.library import sniff
from vtp.library.model import Upload
from vtp.library.port import Enqueue, ForgetContent, ProcessMedia
from vtp.library.problems import UnknownType
from vtp.library.service.growing import Folder
from vtp.library.store import files, items, uploads

_log = structlog.get_logger()

KEPT = "library"
# Who lost the answer to their last bytes still finds how it went.
_DONE_KEPT = timedelta(days=1)


class Arrival:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        blobs: Blobs,
        jobs: Enqueue,
        folder: Folder,
        threads: Threads,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._blobs = blobs
        self._jobs = jobs
        self._folder = folder
        self._threads = threads

    async def settle(self, actor: Actor, upload: Upload, *, size: int) -> None:
        """May be done again, after a crash anywhere in it."""
        sha256, head = await self._threads.run(_finished, self._folder, upload, size)
        found = sniff.look(head, upload.file_name)
        if found is None:
            raise UnknownType
        key = key_for(KEPT, upload.id)
        await self._blobs.adopt(
            key,
            self._folder.path(upload.id),
            content_type=found.content_type,
            size=size,
            sha256=sha256.hex(),
        )
        kept = await self._record(actor, upload, found, sha256, size)
        if kept != key:
            with suppress(Problem):
                await self._blobs.delete(key)
        await self._threads.run(self._folder.forget, upload.id)

    async def _record(
        self, actor: Actor, upload: Upload, found: sniff.Found, sha256: bytes, size: int
    ) -> str:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            kept = await files.keep(
                tx, sha256=sha256, size=size, key=key_for(KEPT, upload.id), at=now
            )
            before = await items.set_content(
                tx,
                id=upload.media_id,
                kind=found.kind,
                content_type=found.content_type,
                file_name=upload.file_name,
                sha256=sha256,
                size=size,
                at=now,
            )
            await uploads.finish(tx, id=upload.id, size=size, expires_at=now + _DONE_KEPT)
            subject = f"media:{upload.media_id}"
            work = ProcessMedia(upload.media_id, sha256.hex())
            await self._jobs.enqueue(tx, work, subject=subject, owner_id=upload.owner_id)
            if before is not None and before != sha256:
                await self._jobs.enqueue(tx, ForgetContent(before.hex()), subject=subject)
            await self._audit.record(
                tx,
                actor,
                action="uploaded" if before is None else "replaced",
                noun="media",
                target_id=upload.media_id,
            )
        return kept


def _finished(folder: Folder, upload: Upload, size: int) -> tuple[bytes, bytes]:
    """Its hash, and its first bytes; synced. In a thread."""
    growing = folder.open(upload.id, at=size)
    try:
        growing.sync()
        return growing.digest(), growing.head(sniff.ENOUGH)
    finally:
        growing.close()
