"""A copy of a state that can be written to, and what is told of it meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from vtp.rooms import facts, rights
from vtp.rooms.facts import AnyEvent, Participant, ParticipantId, Track, TrackId
from vtp.rooms.problems import NoSuchParticipant, NoSuchTrack
from vtp.rooms.state import Now, Over, State, Vacant


class Draft:
    def __init__(self, state: State, now: Now) -> None:
        self.now = now
        self.rules = state.rules
        self.seq = state.seq
        self.order = state.order
        self.waiting_room = state.waiting_room
        self.vacant = state.vacant
        self.participants = dict(state.participants)
        self.tracks = dict(state.tracks)
        self.tokens = dict(state.tokens)
        self.away = dict(state.away)
        self.astray = dict(state.astray)
        self.talk = state.talk
        self.recording = state.recording
        self.over = state.over
        self.events: list[AnyEvent] = []

    def state(self) -> State:
        return State(
            rules=self.rules,
            order=self.order,
            waiting_room=self.waiting_room,
            vacant=self.vacant,
            seq=self.seq,
            participants=self.participants,
            tracks=self.tracks,
            tokens=self.tokens,
            away=self.away,
            astray=self.astray,
            talk=self.talk,
            recording=self.recording,
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
        if self.order.hand_at(participant.user_id) and not self.of_user(participant.user_id):
            self.order = self.order.with_person(participant.user_id, hand_at=None)
        if self.order.pinned == participant.user_id and not self.of_user(participant.user_id):
            self.pin(None)
        if not self.participants:
            until = self.now.ticks + self.rules.empty_for
            self.vacant = Vacant(self.now.wall, until, "empty")

    def pin(self, person: UUID | None) -> None:
        if self.order.pinned != person:
            self.order = replace(self.order, pinned=person)
            self.tell(facts.PinChanged, pinned=person)

    def end(self, over: Over) -> None:
        """Everybody is out with it; one event says so."""
        self.participants, self.tracks, self.tokens = {}, {}, {}
        self.away, self.astray = {}, {}
        self.over = over
        self.tell(facts.MeetingEnded, how=over.how)

    def end_forbidden(self) -> None:
        """What somebody may send no more, ends."""
        for track in list(self.tracks.values()):
            role = self.participants[track.participant_id].role
            if not rights.may_publish(role, track.source, self.order.member_sources):
                self.end_track(track)
