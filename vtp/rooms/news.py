"""What participants are told unasked: changes of the class, who speaks, and about their media."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from vtp.edge.sockets.channels import Sid
from vtp.ids import MeetingId, RoomId
from vtp.rooms import facts
from vtp.rooms.facts import (
    AnyEvent,
    Askable,
    KeptOut,
    ParticipantId,
    Source,
    TrackId,
    Waiting,
)
from vtp.rooms.talk.messages import Message
from vtp.rooms.talk.polls import MyAnswer, PollId, PollView, Tally
from vtp.rooms.talk.reactions import Given


class RoomEvents(msgspec.Struct, frozen=True, kw_only=True):
    """Changes in the order of their numbers; a gap in these means that something was missed."""

    meeting: MeetingId
    events: list[AnyEvent]


class Speaking(msgspec.Struct, frozen=True, kw_only=True):
    meeting: MeetingId
    active: Annotated[ParticipantId | None, Meta(description="Who speaks most.")]
    speaking: list[ParticipantId]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Layers of a track of yours that anybody watches, the smallest first."""

    track: TrackId
    layers: list[bool]


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """The layer that you get, -1 for none, and why it is no better."""

    consumer: str
    layer: int
    reason: Annotated[str, Meta(description="Empty, `network`, `paused` or `gone`.")]


class Codec(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody cannot decode what you send: send this instead, and end `replaces`."""

    source: Source
    mime: str
    replaces: TrackId


class AtTheDoor(msgspec.Struct, frozen=True, kw_only=True):
    """For staff: who waits to be let in and who is kept out, each time all of them."""

    meeting: MeetingId
    waiting: list[Waiting]
    kept_out: list[KeptOut]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Staff ask you to turn this on. It is up to you."""

    source: Askable
    by: Annotated[str, Meta(description="Their name.")]


class NotNow(msgspec.Struct, frozen=True, kw_only=True):
    """Whom you asked to turn this on, would rather not."""

    participant: ParticipantId
    source: Askable


class WaitOver(msgspec.Struct, frozen=True, kw_only=True):
    """You wait no more: `admitted` (join now), `declined`, or `over` (the class ended)."""

    room: RoomId
    answer: facts.Answered


class PrivateMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message between you and one other person is this now."""

    meeting: MeetingId
    message: Message


class PollChanged(msgspec.Struct, frozen=True, kw_only=True):
    """For hosts: a poll is this now, drafts and sums included."""

    meeting: MeetingId
    poll: PollView


class DraftGone(msgspec.Struct, frozen=True, kw_only=True):
    """For hosts: a draft was thrown away."""

    meeting: MeetingId
    poll: PollId


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """Your answer, on whatever device you gave it."""

    meeting: MeetingId
    answer: MyAnswer


class LostCount(msgspec.Struct, frozen=True, kw_only=True):
    """For hosts: how many said in the last three minutes that they cannot follow."""

    meeting: MeetingId
    lost: Annotated[int, Meta(examples=[4])]


class Reacted(msgspec.Struct, frozen=True, kw_only=True):
    """Since the batch before; shown for a moment, and not kept."""

    meeting: MeetingId
    reactions: list[Given]


class Tallied(msgspec.Struct, frozen=True, kw_only=True):
    """How far a poll is whose result everybody may see."""

    meeting: MeetingId
    tally: Tally


TalkPersonal = PrivateMessage | PollChanged | DraftGone | Answered | LostCount
OrderPersonal = AtTheDoor | Asked | NotNow
Personal = Wanted | Layer | Codec | OrderPersonal | TalkPersonal
Common = Speaking | Reacted | Tallied


class Audience(Protocol):
    """Those who are connected; `events.Herald` reaches them over Socket.IO."""

    def here(self, sid: Sid) -> bool:
        """Whether this socket is still open."""

    async def enter(self, sid: Sid, meeting_id: MeetingId) -> None:
        """From now on this socket is told what happens in the meeting."""

    async def leave(self, sid: Sid, meeting_id: MeetingId) -> None: ...

    async def events(self, meeting_id: MeetingId, events: Sequence[AnyEvent]) -> None: ...

    async def common(self, told: Common) -> None:
        """To everybody who is in the meeting."""

    async def personal(self, sid: Sid, news: Personal) -> None: ...

    async def wait_over(self, sid: Sid, news: WaitOver) -> None: ...
