"""The values of the library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from vtp.ids import MediaId, UploadId, UserId
from vtp.library.kinds import FilmKind, Kind, State, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    id: MediaId
    owner_id: UserId
    owner_name: str
    course_id: UUID | None
    kind: Kind
    title: str
    description: str
    tags: tuple[str, ...]
    visibility: Visibility
    state: State
    reason: str
    file_name: str
    content_type: str
    sha256: bytes | None
    bytes: int
    link: str
    seconds: float | None
    width: int | None
    height: int | None
    facts: dict[str, Any]
    poster_id: UUID | None
    uses: int
    views: int
    created_at: datetime
    changed_at: datetime
    deleted_at: datetime | None
    filmed: bool = False  # it is there in the sizes that players choose among


# Of each: offset, size, start and length in seconds, pictures or packets.
Segments = tuple[tuple[int, int, float, float, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A file that was made of a video."""

    name: str
    kind: FilmKind
    key: str
    bytes: int
    codec: str = ""
    width: int = 0
    height: int = 0
    timescale: int = 0
    header: int = 0
    segments: Segments = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    id: UploadId
    owner_id: UserId
    media_id: MediaId
    file_name: str
    size: int
    received: int
    done: bool
    created_at: datetime
    expires_at: datetime

    @property
    def complete(self) -> bool:
        return self.received == self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which items are asked for, and how many."""

    words: str = ""
    kind: Kind | None = None
    course_id: UUID | None = None
    unused: bool = False
    tag: str = ""
    # Those of everybody, for who looks after all; else one's own and those of one's courses.
    everywhere: bool = False
    before: MediaId | None = None
    limit: int = 50
