"""How a class changes: (state, move, now) → (state, events, effects). Pure.

A move is carried out whole or refused by raising; a refused one changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from vtp.rooms import effects, facts, rights
from vtp.rooms import moves as c
from vtp.rooms.facts import AnyEvent, Participant, ParticipantId, Track, TrackId
from vtp.rooms.problems import (
    AlreadyPublished,
    HostsStay,
    MayNotPublish,
    MeetingOver,
    NoSuchParticipant,
    NoSuchTrack,
    RemovedFromMeeting,
    RoomFull,
    TooManyDevices,
    WrongKind,
)
from vtp.rooms.state import Now, Over, State, Vacant
from vtp.rooms.talk import turns as talk


@dataclass(frozen=True, slots=True)
class Turn:
    state: State
    events: tuple[AnyEvent, ...]
    effects: tuple[effects.Effect, ...]


def apply(state: State, move: c.Move, *, now: Now) -> Turn:
    if state.over is not None:
        if isinstance(move, c.Tick | c.Cut):
            return Turn(state, (), ())
        raise MeetingOver
    if isinstance(move, c.Tick) and not _due(state, now):
        return Turn(state, (), ())
    draft = _Draft(state, now)
    _HANDLERS[type(move)](draft, move)
    after = draft.state()
    return Turn(after, tuple(draft.events), effects.between(state, after))


def _due(state: State, now: Now) -> bool:
    """Whether anything follows from the time alone."""
    if state.vacant is not None and now.ticks >= state.vacant.until:
        return True
    if talk.due(state.talk, now.ticks):
        return True
    return any(now.ticks >= until for until in state.away.values())


class _Draft:
    """A copy of a state that can be written to, and what is told of it meanwhile."""

    def __init__(self, state: State, now: Now) -> None:
        self._before = state
        self.now = now
        self.rules = state.rules
        self.seq = state.seq
        self.member_sources = state.member_sources
        self.vacant = state.vacant
        self.participants = dict(state.participants)
        self.tracks = dict(state.tracks)
        self.tokens = dict(state.tokens)
        self.away = dict(state.away)
        self.removed = state.removed
        self.talk = state.talk
        self.over = state.over
        self.events: list[AnyEvent] = []

    def state(self) -> State:
        return State(
            rules=self.rules,
            member_sources=self.member_sources,
            vacant=self.vacant,
            seq=self.seq,
            participants=self.participants,
            tracks=self.tracks,
            tokens=self.tokens,
            away=self.away,
            removed=self.removed,
            talk=self.talk,
            over=self.over,
        )

    @property
    def ticks(self) -> float:
        return self.now.ticks

    def tell(self, event: Callable[..., AnyEvent], **fields: Any) -> None:
        self.seq += 1
        self.events.append(event(seq=self.seq, at=self.now.wall, **fields))

    # What several moves look for
    def participant(self, participant_id: ParticipantId) -> Participant:
        if (found := self.participants.get(participant_id)) is None:
            raise NoSuchParticipant
        return found

    def track(self, track_id: TrackId, *, of: ParticipantId | None = None) -> Track:
        """Whose track it is not, finds none."""
        found = self.tracks.get(track_id)
        if found is None or (of is not None and found.participant_id != of):
            raise NoSuchTrack
        return found

    def of_user(self, user_id: UUID) -> list[Participant]:
        return [one for one in self.participants.values() if one.user_id == user_id]

    # What several moves do
    def put(self, participant: Participant) -> None:
        if self.participants[participant.id] != participant:
            self.participants[participant.id] = participant
            self.tell(facts.ParticipantChanged, participant=participant)

    def put_track(self, track: Track) -> None:
        if self.tracks[track.id] != track:
            self.tracks[track.id] = track
            self.tell(facts.TrackChanged, track=track)

    def end_track(self, track: Track) -> None:
        del self.tracks[track.id]
        self.tell(facts.TrackEnded, track_id=track.id, participant_id=track.participant_id)

    def out(self, participant: Participant, how: facts.Parting) -> None:
        for track in [t for t in self.tracks.values() if t.participant_id == participant.id]:
            self.end_track(track)
        del self.participants[participant.id]
        self.away.pop(participant.id, None)
        self.tokens = {k: v for k, v in self.tokens.items() if v != participant.id}
        self.tell(facts.ParticipantLeft, participant_id=participant.id, how=how)
        if not self.participants:
            until = self.now.ticks + self.rules.empty_for
            self.vacant = Vacant(self.now.wall, until, "empty")

    def end(self, over: Over) -> None:
        """Everybody is out with it; one event says so."""
        self.participants, self.tracks, self.tokens, self.away = {}, {}, {}, {}
        self.over = over
        self.tell(facts.MeetingEnded, how=over.how)

    def end_forbidden(self) -> None:
        """What somebody may send no more, ends."""
        for track in list(self.tracks.values()):
            role = self.participants[track.participant_id].role
            if not rights.may_publish(role, track.source, self.member_sources):
                self.end_track(track)


def _join(draft: _Draft, move: c.Join) -> None:
    _require_place(draft, move.user_id)
    participant = Participant(
        id=move.participant_id,
        user_id=move.user_id,
        name=move.name,
        role=move.role,
        joined_at=draft.now.wall,
    )
    draft.participants[participant.id] = participant
    draft.tokens[move.token_hash] = participant.id
    draft.vacant = None
    draft.tell(facts.ParticipantJoined, participant=participant)


def _require_place(draft: _Draft, user_id: UUID) -> None:
    if user_id in draft.removed:
        raise RemovedFromMeeting
    devices = draft.of_user(user_id)
    if len(devices) >= draft.rules.devices:
        # Whoever reloads a page without its token should not be kept out by their own ghosts.
        ghost = next((one for one in devices if one.connection == "away"), None)
        if ghost is None:
            raise TooManyDevices
        draft.out(ghost, "lost")
    if len(draft.participants) >= draft.rules.participants:
        raise RoomFull(retry_after=30)


def _resume(draft: _Draft, move: c.Resume) -> None:
    participant = draft.participant(move.participant_id)
    draft.away.pop(participant.id, None)
    draft.put(msgspec.structs.replace(participant, connection="live"))


def _cut(draft: _Draft, move: c.Cut) -> None:
    participant = draft.participants.get(move.participant_id)
    if participant is not None and participant.connection == "live":
        draft.away[participant.id] = draft.now.ticks + draft.rules.away_after
        draft.put(msgspec.structs.replace(participant, connection="away"))


def _leave(draft: _Draft, move: c.Leave) -> None:
    draft.out(draft.participant(move.participant_id), move.how)


def _raise_hand(draft: _Draft, move: c.RaiseHand) -> None:
    participant = draft.participant(move.participant_id)
    if move.raised == (participant.hand_at is not None):
        return
    hand_at = draft.now.wall if move.raised else None
    draft.participants[participant.id] = msgspec.structs.replace(participant, hand_at=hand_at)
    draft.tell(facts.Hand, participant_id=participant.id, hand_at=hand_at)


def _publish(draft: _Draft, move: c.Publish) -> None:
    participant = draft.participant(move.participant_id)
    if facts.KIND_OF[move.source] != move.kind:
        raise WrongKind
    if not rights.may_publish(participant.role, move.source, draft.member_sources):
        raise MayNotPublish
    sent = (t.source for t in draft.tracks.values() if t.participant_id == participant.id)
    if move.source in sent:
        raise AlreadyPublished
    track = Track(
        id=move.track_id,
        participant_id=participant.id,
        kind=move.kind,
        source=move.source,
        paused=move.paused,
    )
    draft.tracks[track.id] = track
    draft.tell(facts.TrackStarted, track=track)


def _pause(draft: _Draft, move: c.Pause) -> None:
    track = draft.track(move.track_id, of=move.participant_id)
    muted = track.muted_by_staff and move.paused
    draft.put_track(msgspec.structs.replace(track, paused=move.paused, muted_by_staff=muted))


def _unpublish(draft: _Draft, move: c.Unpublish) -> None:
    draft.end_track(draft.track(move.track_id, of=move.participant_id))


def _mute(draft: _Draft, move: c.Mute) -> None:
    track = draft.track(move.track_id)
    draft.put_track(msgspec.structs.replace(track, paused=True, muted_by_staff=True))


def _remove(draft: _Draft, move: c.Remove) -> None:
    devices = draft.of_user(move.user_id)
    if any(one.role == "host" for one in devices):
        raise HostsStay
    draft.removed |= {move.user_id}
    for one in devices:
        draft.out(one, "removed")


def _readmit(draft: _Draft, move: c.Readmit) -> None:
    draft.removed -= {move.user_id}


def _change_role(draft: _Draft, move: c.ChangeRole) -> None:
    participant = draft.participant(move.participant_id)
    draft.put(msgspec.structs.replace(participant, role=move.role))
    draft.end_forbidden()


def _change_sources(draft: _Draft, move: c.ChangeSources) -> None:
    if move.member_sources == draft.member_sources:
        return
    draft.member_sources = move.member_sources
    told = [one for one in facts.SOURCES if one in move.member_sources]
    draft.tell(facts.SourcesChanged, member_sources=told)
    draft.end_forbidden()


def _warn(draft: _Draft, move: c.Warn) -> None:
    draft.tell(facts.ServerStops, by=move.by)


def _end(draft: _Draft, move: c.End) -> None:
    draft.end(Over(move.how, draft.now.wall))


def _tick(draft: _Draft, _move: c.Tick) -> None:
    ticks = draft.now.ticks
    for participant_id in [one for one, until in draft.away.items() if ticks >= until]:
        draft.out(draft.participants[participant_id], "lost")
    talk.found_again(draft)
    vacant = draft.vacant
    if vacant is not None and ticks >= vacant.until:
        draft.end(Over(vacant.how, vacant.since))


_HANDLERS: dict[type, Callable[[_Draft, Any], None]] = {
    c.Join: _join,
    c.Resume: _resume,
    c.Cut: _cut,
    c.Leave: _leave,
    c.RaiseHand: _raise_hand,
    c.Publish: _publish,
    c.Pause: _pause,
    c.Unpublish: _unpublish,
    c.Mute: _mute,
    c.Remove: _remove,
    c.Readmit: _readmit,
    c.ChangeRole: _change_role,
    c.ChangeSources: _change_sources,
    c.Warn: _warn,
    c.End: _end,
    c.Tick: _tick,
    **talk.HANDLERS,
}
