"""The last events of a class, for those who come back, and what a client makes of them. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from vtp.rooms import facts
from vtp.rooms.facts import AnyEvent, Participant, ParticipantId, Track, TrackId

KEPT: Final = 1024


class Ring:
    """The newest events. `since` answers with all after a number, or says that some are gone."""

    def __init__(self, kept: int = KEPT) -> None:
        self._events: deque[AnyEvent] = deque(maxlen=kept)

    def add(self, events: Iterable[AnyEvent]) -> None:
        self._events.extend(events)

    def since(self, seq: int) -> list[AnyEvent] | None:
        """None when what came after `seq` is not all here, or `seq` was never reached."""
        newest = self._events[-1].seq if self._events else 0
        oldest = self._events[0].seq if self._events else 1
        if not oldest - 1 <= seq <= newest:
            return None
        return [event for event in self._events if event.seq > seq]


@dataclass(slots=True)
class View:
    """What a client knows: a snapshot, and events in the order of their numbers on top of it."""

    seq: int = 0
    participants: dict[ParticipantId, Participant] = field(default_factory=dict)
    tracks: dict[TrackId, Track] = field(default_factory=dict)
    over: bool = False

    def take(self, event: AnyEvent) -> None:
        """Numbers that were seen before are passed over."""
        if event.seq <= self.seq:
            return
        self.seq = event.seq
        match event:
            case facts.ParticipantJoined() | facts.ParticipantChanged():
                self.participants[event.participant.id] = event.participant
            case facts.ParticipantLeft():
                self.participants.pop(event.participant_id, None)
            case facts.Hand():
                self._hand(event)
            case facts.TrackStarted() | facts.TrackChanged():
                self.tracks[event.track.id] = event.track
            case facts.TrackEnded():
                self.tracks.pop(event.track_id, None)
            case facts.MeetingEnded():
                self.participants, self.tracks, self.over = {}, {}, True
            case _:  # what is said is kept by who shows it
                pass

    def _hand(self, event: facts.Hand) -> None:
        if (found := self.participants.get(event.participant_id)) is not None:
            changed = msgspec.structs.replace(found, hand_at=event.hand_at)
            self.participants[found.id] = changed
