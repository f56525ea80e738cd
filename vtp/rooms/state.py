"""The state of one class. It changes only by `turns.apply`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from vtp.rooms.facts import (
    Ending,
    Locks,
    Participant,
    ParticipantId,
    Recording,
    Source,
    Track,
    TrackId,
)
from vtp.rooms.order import Order
from vtp.rooms.talk.state import Talk


@dataclass(frozen=True, slots=True)
class Now:
    wall: datetime  # for what is told and stored
    ticks: float  # monotonic seconds, for what has to happen in time


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    participants: int
    devices: int  # of one person
    away_after: float  # s that somebody who was cut off keeps the place
    empty_for: float  # s that a class waits for somebody
    waiting: int = 500  # people who may wait to be let in


@dataclass(frozen=True, slots=True)
class Vacant:
    """Nobody is here. Unless somebody comes, the class ends, and counts as ended at `since`."""

    since: datetime
    until: float
    how: Ending
    # Nobody was ever in: it stays for those who wait outside.
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    how: Ending
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    rules: Rules
    order: Order
    vacant: Vacant | None
    # Whether who is not staff has to be let in.
    waiting_room: bool = False
    seq: int = 0
    participants: Mapping[ParticipantId, Participant] = field(default_factory=dict)
    tracks: Mapping[TrackId, Track] = field(default_factory=dict)
    # Who comes back, by the SHA-256 of what they were given at joining.
    tokens: Mapping[bytes, ParticipantId] = field(default_factory=dict)
    # Who was cut off, and until when they keep their place.
    away: Mapping[ParticipantId, float] = field(default_factory=dict)
    # Who waits to be let in and was cut off, and until when they keep their place.
    astray: Mapping[UUID, float] = field(default_factory=dict)
    talk: Talk = field(default_factory=Talk)
    recording: Recording = "off"
    over: Over | None = None

    @property
    def member_sources(self) -> frozenset[Source]:
        return self.order.member_sources

    @property
    def locks(self) -> Locks:
        return self.order.locks

    def of_user(self, user_id: UUID) -> list[Participant]:
        return [one for one in self.participants.values() if one.user_id == user_id]

    def sent_by(self, participant_id: ParticipantId) -> Iterator[Track]:
        return (one for one in self.tracks.values() if one.participant_id == participant_id)

    def holder(self, token_hash: bytes, user_id: UUID) -> ParticipantId | None:
        """Whose token it is; a token is of no use to anybody else."""
        found = self.tokens.get(token_hash)
        if found is None or self.participants[found].user_id != user_id:
            return None
        return found


def opened(
    rules: Rules,
    member_sources: Iterable[Source],
    *,
    now: Now,
    locks: Locks | None = None,
    waiting_room: bool = False,
) -> State:
    """A class that is about to begin, with the first who joins."""
    return State(
        rules=rules,
        order=Order(locks=locks or Locks(), member_sources=frozenset(member_sources)),
        waiting_room=waiting_room,
        vacant=Vacant(now.wall, now.ticks + rules.empty_for, "empty", fresh=True),
    )


def reopened(
    rules: Rules,
    order: Order,
    *,
    seen_at: datetime,
    now: Now,
    talk: Talk | None = None,
    waiting_room: bool = False,
    fresh: bool = False,
) -> State:
    """A class that a crash interrupted: it goes on when somebody comes back in time."""
    until = now.ticks + rules.away_after
    return State(
        rules=rules,
        order=order,
        waiting_room=waiting_room,
        vacant=Vacant(seen_at, until, "empty" if fresh else "lost", fresh=fresh),
        astray={one.person: until for one in order.waiting},
        talk=talk or Talk(),
    )
