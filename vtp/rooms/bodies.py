"""What participants send over Socket.IO and are answered, field by field."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from vtp.ids import MeetingId, RoomId
from vtp.media.rtp.ortc_types import (
    DtlsParameters,
    IceCandidate,
    IceParameters,
    RtpCapabilities,
    RtpParameters,
)
from vtp.rooms import facts, rights
from vtp.rooms.facts import AnyEvent, Participant, Track
from vtp.rooms.service.entrance import Entry, IceServer
from vtp.rooms.talk_bodies import Snapshot, snapshot

RoomRef = Annotated[UUID, Meta(description="The room.")]
TrackRef = Annotated[UUID, Meta(description="A track, as in `tracks` and the events.")]
# Of the media plane: random, and known only to whom it belongs.
_MEDIA_ID = Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")
TransportRef = Annotated[str, _MEDIA_ID, Meta(description="`id` of `media.transport`.")]
ConsumerRef = Annotated[str, _MEDIA_ID, Meta(description="`id` of `media.consume`.")]
Kind = Annotated[facts.Kind, Meta(description="Microphones are audio, cameras are video.")]
Source = Annotated[facts.Source, Meta(description="Each of them once per participant.")]
Pixels = Annotated[int, Meta(ge=0, le=16_384, description="Of the screen, as it is shown.")]


class Input(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """An empty object."""


# --- the class --------------------------------------------------------------------------------
class Resume(Input, frozen=True, kw_only=True):
    token: Annotated[
        str,
        Meta(min_length=16, max_length=64, description="`resume_token` of the first answer."),
    ]
    seq: Annotated[
        int, Meta(ge=0, le=2**53, description="Of the last event that was received.")
    ] = 0


class Join(Input, frozen=True, kw_only=True):
    room: RoomRef
    resume: Annotated[
        Resume | None,
        Meta(description="After a lost connection: come back as the same participant."),
    ] = None


class Wait(Input, frozen=True, kw_only=True):
    room: RoomRef


class Waits(Struct, frozen=True, kw_only=True):
    since: Annotated[
        datetime | None,
        Meta(description="Since when you wait; null: you need not, join now."),
    ]


class JoinedMeeting(Struct, frozen=True, kw_only=True):
    id: MeetingId
    room_id: RoomId
    title: str
    started_at: datetime


class Rights(Struct, frozen=True, kw_only=True):
    publish: Annotated[list[facts.Source], Meta(description="What you may send.")]
    moderate: Annotated[bool, Meta(description="Staff: you mute, lock, let in and remove.")]
    host: Annotated[bool, Meta(description="You also end the class and choose co-hosts.")]


class Joined(Struct, frozen=True, kw_only=True):
    """The class as it is: events above `seq` follow."""

    meeting: JoinedMeeting
    me: Participant
    participants: list[Participant]
    tracks: list[Track]
    seq: int
    resume_token: str
    resumed: bool
    missed: Annotated[
        list[AnyEvent],
        Meta(description="After `resume.seq`; empty where too many were missed to keep them."),
    ]
    capabilities: RtpCapabilities
    codecs: Annotated[
        dict[facts.Source, str],
        Meta(description="In which of them to send a camera and a screen, until `media.codec`."),
    ]
    ice_servers: list[IceServer]
    rights: Rights
    member_sources: Annotated[list[facts.Source], Meta(description="What members may send.")]
    locks: facts.Locks
    pinned: Annotated[
        UUID | None, Meta(description="`user_id` of whom staff keep large for everybody.")
    ]
    door: Annotated[facts.Door | None, Meta(description="Who is outside, for staff alone.")]
    recording: Annotated[facts.Recording, Meta(description="Whether this class is kept.")]
    talk: Snapshot


def joined(entry: Entry) -> Joined:
    meeting, state = entry.meeting, entry.meeting.state
    return Joined(
        meeting=JoinedMeeting(
            id=meeting.id,
            room_id=meeting.room.id,
            title=meeting.room.title,
            started_at=meeting.started_at,
        ),
        me=entry.me,
        participants=list(state.participants.values()),
        tracks=list(state.tracks.values()),
        seq=state.seq,
        resume_token=entry.token,
        resumed=entry.resumed,
        missed=list(entry.missed),
        capabilities=entry.capabilities,
        codecs=meeting.codecs.now(),
        ice_servers=list(entry.ice_servers),
        rights=Rights(
            publish=list(entry.publish),
            moderate=rights.is_staff(entry.me.role),
            host=rights.may_host(entry.me.role),
        ),
        member_sources=[one for one in facts.SOURCES if one in state.member_sources],
        locks=state.locks,
        pinned=state.order.pinned,
        door=state.order.door if rights.is_staff(entry.me.role) else None,
        recording=state.recording,
        talk=snapshot(state, entry.me),
    )


class RatherNot(Input, frozen=True, kw_only=True):
    source: facts.Askable


class HandUp(Input, frozen=True, kw_only=True):
    raised: Annotated[bool, Meta(description="False takes it down.")]


# --- transports -------------------------------------------------------------------------------
class TransportWish(Input, frozen=True, kw_only=True):
    direction: Annotated[Literal["send", "recv"], Meta(description="As the client sees it.")]


class TransportMade(Struct, frozen=True, kw_only=True):
    id: str
    ice_parameters: IceParameters
    ice_candidates: list[IceCandidate]
    dtls_parameters: DtlsParameters


class TransportConnect(Input, frozen=True, kw_only=True):
    transport: TransportRef
    dtls_parameters: DtlsParameters


class TransportOnly(Input, frozen=True, kw_only=True):
    transport: TransportRef


class IceRestarted(Struct, frozen=True, kw_only=True):
    ice_parameters: IceParameters
    ice_candidates: list[IceCandidate]


# --- what is sent -----------------------------------------------------------------------------
class Produce(Input, frozen=True, kw_only=True):
    transport: TransportRef
    kind: Kind
    source: Source
    rtp_parameters: RtpParameters
    paused: Annotated[bool, Meta(description="Begin without forwarding.")] = False


class Produced(Struct, frozen=True, kw_only=True):
    id: Annotated[UUID, Meta(description="The new track.")]


class PauseTrack(Input, frozen=True, kw_only=True):
    track: TrackRef
    paused: Annotated[bool, Meta(description="False goes on, also after a mute by a host.")]


class TrackOnly(Input, frozen=True, kw_only=True):
    track: TrackRef


# --- what is watched --------------------------------------------------------------------------
class Consume(Input, frozen=True, kw_only=True):
    transport: TransportRef
    track: TrackRef
    rtp_capabilities: RtpCapabilities


class Consumed(Struct, frozen=True, kw_only=True):
    """Nothing flows until `media.resume`."""

    id: str
    track: UUID
    kind: facts.Kind
    rtp_parameters: RtpParameters
    paused: Literal[True] = True


class ConsumerOnly(Input, frozen=True, kw_only=True):
    consumer: ConsumerRef


class Prefer(Input, frozen=True, kw_only=True):
    consumer: ConsumerRef
    width: Pixels = 0
    height: Pixels = 0
    priority: Annotated[
        Literal["pinned", "normal"],
        Meta(description="`pinned` gets what there is before others do."),
    ] = "normal"
