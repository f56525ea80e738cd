"""The values of rooms: what is stored of a room, its members, its meetings and who was there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vtp.ids import MeetingId, RoomId, UserId
from vtp.rooms.facts import Ending, ParticipantId, Role, Source
from vtp.rooms.rights import Access, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A place with a link, in which meetings are held."""

    id: RoomId
    title: str
    owner_id: UserId
    access: Access
    member_sources: tuple[Source, ...]
    created_at: datetime
    closed_at: datetime | None = None

    @property
    def place(self) -> Place:
        return Place(self.owner_id, self.access)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    user_id: UserId
    role: Role
    name: str
    email: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """The server was away meanwhile."""

    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A meeting as it is stored."""

    id: MeetingId
    room: Room
    started_at: datetime
    ended_at: datetime | None
    ended_how: Ending | None
    outages: tuple[Outage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody who was in a meeting with one device."""

    id: ParticipantId
    user_id: UserId
    name: str
    role: Role
    joined_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A room, and as what the one who asks is in it by membership."""

    room: Room
    member_as: Role | None


@dataclass(frozen=True, slots=True)
class SeenMeeting:
    meeting: Held
    member_as: Role | None


def joined(
    participant_id: ParticipantId, user_id: UUID, name: str, role: Role, at: datetime
) -> Attendee:
    return Attendee(
        id=participant_id,
        user_id=UserId(user_id),
        name=name,
        role=role,
        joined_at=at,
        removed_at=None,
    )
