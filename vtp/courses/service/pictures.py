"""The picture of a course: drawn anew by a child behind walls, while its teacher waits."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Literal
from uuid import UUID

from vtp.actor import Actor
from vtp.blob.keys import key_for
from vtp.blob.port import Blobs, Reading
from vtp.courses.model import Yours
from vtp.courses.problems import NoPicture
from vtp.courses.service.chronicle import Chronicle
from vtp.courses.service.gate import Gate
from vtp.courses.store import courses as store
from vtp.db import Database
from vtp.errors import Problem
from vtp.ids import CourseId, uuid7
from vtp.media.pack.confined import Confined
from vtp.media.pack.picture import fit_file

Size = Literal["small", "large"]

MAX_BYTES = 12 * 1024 * 1024
ACCEPTED = ("image/png", "image/jpeg", "image/webp", "image/gif")
MADE = "image/webp"
# The longer side, in pixels: a card, and the head of the page on a sharp screen.
_BOXES: dict[Size, int] = {"small": 640, "large": 1600}


class Pictures:
    def __init__(
        self, db: Database, *, gate: Gate, blobs: Blobs, sandbox: Confined, chronicle: Chronicle
    ) -> None:
        self._db = db
        self._gate = gate
        self._blobs = blobs
        self._sandbox = sandbox
        self._chronicle = chronicle

    async def set(self, actor: Actor, course_id: CourseId, content: AsyncIterable[bytes]) -> Yours:
        before = await self._gate.taught(actor, course_id)
        picture_id = uuid7()
        with os.fdopen(os.memfd_create("vtp-course", os.MFD_CLOEXEC), "w+b") as file:
            async for piece in content:
                file.write(piece)
            file.flush()
            made = await fit_file(
                self._sandbox, file.fileno(), boxes=tuple(_BOXES.values()), max_bytes=MAX_BYTES
            )
        for size, drawn in zip(_BOXES, made, strict=True):
            await self._blobs.put(_key(picture_id, size), drawn.data, content_type=MADE)
        return await self._put(actor, before, picture_id)

    async def remove(self, actor: Actor, course_id: CourseId) -> Yours:
        return await self._put(actor, await self._gate.taught(actor, course_id), None)

    async def _put(self, actor: Actor, before: Yours, picture_id: UUID | None) -> Yours:
        course = before.course
        async with self._db.transaction() as tx:
            await store.change(tx, course.id, {"picture_id": picture_id})
            action = "picture_set" if picture_id else "picture_removed"
            await self._chronicle.wrote(tx, actor, action, course.id)
        if course.picture_id is not None:
            await self._forget(course.picture_id)
        return await self._gate.yours(actor, course.id)

    async def _forget(self, picture_id: UUID) -> None:
        for size in _BOXES:
            with suppress(Problem):  # what is left behind names nothing any more
                await self._blobs.delete(_key(picture_id, size))

    async def version(self, actor: Actor, course_id: CourseId) -> UUID:
        yours = await self._gate.yours(actor, course_id)
        if yours.course.picture_id is None:
            raise NoPicture
        return yours.course.picture_id

    def open(self, picture_id: UUID, size: Size) -> AbstractAsyncContextManager[Reading]:
        return self._blobs.get(_key(picture_id, size))


def _key(picture_id: UUID, size: Size) -> str:
    return key_for("course-picture", picture_id, f"-{size}.webp")
