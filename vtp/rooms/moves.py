"""What can be done in a class. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vtp.rooms.facts import Ending, Kind, ParticipantId, Parting, Role, Source, TrackId
from vtp.rooms.talk.moves import TalkMove


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    participant_id: ParticipantId
    user_id: UUID
    name: str
    role: Role
    token_hash: bytes


@dataclass(frozen=True, slots=True)
class Resume:
    """Somebody is back, or has a new connection while the old one still seems alive."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class Cut:
    """Their connection has gone; they may come back."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class Leave:
    participant_id: ParticipantId
    how: Parting = "left"


@dataclass(frozen=True, slots=True)
class RaiseHand:
    participant_id: ParticipantId
    raised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    participant_id: ParticipantId
    track_id: TrackId
    kind: Kind
    source: Source
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """By its sender, who thereby also ends a mute of the staff."""

    participant_id: ParticipantId
    track_id: TrackId
    paused: bool


@dataclass(frozen=True, slots=True)
class Unpublish:
    participant_id: ParticipantId
    track_id: TrackId


@dataclass(frozen=True, slots=True)
class Mute:
    """By a host. There is no move to unmute somebody else."""

    track_id: TrackId


@dataclass(frozen=True, slots=True)
class Remove:
    """A person, with all their devices."""

    user_id: UUID


@dataclass(frozen=True, slots=True)
class Readmit:
    user_id: UUID


@dataclass(frozen=True, slots=True)
class ChangeRole:
    participant_id: ParticipantId
    role: Role


@dataclass(frozen=True, slots=True)
class ChangeSources:
    member_sources: frozenset[Source]


@dataclass(frozen=True, slots=True)
class Warn:
    """The server stops, at the latest then."""

    by: datetime


@dataclass(frozen=True, slots=True)
class End:
    how: Ending


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Move = (
    Join
    | Resume
    | Cut
    | Leave
    | RaiseHand
    | Publish
    | Pause
    | Unpublish
    | Mute
    | Remove
    | Readmit
    | ChangeRole
    | ChangeSources
    | Warn
    | End
    | Tick
    | TalkMove
)
