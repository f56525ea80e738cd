"""Uploads: begun, continued wherever they were cut, and made an item once they are whole."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from vtp import settings
from vtp.actor import Actor
from vtp.blob.threads import Threads
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import MediaId, UploadId, UserId, uuid7
from vtp.library import sniff
from vtp.library.model import Upload
from vtp.library.problems import (
    BadChecksum,
    EmptyFile,
    NoRoomOnDisk,
    OffsetConflict,
    QuotaUsed,
    TooManyUploads,
    TooMuch,
    UnknownType,
    UploadExpired,
)
from vtp.library.service.arriving import Arrival
from vtp.library.service.gate import Gate
from vtp.library.service.growing import Folder, Growing
from vtp.library.service.turns import Turn, Turns
from vtp.library.store import files, items, uploads
from vtp.library.tus import Checksum

_log = structlog.get_logger()

# Pieces are written so many bytes at a time: a thread hop costs about 100 µs.
_GATHERED = 1_048_576
# So much of an upload, at the most, has to be sent again after a crash.
_SAVED_EVERY = 8_388_608
_LONGEST_NAME = 255


class Uploads:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        folder: Folder,
        threads: Threads,
        arrival: Arrival,
        options: settings.Library,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._folder = folder
        self._threads = threads
        self._arrival = arrival
        self._options = options
        self._turns = Turns()

    @property
    def most_bytes(self) -> int:
        return self._options.most_bytes

    async def create(
        self,
        actor: Actor,
        *,
        name: str,
        size: int,
        title: str = "",
        course_id: UUID | None = None,
        replaces: MediaId | None = None,
    ) -> Upload:
        """Its item is there from now on, so that it can be given its place while it comes."""
        owner_id = actor.require_user()
        if replaces is None:
            await self._gate.require_adding(actor, course_id)
        else:
            await self._gate.changed(actor, replaces)
        self._require_fitting(size, await self._threads.run(self._folder.free))
        made, now = UploadId(uuid7()), self._clock.now()
        name = _clean(name)
        async with self._db.transaction() as tx:
            await uploads.take_turn(tx, owner_id=owner_id)
            await self._require_quota(tx, owner_id, size)
            if replaces is None:
                await items.insert(
                    tx,
                    id=MediaId(made),
                    owner_id=owner_id,
                    course_id=course_id,
                    kind=sniff.guess(name),
                    title=_title(title, name),
                    file_name=name,
                    at=now,
                )
            return await uploads.insert(
                tx,
                id=made,
                owner_id=owner_id,
                media_id=replaces or MediaId(made),
                file_name=name,
                size=size,
                at=now,
                expires_at=self._end(now),
            )

    def _require_fitting(self, size: int, free: int) -> None:
        if size < 1:
            raise EmptyFile
        if size > self._options.most_bytes:
            raise TooMuch(f"A file may have {self._options.most_bytes} bytes at the most.")
        if size + self._options.reserve > free:
            raise NoRoomOnDisk

    async def _require_quota(self, tx: Any, owner_id: UserId, size: int) -> None:
        count, coming = await uploads.open_of(tx, owner_id=owner_id)
        if count >= self._options.open_uploads:
            raise TooManyUploads
        held = await files.bytes_of(tx, owner_id=owner_id)
        if held + coming + size > self._options.most_per_person:
            raise QuotaUsed

    def _end(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self._options.upload_lifetime)

    async def get(self, actor: Actor, id: UploadId) -> Upload:
        """Of one's own; one that is whole but was not recorded, because of a crash, is now."""
        upload = await self._own(actor, id)
        if not upload.done and upload.complete:
            async with self._turns.taken(id):
                upload = await self._own(actor, id)
                if not upload.done:
                    await self._settle(actor, upload)
                    upload = await self._own(actor, id)
        return upload

    async def standing(self, actor: Actor, id: UploadId) -> Upload:
        """As `get`, for who goes on from there: a connection that was cut stops counting."""
        await self._own(actor, id)
        async with self._turns.taken(id):
            pass
        return await self.get(actor, id)

    async def _own(self, actor: Actor, id: UploadId) -> Upload:
        upload = await uploads.by_id(self._db, id=id)
        if upload is None or upload.owner_id != actor.require_user():
            raise NotFound
        if not upload.done and upload.expires_at <= self._clock.now():
            raise UploadExpired
        return upload

    async def listed(self, actor: Actor) -> list[Upload]:
        """What is not finished, newest first."""
        now = self._clock.now()
        found = await uploads.going_on(
            self._db, owner_id=actor.require_user(), limit=self._options.open_uploads
        )
        return [one for one in found if one.expires_at > now]

    async def append(
        self,
        actor: Actor,
        id: UploadId,
        *,
        offset: int,
        content: AsyncIterable[bytes],
        checksum: Checksum | None = None,
    ) -> Upload:
        """Go on at `offset`. A whole upload is hashed, synced and recorded when this returns."""
        await self._own(actor, id)
        async with self._turns.taken(id) as turn:
            upload = await self._own(actor, id)
            if offset != upload.received or upload.done:
                raise OffsetConflict(more={"offset": upload.received})
            try:
                await self._receive(upload, content, checksum, turn)
            except UnknownType:
                await self._drop(upload)
                raise
            upload = await self._own(actor, id)
            if upload.complete:
                await self._settle(actor, upload)
            return await self._own(actor, id)

    async def whole(self, actor: Actor, upload: Upload, content: AsyncIterable[bytes]) -> MediaId:
        """A file in one piece, of which at most the announced size is known."""
        async with self._turns.taken(upload.id) as turn:
            try:
                size = await self._receive(upload, content, None, turn)
                await self._settle(actor, upload, size=size)
            except BaseException:
                await self._drop(upload)
                raise
        return upload.media_id

    async def terminate(self, actor: Actor, id: UploadId) -> None:
        await self._own(actor, id)
        async with self._turns.taken(id):
            upload = await self._own(actor, id)
            await self._drop(upload)

    async def _drop(self, upload: Upload) -> None:
        async with self._db.transaction() as tx:
            await uploads.remove(tx, id=upload.id)
            if upload.media_id == upload.id and not upload.done:
                await items.remove(tx, id=upload.media_id)
        await self._threads.run(self._folder.forget, upload.id)

    # --- what arrives -----------------------------------------------------------------------
    async def _receive(
        self,
        upload: Upload,
        content: AsyncIterable[bytes],
        checksum: Checksum | None,
        turn: Turn,
    ) -> int:
        """Where it stands then; with a checksum, all of this counts or nothing."""
        growing = await self._threads.run(self._folder.open, upload.id, at=upload.received)
        hashing = hashlib.new(checksum.algorithm) if checksum else None
        intake = _Intake(self, upload, growing, hashing)
        try:
            async with turn.interruptible():
                async for piece in content:
                    await intake.take(piece)
            await intake.flush()
            _require_equal(hashing, checksum)
        except UnknownType:
            raise
        except BaseException:
            await intake.stop(keep=checksum is None)
            raise
        else:
            await intake.save()
        finally:
            await self._threads.run(growing.close)
        return intake.at

    async def save(self, upload: Upload, growing: Growing) -> None:
        """What is on the disk for good is what we say to have."""
        await self._threads.run(growing.sync)
        end = self._end(self._clock.now())
        async with self._db.transaction() as tx:
            await uploads.set_received(tx, id=upload.id, received=growing.at, expires_at=end)

    async def take_back(self, growing: Growing, at: int) -> None:
        await self._threads.run(growing.take_back, at)

    async def write(self, growing: Growing, pieces: list[bytes], hashing: Any) -> None:
        await self._threads.run(_write, growing, pieces, hashing)

    async def _settle(self, actor: Actor, upload: Upload, *, size: int | None = None) -> None:
        """It is whole: what it is, and where it goes."""
        try:
            await self._arrival.settle(actor, upload, size=upload.size if size is None else size)
        except UnknownType:
            await self._drop(upload)
            raise

    async def sweep(self, *, limit: int = 100) -> int:
        """Give up what was not finished in time, and files whose upload is gone."""
        now = self._clock.now()
        ended = await uploads.ended(self._db, now=now, limit=limit)
        for upload in ended:
            await self._drop(upload)
        old = now.timestamp() - self._options.upload_lifetime
        for one, written in await self._threads.run(self._folder.names):
            if written < old and await uploads.by_id(self._db, id=UploadId(one)) is None:
                await self._threads.run(self._folder.forget, one)
        return len(ended)


class _Intake:
    """Gathers what arrives, and has it written while the next is read."""

    def __init__(self, service: Uploads, upload: Upload, growing: Growing, hashing: Any) -> None:
        self._service = service
        self._upload = upload
        self._growing = growing
        self._hashing = hashing
        self._began = growing.at
        self._saved = growing.at
        self._gathered: list[bytes] = []
        self._size = 0

    @property
    def at(self) -> int:
        return self._growing.at

    async def take(self, piece: bytes) -> None:
        if self._growing.at + self._size + len(piece) > self._upload.size:
            raise TooMuch
        self._gathered.append(piece)
        self._size += len(piece)
        if self._size >= _GATHERED:
            await self.flush()
            if self._hashing is None and self._growing.at - self._saved >= _SAVED_EVERY:
                await self.save()

    async def flush(self) -> None:
        pieces, self._gathered, self._size = self._gathered, [], 0
        if pieces:
            first = self._growing.at == 0
            await self._service.write(self._growing, pieces, self._hashing)
            if first:
                self._require_known_type(b"".join(pieces[:64])[: sniff.ENOUGH])

    def _require_known_type(self, head: bytes) -> None:
        """As soon as it can be told: nobody sends gigabytes that are not taken."""
        enough = len(head) == sniff.ENOUGH
        if enough and sniff.look(head, self._upload.file_name) is None:
            raise UnknownType

    async def save(self) -> None:
        await self._service.save(self._upload, self._growing)
        self._saved = self._growing.at

    async def stop(self, *, keep: bool) -> None:
        """The rest does not come: keep what did, or take it all back."""
        if keep:
            await self.flush()
            await self.save()
        else:
            await self._service.take_back(self._growing, self._began)


def _write(growing: Growing, pieces: list[bytes], hashing: Any) -> None:
    growing.write(pieces)
    if hashing is not None:
        for piece in pieces:
            hashing.update(piece)


def _require_equal(hashing: Any, checksum: Checksum | None) -> None:
    if checksum is not None and hashing.digest() != checksum.digest:
        raise BadChecksum


def _clean(name: str) -> str:
    """The last part, without what no file name has: it is shown and offered, never opened."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(one for one in last if one.isprintable()).strip().strip(".")
    return kept[:_LONGEST_NAME] or "file"


def _title(title: str, name: str) -> str:
    shown = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    return (shown or name.rpartition(".")[0] or name)[:200]
