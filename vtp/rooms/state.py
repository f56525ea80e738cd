"""The state of one class. It changes only by `turns.apply`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from vtp.rooms.facts import Ending, Participant, ParticipantId, Source, Track, TrackId
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


@dataclass(frozen=True, slots=True)
class Vacant:
    """Nobody is here. Unless somebody comes, the class ends, and counts as ended at `since`."""

    since: datetime
    until: float
    how: Ending


@dataclass(frozen=True, slots=True)
class Over:
    how: Ending
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    rules: Rules
    # What members may send; hosts may send everything.
    member_sources: frozenset[Source]
    vacant: Vacant | None
    seq: int = 0
    participants: Mapping[ParticipantId, Participant] = field(default_factory=dict)
    tracks: Mapping[TrackId, Track] = field(default_factory=dict)
    # Who comes back, by the SHA-256 of what they were given at joining.
    tokens: Mapping[bytes, ParticipantId] = field(default_factory=dict)
    # Who was cut off, and until when they keep their place.
    away: Mapping[ParticipantId, float] = field(default_factory=dict)
    # People who were removed; they cannot come back unless they are let in again.
    removed: frozenset[UUID] = frozenset()
    talk: Talk = field(default_factory=Talk)
    over: Over | None = None

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


def opened(rules: Rules, member_sources: Iterable[Source], *, now: Now) -> State:
    """A class that is about to begin, with the first who joins."""
    return State(
        rules=rules,
        member_sources=frozenset(member_sources),
        vacant=Vacant(now.wall, now.ticks + rules.empty_for, "empty"),
    )


def reopened(
    rules: Rules,
    member_sources: Iterable[Source],
    *,
    removed: Iterable[UUID],
    seen_at: datetime,
    now: Now,
    talk: Talk | None = None,
) -> State:
    """A class that a crash interrupted: it goes on when somebody comes back in time."""
    return State(
        rules=rules,
        member_sources=frozenset(member_sources),
        vacant=Vacant(seen_at, now.ticks + rules.away_after, "lost"),
        removed=frozenset(removed),
        talk=talk or Talk(),
    )
