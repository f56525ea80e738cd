"""Images in messages: drawn anew by a child behind walls, kept in two sizes, and forgotten."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from vtp.actor import Actor
from vtp.blob.keys import key_for
from vtp.blob.port import Blobs, Reading
from vtp.clock import Clock
from vtp.db import Database
from vtp.edge.sockets.bucket import Bucket, Rate
from vtp.errors import Problem
from vtp.ids import MeetingId, uuid7
from vtp.media.pack.confined import Confined
from vtp.media.pack.picture import Fitted, fit_file
from vtp.rooms import rights
from vtp.rooms.problems import MayNotWrite, MeetingOver, TooManyMessages
from vtp.rooms.service.live import Live
from vtp.rooms.service.meetings import Meetings
from vtp.rooms.store import talk as store
from vtp.rooms.talk.messages import Image, ImageId

Size = Literal["small", "large"]

MAX_BYTES = 8 * 1024 * 1024
ACCEPTED = ("image/png", "image/jpeg", "image/webp", "image/gif")
MADE = "image/webp"
# The longer side, in pixels: a thumbnail for sharp screens, and what a full screen can show.
_BOXES: dict[Size, int] = {"small": 480, "large": 1600}
# Of one person: each costs a child that decodes.
_SENDING = Rate(per_second=0.1, burst=5)
# What is in no message after this long, never will be.
_UNSENT_KEPT = timedelta(days=1)
_AT_ONCE = 100


class Images:
    def __init__(
        self,
        db: Database,
        *,
        live: Live,
        meetings: Meetings,
        blobs: Blobs,
        sandbox: Confined,
        clock: Clock,
    ) -> None:
        self._db = db
        self._meetings = meetings
        self._live = live
        self._blobs = blobs
        self._sandbox = sandbox
        self._clock = clock
        self._buckets: dict[tuple[MeetingId, UUID], Bucket] = {}

    async def take(
        self, actor: Actor, meeting_id: MeetingId, content: AsyncIterable[bytes]
    ) -> Image:
        """From somebody who is in the class. It is seen once a message carries it."""
        user_id = actor.person_id
        await self._meetings.seen(actor, meeting_id)
        self._require_place(meeting_id, user_id)
        small, large = await self._drawn(content)
        image = Image(id=ImageId(uuid7()), width=large.width, height=large.height)
        for size, drawn in (("small", small), ("large", large)):
            key = image_key(image.id, "small" if size == "small" else "large")
            await self._blobs.put(key, drawn.data, content_type=MADE)
        async with self._db.transaction() as tx:
            await store.insert_image(
                tx, meeting_id=meeting_id, owner_id=user_id, image=image, at=self._clock.now()
            )
        return image

    def _require_place(self, meeting_id: MeetingId, user_id: UUID) -> None:
        meeting = self._live.get(meeting_id)
        here = meeting.state.of_user(user_id) if meeting is not None else []
        if meeting is None or not here:
            raise MeetingOver
        locks = meeting.state.locks
        if not any(rights.may_chat(one.role, to=None, locks=locks) for one in here):
            raise MayNotWrite
        now, key = self._clock.monotonic(), (meeting_id, user_id)
        if (bucket := self._buckets.get(key)) is None:
            bucket = self._buckets[key] = Bucket(_SENDING, now=now)
        if wait := bucket.take(_SENDING, now=now):
            raise TooManyMessages(retry_after=round(wait, 1))

    async def _drawn(self, content: AsyncIterable[bytes]) -> tuple[Fitted, Fitted]:
        """In memory, at most what was agreed on; nothing here looks into it."""
        with os.fdopen(os.memfd_create("vtp-image", os.MFD_CLOEXEC), "w+b") as file:
            async for piece in content:
                file.write(piece)
            file.flush()
            small, large = await fit_file(
                self._sandbox, file.fileno(), boxes=tuple(_BOXES.values()), max_bytes=MAX_BYTES
            )
        return small, large

    def open(self, image_id: ImageId, size: Size) -> AbstractAsyncContextManager[Reading]:
        return self._blobs.get(image_key(image_id, size))

    async def delete(self, image_id: ImageId) -> None:
        """At once where the storage is there; else the sweep finds it in no message."""
        with suppress(Problem):
            await forget(self._db, self._blobs, image_id)

    def sweep(self) -> None:
        here = {meeting.id for meeting in self._live}
        for key in [key for key in self._buckets if key[0] not in here]:
            del self._buckets[key]


def image_key(image_id: UUID, size: Size) -> str:
    return key_for("chat-image", image_id, f"-{size}.webp")


async def forget(db: Database, blobs: Blobs, image_id: ImageId) -> None:
    """Its files first: while the row is there, somebody knows of them."""
    for size in _BOXES:
        await blobs.delete(image_key(image_id, size))
    async with db.transaction() as tx:
        await store.forget_image(tx, image_id=image_id)


async def sweep_images(db: Database, blobs: Blobs, *, now: datetime) -> int:
    """Those that stand in no message, some at a time."""
    unwanted = await store.unwanted_images(db, before=now - _UNSENT_KEPT, limit=_AT_ONCE)
    for image_id in unwanted:
        await forget(db, blobs, image_id)
    return len(unwanted)
