"""The values of rooms: what is stored of a room, its members, its meetings and who was there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vtp.ids import MeetingId, RoomId, UserId
from vtp.rooms.facts import Ending, Locks, ParticipantId, RoomRole, Source
from vtp.rooms.moves import Join
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
    # Who is not staff waits until staff let them in.
    waiting_room: bool = False
    # What members may do when a class begins.
    member_chat: bool = True
    member_private_chat: bool = True
    # Its classes are recorded from when somebody teaches; the cameras of members are kept as well.
    records_itself: bool = False
    records_cameras: bool = False
    # The secret part of the link for guests, who have no account; None: there is none.
    guest_token: str | None = None

    @property
    def place(self) -> Place:
        return Place(self.owner_id, self.access, self.guest_token is not None)

    @property
    def locks(self) -> Locks:
        """Of a class that begins."""
        return Locks(chat=not self.member_chat, private_chat=not self.member_private_chat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    user_id: UserId
    role: RoomRole
    name: str
    email: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A guest: somebody without an account, let into one room by its link."""

    id: UUID
    room_id: RoomId
    name: str
    expires_at: datetime


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
    person: UUID  # an account, or a guest
    guest: bool
    name: str
    role: RoomRole
    joined_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A room, and as what the one who asks is in it by membership."""

    room: Room
    member_as: RoomRole | None


@dataclass(frozen=True, slots=True)
class SeenMeeting:
    meeting: Held
    member_as: RoomRole | None


def joined(move: Join, at: datetime) -> Attendee:
    return Attendee(
        id=move.participant_id,
        person=move.user_id,
        guest=move.guest,
        name=move.name,
        role=move.role,
        joined_at=at,
        removed_at=None,
    )
