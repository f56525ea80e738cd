"""What staff send over Socket.IO to keep order in a class, field by field."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from vtp.rooms.bodies import Input, TrackRef
from vtp.rooms.facts import Askable

ParticipantRef = Annotated[UUID, Meta(description="`id` of a participant.")]
PersonRef = Annotated[UUID, Meta(description="`person` of somebody who is outside.")]


class Admit(Input, frozen=True, kw_only=True):
    person: Annotated[UUID | None, Meta(description="Null: everybody who waits.")] = None


class Decline(Input, frozen=True, kw_only=True):
    person: Annotated[UUID | None, Meta(description="Null: everybody who waits.")] = None


class PersonOnly(Input, frozen=True, kw_only=True):
    person: PersonRef


class MuteTrack(Input, frozen=True, kw_only=True):
    track: TrackRef


class Ask(Input, frozen=True, kw_only=True):
    participant: ParticipantRef
    source: Askable


class RemovePerson(Input, frozen=True, kw_only=True):
    participant: Annotated[UUID, Meta(description="All devices of this person go.")]


class Promote(Input, frozen=True, kw_only=True):
    participant: ParticipantRef
    cohost: Annotated[bool, Meta(description="False makes them a member again.")]


class Pin(Input, frozen=True, kw_only=True):
    participant: Annotated[UUID | None, Meta(description="Null: nobody any more.")] = None


class Lower(Input, frozen=True, kw_only=True):
    participant: Annotated[UUID | None, Meta(description="Null: every hand.")] = None


class Lock(Input, frozen=True, kw_only=True):
    """True locks for members, false unlocks; what is left out stays as it is."""

    entry: Annotated[bool | None, Meta(description="Nobody new comes in.")] = None
    chat: bool | None = None
    private_chat: bool | None = None
    microphone: bool | None = None
    camera: bool | None = None
    screen: bool | None = None
