"""What of a class has to outlive its process: locks, and how each person stands. Pure.

Everything here is written before whoever asked for it is told that it is so, or soon after where a
class must not wait. What has to be written is found by comparing, so nothing can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from vtp.rooms.facts import Door, KeptOut, Locks, Source, Waiting

_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How a person stands in one meeting, with whatever devices."""

    name: str
    guest: bool = False
    waiting_since: datetime | None = None
    # Let in by staff, or was in: may come in for as long as the meeting goes on.
    admitted: bool = False
    kept_out_at: datetime | None = None
    cohost: bool = False
    hand_at: datetime | None = None

    @property
    def blank(self) -> bool:
        """As of somebody who was never here: only went away from the door again."""
        return self == Stand(name=self.name, guest=self.guest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    locks: Locks = field(default_factory=Locks)
    # What members may send; staff may send everything.
    member_sources: frozenset[Source] = frozenset()
    people: Mapping[UUID, Stand] = field(default_factory=dict)
    # Whom staff keep large for everybody, with whatever device they are here.
    pinned: UUID | None = None

    def of(self, person: UUID) -> Stand | None:
        return self.people.get(person)

    def admitted(self, person: UUID) -> bool:
        return person in self.people and self.people[person].admitted

    def waits(self, person: UUID) -> bool:
        return person in self.people and self.people[person].waiting_since is not None

    def kept_out(self, person: UUID) -> bool:
        return person in self.people and self.people[person].kept_out_at is not None

    def cohost(self, person: UUID) -> bool:
        return person in self.people and self.people[person].cohost

    def hand_at(self, person: UUID) -> datetime | None:
        return self.people[person].hand_at if person in self.people else None

    def with_person(self, person: UUID, **changes: Any) -> Order:
        return self.with_stand(person, replace(self.people[person], **changes))

    def with_stand(self, person: UUID, stand: Stand) -> Order:
        people = {**self.people, person: stand}
        if stand.blank:
            del people[person]  # else whoever knocks under ever new names fills it for good
        return replace(self, people=people)

    @property
    def waiting(self) -> list[Waiting]:
        """Who came first, first."""
        found = [
            Waiting(person=person, name=one.name, guest=one.guest, since=one.waiting_since)
            for person, one in self.people.items()
            if one.waiting_since is not None
        ]
        return sorted(found, key=lambda one: (one.since, one.person))

    @property
    def door(self) -> Door:
        """What staff see of those who are outside."""
        kept = [
            KeptOut(person=person, name=one.name, guest=one.guest, since=one.kept_out_at)
            for person, one in self.people.items()
            if one.kept_out_at is not None
        ]
        return Door(waiting=self.waiting, kept_out=sorted(kept, key=lambda one: one.since))

    def next_hand(self, at: datetime) -> datetime:
        """Later than every hand that is up, whatever the clock says: the queue keeps its order."""
        up = [one.hand_at for one in self.people.values() if one.hand_at is not None]
        return max([at, *(hand + _TICK for hand in up)])


def changed(before: Order, after: Order) -> Iterator[tuple[UUID, Stand]]:
    """Who stands otherwise than before; who is not kept any more, as if they never were here."""
    if before.people is after.people:
        return
    for person, stand in after.people.items():
        if before.people.get(person) != stand:
            yield person, stand
    for person, was in before.people.items():
        if person not in after.people:
            yield person, Stand(name=was.name, guest=was.guest)


def same_rules(before: Order, after: Order) -> bool:
    return (before.locks, before.member_sources, before.pinned) == (
        after.locks,
        after.member_sources,
        after.pinned,
    )
