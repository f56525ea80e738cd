"""News of classes for programs of others, as webhooks tell it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from vtp.ids import MeetingId, RoomId
from vtp.rooms.facts import Ending, ParticipantId, Parting, Role
from vtp.webhooks.kinds import News

news = News("rooms")


class RoomNews(Struct, frozen=True, kw_only=True):
    room_id: RoomId
    title: Annotated[str, Meta(examples=["Algebra"])]
    owner_id: UUID


class MeetingStarted(Struct, frozen=True, kw_only=True):
    meeting_id: MeetingId
    room_id: RoomId
    title: Annotated[str, Meta(examples=["Algebra"])]
    started_at: datetime


class MeetingEnded(Struct, frozen=True, kw_only=True):
    meeting_id: MeetingId
    room_id: RoomId
    title: Annotated[str, Meta(examples=["Algebra"])]
    ended_at: datetime
    how: Ending


class ParticipantJoined(Struct, frozen=True, kw_only=True):
    meeting_id: MeetingId
    room_id: RoomId
    participant_id: ParticipantId
    user_id: Annotated[UUID | None, Meta(description="None for a guest.")]
    name: Annotated[str, Meta(examples=["Noor Haddad"])]
    role: Role
    joined_at: datetime


class ParticipantLeft(Struct, frozen=True, kw_only=True):
    meeting_id: MeetingId
    room_id: RoomId
    participant_id: ParticipantId
    user_id: Annotated[UUID | None, Meta(description="None for a guest.")]
    left_at: datetime
    how: Parting


MADE = news.on("room.created", RoomNews, "A room was made.")
CLOSED = news.on("room.closed", RoomNews, "A room was closed for good.")
STARTED = news.on("meeting.started", MeetingStarted, "A class began.")
ENDED = news.on("meeting.ended", MeetingEnded, "A class ended.")
JOINED = news.on("participant.joined", ParticipantJoined, "Somebody came into a class.")
LEFT = news.on("participant.left", ParticipantLeft, "Somebody left a class, or was lost for good.")
