"""What has to be done outside when a class has changed: found by comparing. Pure.

Nothing can be forgotten this way: whatever led from one state to the other, who is gone has no
transport any more, and presence is exactly what the state says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from vtp.attendance.ledger import Kind
from vtp.rooms import rights
from vtp.rooms.facts import Answered, Participant, ParticipantId, Source, Track, TrackId
from vtp.rooms.state import Over, State
from vtp.rooms.talk import effects as talk
from vtp.rooms.talk.effects import TalkEffect

K = TypeVar("K")
V = TypeVar("V")

# The ways to be present by sending something.
PRESENCE: dict[Source, Kind] = {
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
class Recast:
    """Whoever sends this track is staff from now on, or no more: that decides what is recorded."""

    track_id: TrackId


@dataclass(frozen=True, slots=True)
class Drop:
    """Somebody is gone: end their transports and all that is kept of them."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class Close:
    """The class is over."""

    over: Over


@dataclass(frozen=True, slots=True)
class ShowDoor:
    """Who waits and who is kept out is otherwise for this one: staff see it, others do not."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody waits no more: let in, turned away, or there is nothing to wait for."""

    person: UUID
    answer: Answered


@dataclass(frozen=True, slots=True)
class KeepLarge:
    """Staff show these to everybody now: one person with all their devices, or nobody."""

    participants: frozenset[ParticipantId]


Recorded = Recast | KeepLarge | Close
Effect = Begin | Finish | Stop | Hold | Drop | ShowDoor | Answer | Recorded | TalkEffect


def between(before: State, after: State) -> tuple[Effect, ...]:
    """In an order in which they can be carried out: who leaves, leaves last.

    Whatever did not change is the same object, so that a crowd costs little.
    """
    people = _changed(before.participants, after.participants)
    tracks = _changed(before.tracks, after.tracks)
    return (
        *(effect for was, now in tracks for effect in _of_track(was, now)),
        *(effect for was, now in tracks for effect in _sending(was, now)),
        *(effect for was, now in people for effect in _being_there(was, now)),
        *(effect for was, now in people for effect in _recast(was, now, before, after)),
        *talk.between(before.talk, after.talk),
        *(Drop(was.id) for was, now in people if was is not None and now is None),
        *_at_the_door(before, after),
        *_large(before, after),
        *([Close(after.over)] if after.over is not None and before.over is None else []),
    )


def _changed(before: Mapping[K, V], after: Mapping[K, V]) -> list[tuple[V | None, V | None]]:
    """What is gone, different or new, as it was and as it is."""
    if before is after:
        return []
    gone_or_different = [
        (was, now) for key, was in before.items() if (now := after.get(key)) is not was
    ]
    return gone_or_different + [(None, after[key]) for key in after if key not in before]


def _at_the_door(before: State, after: State) -> Iterator[Effect]:
    answers = list(_answers(before, after))
    outside = before.order.people is not after.order.people
    shown = outside and before.order.door != after.order.door
    for one in after.participants.values():
        was = before.participants.get(one.id)
        staff, was_staff = rights.is_staff(one.role), was is not None and rights.is_staff(was.role)
        if was is not None and (staff != was_staff or (staff and shown)):
            yield ShowDoor(one.id)
    yield from answers


def _answers(before: State, after: State) -> Iterator[Answer]:
    if before.order.people is after.order.people and (after.over is None or before.over):
        return
    for one in before.order.waiting:
        if after.over is not None:
            yield Answer(one.person, "over")
        elif after.order.kept_out(one.person):
            yield Answer(one.person, "declined")
        elif after.order.admitted(one.person) and not after.order.waits(one.person):
            yield Answer(one.person, "admitted")


def _large(before: State, after: State) -> Iterator[Effect]:
    was, now = pinned(before), pinned(after)
    if was != now:
        yield KeepLarge(now)


def pinned(state: State) -> frozenset[ParticipantId]:
    person = state.order.pinned
    if person is None:
        return frozenset()
    return frozenset(one.id for one in state.participants.values() if one.user_id == person)


def _of_track(was: Track | None, now: Track | None) -> Iterator[Effect]:
    if was is not None and now is None:
        yield Stop(was.id)
    elif was is not None and now is not None and was.paused != now.paused:
        yield Hold(now.id, now.paused)


def _sending(was: Track | None, now: Track | None) -> Iterator[Effect]:
    """Each source is sent once, so a track alone says whether its sender is present by it."""
    track = now or was
    if track is not None and (kind := PRESENCE.get(track.source)):
        yield from _turned(track.participant_id, kind, was=_sends(was), now=_sends(now))


def _being_there(was: Participant | None, now: Participant | None) -> Iterator[Effect]:
    one = now or was
    if one is not None:
        yield from _turned(one.id, "socket", was=_live(was), now=_live(now))
        yield from _turned(one.id, "hand", was=_raised(was), now=_raised(now))


def _recast(
    was: Participant | None, now: Participant | None, before: State, after: State
) -> Iterator[Recast]:
    """What they sent before and send still; what begins and ends tells of itself."""
    if was is None or now is None or rights.is_staff(was.role) == rights.is_staff(now.role):
        return
    for track in after.tracks.values():
        if track.participant_id == now.id and track.id in before.tracks:
            yield Recast(track.id)


def _turned(participant_id: ParticipantId, kind: Kind, *, was: bool, now: bool) -> Iterator[Effect]:
    if was and not now:
        yield Finish(participant_id, kind)
    elif now and not was:
        yield Begin(participant_id, kind)


def _sends(track: Track | None) -> bool:
    return track is not None and not track.paused


def _live(participant: Participant | None) -> bool:
    return participant is not None and participant.connection == "live"


def _raised(participant: Participant | None) -> bool:
    return participant is not None and participant.hand_at is not None
