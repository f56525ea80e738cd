"""The values of recordings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from vtp.ids import JobId, MeetingId, RecordingId, RoomId, UserId
from vtp.recordings.kinds import Codec, DownloadKind, FileKind, Role, State, Visibility, WorkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    id: RecordingId
    room_id: RoomId
    meeting_id: MeetingId
    title: str
    state: State
    reason: str
    visibility: Visibility
    started_by: UserId | None
    started_at: datetime
    stopped_at: datetime | None
    seconds: float
    bytes: int
    downloads: bool  # those who may see it may take it home
    deleted_at: datetime | None

    @property
    def goes_on(self) -> bool:
        return self.state in {"recording", "paused"}


@dataclass(frozen=True, slots=True)
class Pause:
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """And as what one is in its room."""

    recording: Recording
    role: Role


@dataclass(frozen=True, slots=True)
class Chapter:
    at_ms: int  # on the recording
    title: str


# --- what is made of it -----------------------------------------------------------------------
# Of each: offset, size, start and length in seconds, pictures.
Segments = tuple[tuple[int, int, float, float, int], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Work on a recording; how far it is, its job tells."""

    recording_id: RecordingId
    kind: WorkKind
    job_id: JobId


# What captions are made of that no person wrote.
AUTOMATIC = "speech"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file that was made of a recording."""

    name: str
    kind: FileKind
    path: str  # below the folder of the recording
    bytes: int
    of: str = ""
    language: str = ""
    label: str = ""
    codec: str = ""
    width: int = 0
    height: int = 0
    timescale: int = 0
    header: int = 0
    segments: Segments = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """A file of a recording that stands in the storage as well."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """A size and a codec in which recordings are made smaller."""

    name: str
    codec: Codec
    height: int
    quality: int  # lower is better, and larger
    most_bits: int  # a second
    preset: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """By all recordings: how many there are, and bytes."""

    recordings: int
    recorded: int
    made: int
    binned: int  # of both, of what is in the bin
    copied: int  # in the storage as well


@dataclass(frozen=True, slots=True)
class Place:
    """What all recordings of a room take, with all that was made of them."""

    course: str  # "" where no course has its classes there
    room: str
    recordings: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """One that takes much."""

    id: RecordingId
    title: str
    room: str
    started_at: datetime
    seconds: float
    bytes: int
    binned: bool


class Work(msgspec.Struct, frozen=True):
    """The payload of all that is done with one recording."""

    recording_id: RecordingId


class MakePictures(Work, frozen=True):
    pass


class MakePreviews(Work, frozen=True):
    pass


class MakeLadder(Work, frozen=True):
    pass


class MakeCopies(Work, frozen=True):
    pass


class MakeMovie(Work, frozen=True):
    pass


class MakeStageFile(Work, frozen=True):
    pass


class MakeScreenFile(Work, frozen=True):
    pass


class MakeSound(Work, frozen=True):
    pass


class MakeCaptions(Work, frozen=True):
    pass


class CopyClosed(Work, frozen=True):
    """Of what is being recorded: the files that are finished."""


class LetGoOfParts(Work, frozen=True):
    """Of what was made anew, when nobody plays it any more."""

    parts: tuple[int, ...]


WORKS: dict[WorkKind, type[Work]] = {
    "pictures": MakePictures,
    "previews": MakePreviews,
    "ladder": MakeLadder,
    "copies": MakeCopies,
    "movie": MakeMovie,
    "stage": MakeStageFile,
    "screen": MakeScreenFile,
    "sound": MakeSound,
    "captions": MakeCaptions,
}
# The files that people take home, by what they are.
TAKEN_HOME: dict[DownloadKind, str] = {
    "movie": "movie",
    "stage": "movie-stage",
    "screen": "movie-screen",
    "sound": "sound",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """And in which room, and whether one hosts that."""

    recording: Recording
    room: str
    host: bool
