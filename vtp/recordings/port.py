"""What recordings ask of those who hold classes; `rooms` answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from vtp.actor import Actor
from vtp.db import Db
from vtp.ids import MeetingId, RecordingId, RoomId
from vtp.media.capture.link import Tappable
from vtp.recordings.kinds import Role

Shown = Literal["off", "on", "paused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A track of a class, as it is sent."""

    track_id: str
    participant_id: str
    source: str
    host: bool
    everybody: bool  # whose cameras are kept in this room
    paused: bool
    producer: Tappable


class Timetable(Protocol):
    """Which class a recording is of; `courses` answers."""

    async def recorded(
        self, tx: Db, recording_id: RecordingId, room_id: RoomId, at: datetime
    ) -> str | None:
        """A recording begins, in this transaction: the title of its class, if it is of one."""


class Stage(Protocol):
    async def role(self, actor: Actor, room_id: RoomId) -> Role | None:
        """As what somebody is in this room; None where it is not for them."""

    async def titles(self, room_ids: Collection[RoomId]) -> Mapping[RoomId, str]:
        """How rooms are called, for those who see something of them."""

    def class_of(self, room_id: RoomId) -> tuple[MeetingId, str] | None:
        """The class that goes on there, and its title."""

    def records_itself(self, meeting_id: MeetingId) -> tuple[RoomId, str] | None:
        """The room of this class, and its title, where the room says so."""

    def going_on(self) -> Sequence[MeetingId]: ...

    def sent(self, meeting_id: MeetingId) -> Sequence[Sent]: ...

    def kept_large(self, meeting_id: MeetingId) -> Collection[str]:
        """Participants whom the hosts show to everybody."""

    def show(self, meeting_id: MeetingId, shown: Shown) -> None:
        """Tell everybody in the class, and all who come later."""


# --- what is remembered of a class, to be shown beside its recording --------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What somebody wrote to everybody."""

    id: UUID
    person: UUID
    name: str
    host: bool
    at: datetime
    text: str
    image: bool
    answers: str  # the name of whom it answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    id: UUID
    question: str
    options: tuple[str, ...]
    opened_at: datetime
    closed_at: datetime | None
    answered: int
    counts: tuple[int, ...] | None  # None: those who answered did not see them either


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """While somebody spoke, or had a hand up."""

    person: UUID
    name: str
    host: bool
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    messages: Sequence[Message] = ()
    polls: Sequence[Poll] = ()
    hands: Sequence[Stretch] = ()
    voices: Sequence[Stretch] = ()


class Memory(Protocol):
    async def remembered(
        self, meeting_id: MeetingId, *, since: datetime, until: datetime
    ) -> Remembered: ...
