"""Everything held about a person, as a file for them alone: asked for, made by a job, fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from vtp.accounts import holding
from vtp.accounts.holding import Holder
from vtp.accounts.model import GatherOwn, Takeout
from vtp.accounts.service.pictures import Enqueue, picture_key
from vtp.accounts.store import own_data, users
from vtp.accounts.zipped import Enclosed, Sheet, zipped
from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.blob.keys import key_for
from vtp.blob.port import Blobs, Reading
from vtp.clock import Clock
from vtp.db import Database
from vtp.edge.texts import Texts
from vtp.errors import NotFound
from vtp.ids import JobId, UserId
from vtp.jobs.running import Running

FOLDER = "takeout"
_KEPT = timedelta(days=7)
# A job that has not come to its end by then never will.
_GIVEN_UP = timedelta(days=2)


# Names of files, and the blobs that they are.
Pictures = Callable[[Database, UserId], AsyncIterator[tuple[str, str]]]


class Takeouts:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        blobs: Blobs,
        jobs: Enqueue,
        holders: Sequence[Holder],
        pictures: Sequence[Pictures],
        texts: Texts,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._blobs = blobs
        self._jobs = jobs
        self._holders = holders
        self._pictures = (_own_picture, *pictures)
        self._texts = texts

    async def ask(self, actor: Actor) -> Takeout:
        """Asking again while it is made changes nothing."""
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            before = await own_data.takeout(tx, user_id)
            job_id = await self._jobs.enqueue(
                tx,
                GatherOwn(user_id),
                subject=f"user:{user_id}",
                owner_id=user_id,
                key=str(user_id),
            )
            await own_data.ask_takeout(tx, user_id, job_id, at=self._clock.now())
            await self._audit.record(tx, actor, action="copy_asked", noun="user", target_id=user_id)
            asked = await own_data.takeout(tx, user_id)
        if before is not None and before.job_id != job_id:
            await self._blobs.delete(takeout_key(before.job_id))
        if asked is None:
            raise NotFound
        return asked

    async def own(self, actor: Actor) -> Takeout | None:
        """The last one, while its time is not over."""
        found = await own_data.takeout(self._db, actor.require_user())
        over = found and found.expires_at and found.expires_at <= self._clock.now()
        return None if over else found

    async def fetched(self, actor: Actor) -> Takeout:
        """Ready to be opened; that it was fetched is written down."""
        found = await self.own(actor)
        if found is None or found.made_at is None:
            raise NotFound
        await self._audit.record_alone(
            actor, action="copy_fetched", noun="user", target_id=actor.require_user()
        )
        return found

    def open(self, takeout: Takeout) -> AbstractAsyncContextManager[Reading]:
        return self._blobs.get(takeout_key(takeout.job_id))

    # --- in the work process ------------------------------------------------------------------
    async def gather(self, job: Running, work: GatherOwn) -> None:
        key = takeout_key(job.id)
        size = 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size
            sheets, files = self._sheets(work.user_id), self._files(work.user_id)
            async for piece in zipped(sheets, files, about=self._about()):
                size += len(piece)
                await job.progress(0.5)
                yield piece

        await self._blobs.put(key, counted(), content_type="application/zip")
        now = self._clock.now()
        async with self._db.transaction() as tx:
            wanted = await own_data.made(tx, job.id, at=now, expires_at=now + _KEPT, size=size)
            await job.done(tx)
        if not wanted:
            await self._blobs.delete(key)

    def _sheets(self, user_id: UserId) -> list[Sheet]:
        sheets = holding.sheets(self._holders)
        return [(name, holding.records(self._db, query, user_id)) for name, query in sheets.items()]

    async def _files(self, user_id: UserId) -> AsyncIterator[Enclosed]:
        for found in self._pictures:
            async for name, key in found(self._db, user_id):
                try:
                    async with self._blobs.get(key) as reading:
                        yield name, reading.chunks
                except NotFound:  # it was taken away meanwhile
                    continue

    def _about(self) -> str:
        return self._texts("takeout.readme") + "\n"

    async def sweep(self) -> int:
        """Delete the files whose time is over, and those that nobody can fetch any more."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            await own_data.sweep_takeouts(tx, now=now, asked_before=now - _GIVEN_UP)
        wanted = {takeout_key(JobId(one)) for one in await own_data.takeout_jobs(self._db)}
        under = self._blobs.under(f"{FOLDER}/")
        gone = [entry.key async for entry in under if entry.key not in wanted]
        for key in gone:
            await self._blobs.delete(key)
        return len(gone)


async def _own_picture(db: Database, user_id: UserId) -> AsyncIterator[tuple[str, str]]:
    user = await users.by_id(db, user_id)
    if user is not None and user.picture_id is not None:
        yield "picture.webp", picture_key(user.picture_id, 512)


def takeout_key(job_id: JobId) -> str:
    return key_for(FOLDER, job_id, ".zip")
