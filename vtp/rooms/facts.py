"""What everybody in a class may know: who is there, what they send, and what has changed. Pure.

These are the shapes that go over the wire, and the state of a meeting is made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal, NewType, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

from vtp.rooms.talk.messages import Deleter, Message, MessageId
from vtp.rooms.talk.polls import PollView

ParticipantId = NewType("ParticipantId", UUID)
TrackId = NewType("TrackId", UUID)

# What somebody is in a room for good, and in a class that goes on.
RoomRole = Literal["host", "member"]
Role = Literal["host", "cohost", "member"]
Source = Literal["microphone", "camera", "screen", "screen_audio"]
Kind = Literal["audio", "video"]
Connection = Literal["live", "away"]
# How somebody left, and how a class ended.
Parting = Literal["left", "lost", "removed", "signed_out", "not_allowed"]
Ending = Literal["ended", "empty", "closed", "lost"]
Recording = Literal["off", "on", "paused"]

# What becomes of somebody who waits to be let in.
Answered = Literal["admitted", "declined", "over"]
# What staff can ask somebody to turn on.
Askable = Literal["microphone", "camera"]

SOURCES: Final[tuple[Source, ...]] = get_args(Source)
KIND_OF: Final[Mapping[Source, Kind]] = {
    "microphone": "audio",
    "camera": "video",
    "screen": "video",
    "screen_audio": "audio",
}

_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_AT = "2026-03-12T18:00:00Z"


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a class, with one device."""

    id: Annotated[ParticipantId, Meta(examples=[_ID])]
    user_id: Annotated[
        UUID, Meta(description="The person: an account, or a guest.", examples=[_ID])
    ]
    name: Annotated[str, Meta(description="At the time of joining.", examples=["Noor Haddad"])]
    role: Annotated[
        Role,
        Meta(
            description="Hosts and co-hosts are staff: they mute, lock and remove; hosts also end.",
            examples=["member"],
        ),
    ]
    joined_at: Annotated[datetime, Meta(examples=[_AT])]
    guest: Annotated[
        bool, Meta(description="Came by a link, without an account.", examples=[False])
    ] = False
    hand_at: Annotated[
        datetime | None, Meta(description="Since when the hand is up.", examples=[None])
    ] = None
    connection: Annotated[
        Connection,
        Meta(description="`away` has lost the connection and may come back.", examples=["live"]),
    ] = "live"


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """A microphone, camera or screen that somebody sends."""

    id: Annotated[TrackId, Meta(examples=[_ID])]
    participant_id: Annotated[ParticipantId, Meta(examples=[_ID])]
    kind: Annotated[Kind, Meta(examples=["audio"])]
    source: Annotated[Source, Meta(examples=["microphone"])]
    paused: Annotated[bool, Meta(description="Nothing of it is forwarded.", examples=[False])]
    muted_by_staff: Annotated[
        bool,
        Meta(description="A host paused it; only its sender can go on.", examples=[False]),
    ] = False


class Locks(msgspec.Struct, frozen=True, kw_only=True):
    """What is locked beside the sources, for all but staff."""

    entry: Annotated[
        bool,
        Meta(description="Nobody comes in who has not been in this class.", examples=[False]),
    ] = False
    chat: Annotated[bool, Meta(description="Members read, and do not write.", examples=[False])] = (
        False
    )
    private_chat: Annotated[
        bool, Meta(description="Members write privately to staff alone.", examples=[False])
    ] = False


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who waits to be let in, with any number of devices."""

    person: Annotated[UUID, Meta(examples=[_ID])]
    name: Annotated[str, Meta(examples=["Noor Haddad"])]
    guest: Annotated[bool, Meta(examples=[False])]
    since: Annotated[datetime, Meta(examples=[_AT])]


class KeptOut(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was removed or turned away, and cannot come back unless let in again."""

    person: Annotated[UUID, Meta(examples=[_ID])]
    name: Annotated[str, Meta(examples=["Noor Haddad"])]
    guest: Annotated[bool, Meta(examples=[False])]
    since: Annotated[datetime, Meta(examples=[_AT])]


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """Who is outside, for staff alone: the longest there first."""

    waiting: list[Waiting]
    kept_out: list[KeptOut]


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One change. Numbers grow by one, so that nobody misses any without noticing."""

    seq: Annotated[int, Meta(ge=1, examples=[7])]
    at: Annotated[datetime, Meta(examples=[_AT])]


class ParticipantJoined(Event, frozen=True, kw_only=True, tag="participant_joined"):
    participant: Participant


class ParticipantChanged(Event, frozen=True, kw_only=True, tag="participant_changed"):
    """Role or connection are like this now."""

    participant: Participant


class ParticipantLeft(Event, frozen=True, kw_only=True, tag="participant_left"):
    participant_id: ParticipantId
    how: Annotated[Parting, Meta(description="`lost` did not come back.", examples=["left"])]


class Hand(Event, frozen=True, kw_only=True, tag="hand"):
    participant_id: ParticipantId
    hand_at: datetime | None


class TrackStarted(Event, frozen=True, kw_only=True, tag="track_started"):
    track: Track


class TrackChanged(Event, frozen=True, kw_only=True, tag="track_changed"):
    track: Track


class TrackEnded(Event, frozen=True, kw_only=True, tag="track_ended"):
    track_id: TrackId
    participant_id: ParticipantId


class SourcesChanged(Event, frozen=True, kw_only=True, tag="sources_changed"):
    """What members may send is this now."""

    member_sources: Annotated[list[Source], Meta(examples=[["microphone", "camera"]])]


class RecordingShown(Event, frozen=True, kw_only=True, tag="recording"):
    """Whether what happens from now on is kept."""

    recording: Recording


class MessageSaid(Event, frozen=True, kw_only=True, tag="message"):
    """For everybody. Private messages come by `chat.private`."""

    message: Message


class MessageDeleted(Event, frozen=True, kw_only=True, tag="message_deleted"):
    """It stays as a mark without words, also where others quote it."""

    message_id: MessageId
    by: Deleter


class PollOpened(Event, frozen=True, kw_only=True, tag="poll_opened"):
    poll: PollView


class PollClosed(Event, frozen=True, kw_only=True, tag="poll_closed"):
    poll: PollView


class PollShared(Event, frozen=True, kw_only=True, tag="poll_shared"):
    """Everybody may see the result now."""

    poll: PollView


class LocksChanged(Event, frozen=True, kw_only=True, tag="locks_changed"):
    """The class is locked like this now; sources have an event of their own."""

    locks: Locks


class PinChanged(Event, frozen=True, kw_only=True, tag="pin_changed"):
    """Staff keep this person large for everybody, or nobody any more."""

    pinned: UUID | None


class ServerStops(Event, frozen=True, kw_only=True, tag="server_stops"):
    """The class can go on until `by` at the latest; another one begins on the next server."""

    by: datetime


class MeetingEnded(Event, frozen=True, kw_only=True, tag="meeting_ended"):
    how: Annotated[Ending, Meta(description="`ended` by a host.", examples=["ended"])]


AnyEvent = (
    ParticipantJoined
    | ParticipantChanged
    | ParticipantLeft
    | Hand
    | TrackStarted
    | TrackChanged
    | TrackEnded
    | SourcesChanged
    | RecordingShown
    | MessageSaid
    | MessageDeleted
    | PollOpened
    | PollClosed
    | PollShared
    | LocksChanged
    | PinChanged
    | ServerStops
    | MeetingEnded
)
