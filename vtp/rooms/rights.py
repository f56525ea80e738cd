"""Who may do what in a room. The only place that decides it; asked again at every change. Pure.

Roles of the school are given as their names. What a person has no role for is not there at all
for them: callers answer "not found".
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from vtp.rooms.facts import SOURCES, Locks, Role, RoomRole, Source

Access = Literal["school", "members"]

# They look after the whole school, so they are hosts of every room.
OVERSEERS: frozenset[str] = frozenset({"admin", "manager"})
MAKERS: frozenset[str] = OVERSEERS | {"instructor"}
STAFF: frozenset[Role | None] = frozenset({"host", "cohost"})
# What members of a new room may send: not the screen, which takes the stage.
USUAL: tuple[Source, ...] = ("microphone", "camera")


@dataclass(frozen=True, slots=True)
class Place:
    """What of a room decides."""

    owner_id: UUID
    access: Access
    # Whether somebody without an account may come in by a link.
    guests: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """What of somebody who asks decides."""

    user_id: UUID | None
    school_roles: AbstractSet[str]
    room_role: RoomRole | None = None
    # Came by the link of this very room, without an account.
    guest: bool = False


def may_make_rooms(person: Person) -> bool:
    return not MAKERS.isdisjoint(person.school_roles)


def role_in(place: Place, person: Person) -> RoomRole | None:
    """As what somebody is here; None where the room is not for them."""
    if person.guest:
        return "member" if place.guests else None
    if person.user_id is not None and person.user_id == place.owner_id:
        return "host"
    if not OVERSEERS.isdisjoint(person.school_roles):
        return "host"
    if person.room_role is not None:
        return person.room_role
    return "member" if place.access == "school" and person.user_id is not None else None


def may_close(place: Place, person: Person) -> bool:
    """Close the room for good. A host who does not own it may end its classes, and no more."""
    owns = person.user_id is not None and person.user_id == place.owner_id
    return owns or not OVERSEERS.isdisjoint(person.school_roles)


def may_host(role: Role | None) -> bool:
    """End the class, choose co-hosts, change the room, look after its members."""
    return role == "host"


def is_staff(role: Role | None) -> bool:
    """Mute, ask, lock, lower hands, let in and remove."""
    return role in STAFF


def may_remove(role: Role | None, *, other: Role) -> bool:
    return is_staff(role) and not is_staff(other)


def may_enter(role: Role, locks: Locks, *, admitted: bool) -> bool:
    """Whether a locked class takes somebody; who was in it already is not new."""
    return is_staff(role) or admitted or not locks.entry


def has_to_wait(role: Role, *, waiting_room: bool, admitted: bool) -> bool:
    return waiting_room and not admitted and not is_staff(role)


def publishable(role: Role, member_sources: Collection[Source]) -> tuple[Source, ...]:
    return tuple(one for one in SOURCES if may_publish(role, one, member_sources))


def may_publish(role: Role, source: Source, member_sources: Collection[Source]) -> bool:
    return is_staff(role) or source in member_sources


def may_chat(role: Role, *, to: Role | None, locks: Locks) -> bool:
    """Write to everybody, or, with the role of who is to read it, privately to one.

    Whoever needs help can always reach staff.
    """
    if to is None:
        return is_staff(role) or not locks.chat
    return is_staff(role) or is_staff(to) or not locks.private_chat


def may_react(role: Role) -> bool:
    return role in {"host", "cohost", "member"}


def may_poll(role: Role | None) -> bool:
    """Make polls, open, close and share them, and see their results first."""
    return is_staff(role)


def may_answer(role: Role) -> bool:
    """Who asks, does not answer."""
    return not may_poll(role)


def may_subscribe(asker: UUID, publisher: UUID) -> bool:
    """Whoever is in a class may see and hear all of it, except themselves."""
    return asker != publisher
