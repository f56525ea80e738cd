"""Pictures of people: what is sent is put aside unread; a job makes what others get to see."""

from __future__ import annotations

from collections.abc import AsyncIterable
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

import msgspec

from vtp.accounts.model import ForgetPicture, MakePicture
from vtp.accounts.problems import NoPicture
from vtp.accounts.store import users
from vtp.actor import Actor
from vtp.blob.keys import key_for
from vtp.blob.port import Blobs, Reading
from vtp.db import Database, Db
from vtp.errors import Unauthenticated
from vtp.ids import JobId, UserId, uuid7

SIDES = (512, 96)  # pixels
MAX_BYTES = 12 * 1024 * 1024
ACCEPTED = ("image/png", "image/jpeg", "image/webp", "image/gif")
MADE = "image/webp"
UPLOADS = "picture-upload"


class Enqueue(Protocol):
    """What this needs of `vtp.jobs.service.Jobs`."""

    async def enqueue(
        self,
        tx: Db,
        payload: msgspec.Struct,
        *,
        subject: str,
        owner_id: UserId | None = None,
    ) -> JobId: ...


class Pictures:
    def __init__(self, db: Database, *, blobs: Blobs, jobs: Enqueue) -> None:
        self._db = db
        self._blobs = blobs
        self._jobs = jobs

    async def upload(self, actor: Actor, content: AsyncIterable[bytes]) -> JobId:
        """Take what was sent; the job that makes it the picture. A later upload replaces it."""
        user_id = actor.require_user()
        upload_id = uuid7()
        await self._blobs.put(upload_key(upload_id), content)
        async with self._db.transaction() as tx:
            if not await users.set_upload(tx, user_id, upload_id):
                raise Unauthenticated
            work = MakePicture(user_id, upload_id)
            return await self._jobs.enqueue(tx, work, subject=f"user:{user_id}", owner_id=user_id)

    async def remove(self, actor: Actor) -> None:
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            if (removed := await users.remove_picture(tx, user_id)) is not None:
                await forget(self._jobs, tx, user_id, removed)

    async def version(self, actor: Actor, user_id: UUID) -> UUID:
        """Which picture a person has. Everybody who is signed in sees the others."""
        actor.require_user()
        user = await users.by_id(self._db, user_id)
        if user is None or user.picture_id is None:
            raise NoPicture
        return user.picture_id

    def open(self, version: UUID, side: int) -> AbstractAsyncContextManager[Reading]:
        return self._blobs.get(picture_key(version, side))


async def forget(jobs: Enqueue, tx: Db, user_id: UserId, picture_id: UUID) -> None:
    """By a job, because deleting a blob cannot be taken back when the transaction is."""
    await jobs.enqueue(tx, ForgetPicture(picture_id), subject=f"user:{user_id}")


def upload_key(upload_id: UUID) -> str:
    return key_for(UPLOADS, upload_id)


def picture_key(picture_id: UUID, side: int) -> str:
    return key_for("picture", picture_id, f"-{side}.webp")
