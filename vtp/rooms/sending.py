"""What is sent in a class: published, paused, muted by staff. Pure."""

from __future__ import annotations

import msgspec

from vtp.rooms import facts, rights
from vtp.rooms import moves as c
from vtp.rooms.draft import Draft
from vtp.rooms.facts import Track
from vtp.rooms.problems import AlreadyPublished, MayNotPublish, WrongKind


def publish(draft: Draft, move: c.Publish) -> None:
    participant = draft.participant(move.participant_id)
    if facts.KIND_OF[move.source] != move.kind:
        raise WrongKind
    if not rights.may_publish(participant.role, move.source, draft.order.member_sources):
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


def pause(draft: Draft, move: c.Pause) -> None:
    track = draft.track(move.track_id, of=move.participant_id)
    muted = track.muted_by_staff and move.paused
    draft.put_track(msgspec.structs.replace(track, paused=move.paused, muted_by_staff=muted))


def unpublish(draft: Draft, move: c.Unpublish) -> None:
    draft.end_track(draft.track(move.track_id, of=move.participant_id))


def mute(draft: Draft, move: c.Mute) -> None:
    track = draft.track(move.track_id)
    draft.put_track(msgspec.structs.replace(track, paused=True, muted_by_staff=True))


def mute_all(draft: Draft, _move: c.MuteAll) -> None:
    """Of staff nobody is muted by this."""
    for track in list(draft.tracks.values()):
        role = draft.participants[track.participant_id].role
        if track.source == "microphone" and not track.paused and not rights.is_staff(role):
            draft.put_track(msgspec.structs.replace(track, paused=True, muted_by_staff=True))
