"""Classes for tests of their rules: a clock that is told to move, and moves in few words."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from vtp.attendance.ledger import Kind
from vtp.rooms import moves, state
from vtp.rooms.effects import PRESENCE, Effect
from vtp.rooms.facts import (
    KIND_OF,
    AnyEvent,
    Participant,
    ParticipantId,
    RoomRole,
    Source,
    Track,
    TrackId,
)
from vtp.rooms.rights import USUAL
from vtp.rooms.state import Now, Rules, State
from vtp.rooms.turns import apply

RULES = Rules(participants=6, devices=2, away_after=60.0, empty_for=30.0)
START = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)


@dataclass
class Class:
    """A state, and all that happened to it."""

    state: State
    now: Now
    events: list[AnyEvent] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    _tokens: itertools.count[int] = field(default_factory=itertools.count)

    def do(self, move: moves.Move) -> list[AnyEvent]:
        turn = apply(self.state, move, now=self.now)
        self.state = turn.state
        self.events += turn.events
        self.effects = list(turn.effects)
        return list(turn.events)

    def after(self, seconds: float) -> list[AnyEvent]:
        self.now = Now(self.now.wall + timedelta(seconds=seconds), self.now.ticks + seconds)
        return self.do(moves.Tick())

    def join(
        self,
        role: RoomRole = "member",
        *,
        user_id: UUID | None = None,
        guest: bool = False,
        name: str = "Noor Haddad",
    ) -> Participant:
        participant_id = ParticipantId(uuid4())
        self.do(
            moves.Join(
                participant_id=participant_id,
                user_id=user_id or uuid4(),
                name=name,
                guest=guest,
                role=role,
                token_hash=b"%d" % next(self._tokens),
            )
        )
        return self.state.participants[participant_id]

    def send(
        self, who: Participant, source: Source = "microphone", *, paused: bool = False
    ) -> Track:
        track_id = TrackId(uuid4())
        self.do(
            moves.Publish(
                participant_id=who.id,
                track_id=track_id,
                kind=KIND_OF[source],
                source=source,
                paused=paused,
            )
        )
        return self.state.tracks[track_id]

    def allow(self, *sources: Source) -> list[AnyEvent]:
        """What members may send from now on."""
        return self.do(moves.Lock(self.state.locks, frozenset(sources)))

    def track(self, track: Track) -> Track:
        return self.state.tracks[track.id]

    def who(self, participant: Participant) -> Participant:
        return self.state.participants[participant.id]


def a_class(rules: Rules = RULES) -> Class:
    now = Now(START, 1000.0)
    return Class(state.opened(rules, USUAL, now=now), now)


def kinds(events: list[AnyEvent]) -> list[str]:
    return [str(type(event).__struct_config__.tag) for event in events]


def present(state: State) -> set[tuple[ParticipantId, Kind]]:
    """Who is present in which way, by the state alone."""
    people = state.participants.values()
    found: set[tuple[ParticipantId, Kind]] = set()
    found |= {(one.id, "socket") for one in people if one.connection == "live"}
    found |= {(one.id, "hand") for one in people if one.hand_at is not None}
    for track in state.tracks.values():
        if not track.paused and track.source in PRESENCE:
            found.add((track.participant_id, PRESENCE[track.source]))
    return found
