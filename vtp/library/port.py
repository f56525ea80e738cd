"""What the library asks of those above it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from vtp.actor import Actor
from vtp.db import Db
from vtp.ids import JobId, MediaId, UserId


class Shelves(Protocol):
    """Courses, as far as the library needs to know them."""

    async def edited(self, actor: Actor) -> Sequence[UUID]:
        """Those that this person looks after."""
        ...

    async def reads(self, actor: Actor, media_id: MediaId) -> bool:
        """Whether it stands in a course that this person may read."""
        ...


class NoShelves:
    """Of a process that asks for nobody: nothing stands in any course."""

    async def edited(self, _actor: Actor) -> Sequence[UUID]:
        return ()

    async def reads(self, _actor: Actor, _media_id: MediaId) -> bool:
        return False


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


class ProcessMedia(msgspec.Struct, frozen=True):
    """Look at the file that came, and make its picture."""

    media_id: MediaId
    # Of the content that is meant, in hex: another one may have taken its place.
    sha256: str


class ForgetContent(msgspec.Struct, frozen=True):
    """A content that an item does not show any more, and perhaps no other does."""

    sha256: str


class ForgetPoster(msgspec.Struct, frozen=True):
    poster_id: UUID
