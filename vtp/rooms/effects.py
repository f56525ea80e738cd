"""What has to be done outside when a class has changed: found by comparing. Pure.

Nothing can be forgotten this way: whatever led from one state to the other, who is gone has no
transport any more, and presence is exactly what the state says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vtp.attendance.ledger import Kind
from vtp.rooms.facts import ParticipantId, Source, TrackId
from vtp.rooms.state import Over, State

_PRESENCE: dict[Source, Kind] = {
    "microphone": "microphone",
    "camera": "camera",
    "screen": "screen",
}


@dataclass(frozen=True, slots=True)
class Begin:
    """Presence of this kind begins."""

    participant_id: ParticipantId
    kind: Kind


@dataclass(frozen=True, slots=True)
class Finish:
    participant_id: ParticipantId
    kind: Kind


@dataclass(frozen=True, slots=True)
class Stop:
    """This track is forwarded no more."""

    track_id: TrackId


@dataclass(frozen=True, slots=True)
class Hold:
    """Forward nothing of this track, or forward it again."""

    track_id: TrackId
    paused: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """Somebody is gone: end their transports and all that is kept of them."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class Close:
    """The class is over."""

    over: Over


Effect = Begin | Finish | Stop | Hold | Drop | Close


def between(before: State, after: State) -> tuple[Effect, ...]:
    """In an order in which they can be carried out: who leaves, leaves last."""
    return (
        *_tracks(before, after),
        *_presence(before, after),
        *(Drop(one) for one in before.participants if one not in after.participants),
        *([Close(after.over)] if after.over is not None and before.over is None else []),
    )


def _tracks(before: State, after: State) -> Iterator[Effect]:
    if before.tracks is after.tracks:
        return
    for track in before.tracks.values():
        now = after.tracks.get(track.id)
        if now is None:
            yield Stop(track.id)
        elif now.paused != track.paused:
            yield Hold(track.id, now.paused)


def _presence(before: State, after: State) -> Iterator[Effect]:
    was, now = present(before), present(after)
    for one in was:
        if one not in now:
            yield Finish(*one)
    for one in now:
        if one not in was:
            yield Begin(*one)


def present(state: State) -> dict[tuple[ParticipantId, Kind], None]:
    """Who is present in which way. That media flows and who speaks, only the media plane knows."""
    found: dict[tuple[ParticipantId, Kind], None] = {}
    for one in state.participants.values():
        if one.connection == "live":
            found[one.id, "socket"] = None
        if one.hand_at is not None:
            found[one.id, "hand"] = None
    for track in state.tracks.values():
        if not track.paused and (kind := _PRESENCE.get(track.source)):
            found[track.participant_id, kind] = None
    return found
