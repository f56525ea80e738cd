"""What somebody is shown who watches from outside, in one picture and one sound. Pure.

One person at a time: whom the viewer asked for, else a host who sends, else who came first.
"""

from __future__ import annotations

from collections.abc import Mapping

from vtp.rooms.facts import Kind, ParticipantId, Source, Track
from vtp.rooms.state import State

# What goes into the first, second, … m-line of a kind.
_ORDER: Mapping[Kind, tuple[Source, ...]] = {
    "audio": ("microphone", "screen_audio"),
    "video": ("camera", "screen"),
}


def shown(
    state: State, *, viewer: ParticipantId, before: ParticipantId | None
) -> ParticipantId | None:
    """Who is on; `before` stays for as long as they send anything."""
    senders = {track.participant_id for track in state.tracks.values()} - {viewer}
    if before in senders:
        return before
    there = [one for one in state.participants.values() if one.id in senders]
    # Sorting keeps those of one role in the order of their coming.
    there.sort(key=lambda one: one.role != "host")
    return there[0].id if there else None


def tracks(
    state: State, participant_id: ParticipantId | None, kind: Kind, *, screen: bool
) -> list[Track]:
    """What they send of one kind; the screen goes first where it is asked for."""
    sent = {track.source: track for track in state.tracks.values() if _is(track, participant_id)}
    order = _ORDER[kind][::-1] if screen and kind == "video" else _ORDER[kind]
    return [sent[source] for source in order if source in sent]


def _is(track: Track, participant_id: ParticipantId | None) -> bool:
    return track.participant_id == participant_id
