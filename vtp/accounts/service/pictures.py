"""Pictures of people: what is sent is put aside unread; a job makes what others get to see."""

from __future__ import annotations

from collections.abc import AsyncIterable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from typing import Protocol
from uuid import UUID

import msgspec

from vtp.accounts.model import ForgetPicture, MakePicture
from vtp.accounts.problems import NoPicture, TooManyPictures
from vtp.accounts.store import users
from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.blob.keys import key_for
from vtp.blob.port import Blobs, Reading
from vtp.db import Database, Db
from vtp.errors import Limited, Problem, Unauthenticated
from vtp.ids import JobId, UserId, uuid7
from vtp.jobs.model import JobView, State

SIDES = (512, 96)  # pixels
MAX_BYTES = 12 * 1024 * 1024
ACCEPTED = ("image/png", "image/jpeg", "image/webp", "image/gif")
MADE = "image/webp"
UPLOADS = "picture-upload"
_MAKING = "accounts.picture"  # the kind of the job that makes one


class Enqueue(Protocol):
    """What this needs of `vtp.jobs.service.Jobs`."""

    async def enqueue(
        self,
        tx: Db,
        payload: msgspec.Struct,
        *,
        subject: str,
        owner_id: UserId | None = None,
        key: str | None = None,
    ) -> JobId: ...


class OwnJobs(Enqueue, Protocol):
    """What takes back work that has become vain; of `vtp.jobs.service.Jobs` too."""

    async def listed(self, actor: Actor, *, state: State, kind: str) -> list[JobView]: ...

    async def cancel(self, actor: Actor, *, job_id: JobId) -> JobView: ...


class PictureLimit(Protocol):
    async def picture(self, user_id: UserId) -> None:
        """Count one picture that somebody sends; raise `Limited` when it was one too many."""


class Pictures:
    def __init__(
        self, db: Database, *, audit: Audit, blobs: Blobs, jobs: OwnJobs, limit: PictureLimit
    ) -> None:
        self._db = db
        self._audit = audit
        self._blobs = blobs
        self._jobs = jobs
        self._limit = limit

    async def upload(self, actor: Actor, content: AsyncIterable[bytes]) -> JobId:
        """Take what was sent; the job that makes it the picture. A later upload replaces it."""
        user_id = actor.require_user()
        await self._count(user_id)
        upload_id = uuid7()
        await self._blobs.put(upload_key(upload_id), content)
        async with self._db.transaction() as tx:
            known, before = await users.set_upload(tx, user_id, upload_id)
            if not known:
                raise Unauthenticated
            work = MakePicture(user_id, upload_id)
            subject = f"user:{user_id}"
            job_id = await self._jobs.enqueue(tx, work, subject=subject, owner_id=user_id)
            await self._audit.record(
                tx, actor, action="picture_set", noun="user", target_id=user_id
            )
        if before is not None:
            await self._withdraw(actor, before, now=upload_id, job=job_id)
        return job_id

    async def remove(self, actor: Actor) -> None:
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            removed, before = await users.remove_picture(tx, user_id)
            if removed is not None or before is not None:
                await self._audit.record(
                    tx, actor, action="picture_removed", noun="user", target_id=user_id
                )
            if removed is not None:
                await forget(self._jobs, tx, user_id, removed)
        if before is not None:
            await self._withdraw(actor, before, now=None, job=None)

    async def _count(self, user_id: UserId) -> None:
        try:
            await self._limit.picture(user_id)
        except Limited as limited:
            raise TooManyPictures(retry_after=limited.retry_after) from None

    async def _withdraw(
        self, actor: Actor, upload_id: UUID, *, now: UUID | None, job: JobId | None
    ) -> None:
        """Take back an upload that waits for its turn: `now` is awaited instead, made by `job`.

        Tidying up, after what counts was committed: when it fails, the jobs that stay find out
        by themselves that nobody awaits their uploads, and the sweep takes the rest.
        """
        alone = replace(actor, roles=frozenset())  # the staff would be shown the jobs of all
        with suppress(Problem):
            await self._blobs.delete(upload_key(upload_id))
            waiting = await self._jobs.listed(alone, state=State.QUEUED, kind=_MAKING)
            # Asked for after the list: a later upload may be in that, and will withdraw ours.
            if await users.awaited_upload(self._db, actor.require_user()) != now:
                return
            for one in waiting:
                if one.id != job:
                    await self._jobs.cancel(alone, job_id=one.id)

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
