"""What the library asks of those above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

import msgspec

from vtp.actor import Actor
from vtp.db import Db
from vtp.ids import JobId, MediaId, UserId
from vtp.library.model import Media
from vtp.media.pack.ladder import Rung, Step
from vtp.media.pack.roomy import Tell
from vtp.media.pack.stretch import Stretch


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


class Viewed(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has seen of a video, in seconds, and where they stopped."""

    position: float
    seen: list[tuple[float, float]]
    seconds: float
    completed_at: datetime | None
    watched_at: datetime | None


class Viewers(Protocol):
    """What people have seen; `attendance` answers."""

    async def viewed(self, actor: Actor, media: Media) -> Viewed: ...


class Size(Protocol):
    """A size and a codec in which videos are made smaller."""

    @property
    def name(self) -> str: ...
    @property
    def codec(self) -> str: ...
    @property
    def height(self) -> int: ...
    @property
    def quality(self) -> int: ...
    @property
    def most_bits(self) -> int: ...
    @property
    def preset(self) -> str: ...


class Sizes(Protocol):
    async def __call__(self) -> Sequence[Size]:
        """Those that are in use."""
        ...


class Mill(Protocol):
    """Encodes in pieces, each of which is done once (`vtp.recordings.service.mill`)."""

    async def made(
        self,
        folder: Path,
        paths: Mapping[str, Path],
        stretches: Sequence[Stretch],
        steps: Sequence[Step],
        *,
        tell: Tell,
    ) -> tuple[Rung, ...]: ...


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


class MakeFilm(msgspec.Struct, frozen=True):
    """Make the sizes of a video that players choose among."""

    media_id: MediaId
    sha256: str


class ForgetContent(msgspec.Struct, frozen=True):
    """A content that an item does not show any more, and perhaps no other does."""

    sha256: str


class ForgetPoster(msgspec.Struct, frozen=True):
    poster_id: UUID
