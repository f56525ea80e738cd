"""What courses ask of those above them; filled in by `app`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, Self
from uuid import UUID

from vtp.actor import Actor
from vtp.db import Db
from vtp.ids import ClassId, CourseId, RecordingId, RoomId, UserId
from vtp.library.model import Media


class Classrooms(Protocol):
    """The rooms in which the classes of a section are held."""

    async def make(self, tx: Db, *, title: str, owner_id: UserId, at: datetime) -> RoomId: ...

    async def rename(self, tx: Db, room_id: RoomId, *, title: str) -> None: ...

    async def give(self, tx: Db, room_id: RoomId, *, owner_id: UserId) -> None:
        """It is theirs from now on."""

    async def close(self, tx: Db, room_id: RoomId, *, at: datetime) -> None: ...

    async def seat(
        self,
        tx: Db,
        room_id: RoomId,
        *,
        hosts: Collection[UserId],
        members: Collection[UserId],
        at: datetime,
    ) -> frozenset[UserId]:
        """Exactly these belong to the room from now on. Who has another role than before."""

    async def changed(self, people: Collection[UserId]) -> None:
        """After the commit: whoever of them is in a class and may not be, is out at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filmed:
    """A recording that somebody may watch, and how much of it they have."""

    id: RecordingId
    title: str
    seconds: float
    live: bool  # it goes on
    ready: bool
    seen: float = 0.0  # seconds, each counted once
    done: bool = False

    @property
    def share(self) -> float:
        return min(1.0, self.seen / self.seconds) if self.seconds else 0.0

    def watched(self, *, seconds: float, done: bool) -> Self:
        return replace(self, seen=seconds, done=done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How much somebody has seen of a video of the library."""

    share: float
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A class that somebody can make up: where, how much of it is left, and until when."""

    path: str
    minutes: int
    until: datetime


class Learning(Protocol):
    """How far somebody is with what a course shows; `attendance` answers."""

    async def opened(self, actor: Actor, course_id: CourseId) -> Mapping[UUID, bool]:
        """What they opened of its outline, and whether it is done."""

    async def note(
        self, actor: Actor, course_id: CourseId, item_id: UUID, *, done: bool | None
    ) -> None:
        """They opened this; it is done, or not any more; None leaves that as it is."""

    async def filmed(
        self, actor: Actor, ids: Collection[RecordingId]
    ) -> Mapping[RecordingId, Filmed]:
        """Those of these recordings that are for them."""

    async def played(self, actor: Actor, media: Collection[Media]) -> Mapping[UUID, Played]:
        """Those of these videos and sounds of which they have seen anything."""

    async def attended(self, actor: Actor, classes: Collection[ClassId]) -> Collection[ClassId]:
        """Those of these classes in which they were."""

    async def missed(self, actor: Actor, classes: Collection[ClassId]) -> Mapping[ClassId, Missed]:
        """Those of these classes that they can still make up."""
