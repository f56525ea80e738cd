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

from vtp.rooms.facts import SOURCES, Role, Source

Access = Literal["school", "members"]

# They look after the whole school, so they are hosts of every room.
OVERSEERS: frozenset[str] = frozenset({"admin", "manager"})
MAKERS: frozenset[str] = OVERSEERS | {"instructor"}
# What members of a new room may send: not the screen, which takes the stage.
USUAL: tuple[Source, ...] = ("microphone", "camera")


@dataclass(frozen=True, slots=True)
class Place:
    """What of a room decides."""

    owner_id: UUID
    access: Access


@dataclass(frozen=True, slots=True)
class Person:
    """What of somebody who asks decides."""

    user_id: UUID | None
    school_roles: AbstractSet[str]
    room_role: Role | None = None


def may_make_rooms(person: Person) -> bool:
    return not MAKERS.isdisjoint(person.school_roles)


def role_in(place: Place, person: Person) -> Role | None:
    """As what somebody is here; None where the room is not for them."""
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
    """Mute, remove, let in again, end the class, change the room, look after its members."""
    return role == "host"


def may_remove(role: Role | None, *, other: Role) -> bool:
    return role == "host" and other != "host"


def publishable(role: Role, member_sources: Collection[Source]) -> tuple[Source, ...]:
    return tuple(one for one in SOURCES if may_publish(role, one, member_sources))


def may_publish(role: Role, source: Source, member_sources: Collection[Source]) -> bool:
    return role == "host" or source in member_sources


def may_chat(role: Role, *, to: Role | None) -> bool:
    """Write to everybody, or, with the role of who is to read it, privately to one."""
    return role in {"host", "member"} and to in {None, "host", "member"}


def may_react(role: Role) -> bool:
    return role in {"host", "member"}


def may_poll(role: Role | None) -> bool:
    """Make polls, open, close and share them, and see their results first."""
    return may_host(role)


def may_answer(role: Role) -> bool:
    """Who asks, does not answer."""
    return not may_poll(role)


def may_subscribe(asker: UUID, publisher: UUID) -> bool:
    """Whoever is in a class may see and hear all of it, except themselves."""
    return asker != publisher
