"""What can be done in a class. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vtp.rooms.facts import (
    Ending,
    Kind,
    Locks,
    ParticipantId,
    Parting,
    Recording,
    RoomRole,
    Source,
    TrackId,
)
from vtp.rooms.talk.moves import TalkMove


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    participant_id: ParticipantId
    user_id: UUID
    name: str
    # What the room says; who was made a co-host is one with every device.
    role: RoomRole
    token_hash: bytes
    guest: bool = False


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
class MuteAll:
    """Every microphone but those of staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Somebody asks to be let in, or is back at the door."""

    person: UUID
    name: str
    guest: bool = False


@dataclass(frozen=True, slots=True)
class Stray:
    """Who waits has no connection left; they may come back to their place."""

    person: UUID


@dataclass(frozen=True, slots=True)
class StopWaiting:
    person: UUID


@dataclass(frozen=True, slots=True)
class Admit:
    person: UUID


@dataclass(frozen=True, slots=True)
class AdmitAll:
    pass


@dataclass(frozen=True, slots=True)
class Decline:
    """Turn away who waits, for as long as the meeting goes on."""

    person: UUID


@dataclass(frozen=True, slots=True)
class DeclineAll:
    pass


@dataclass(frozen=True, slots=True)
class Remove:
    """A person, with all their devices."""

    user_id: UUID
    name: str = ""
    guest: bool = False


@dataclass(frozen=True, slots=True)
class Readmit:
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Promote:
    """Make somebody a co-host of this meeting, or a member again."""

    participant_id: ParticipantId
    cohost: bool


@dataclass(frozen=True, slots=True)
class Pin:
    """Keep this one large for everybody; None: nobody any more."""

    participant_id: ParticipantId | None


@dataclass(frozen=True, slots=True)
class LowerAll:
    pass


@dataclass(frozen=True, slots=True)
class ChangeRole:
    """What the room says of somebody has changed."""

    participant_id: ParticipantId
    role: RoomRole


@dataclass(frozen=True, slots=True)
class Lock:
    locks: Locks
    member_sources: frozenset[Source]


@dataclass(frozen=True, slots=True)
class ChangeRoom:
    """What the room says has changed; None leaves what the class has."""

    waiting_room: bool
    locks: Locks
    member_sources: frozenset[Source] | None = None


@dataclass(frozen=True, slots=True)
class ShowRecording:
    shown: Recording


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
    | LowerAll
    | Pin
    | Publish
    | Pause
    | Unpublish
    | Mute
    | MuteAll
    | Wait
    | Stray
    | StopWaiting
    | Admit
    | AdmitAll
    | Decline
    | DeclineAll
    | Remove
    | Readmit
    | Promote
    | ChangeRole
    | Lock
    | ChangeRoom
    | ShowRecording
    | Warn
    | End
    | Tick
    | TalkMove
)
