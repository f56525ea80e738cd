"""The media of a socket that is in a class: transports, what it sends, what it watches.

Everything is looked for among what belongs to the socket or its class; what is somebody else's is
not found, however well its id was guessed.
"""

from __future__ import annotations

from vtp.clock import Clock
from vtp.edge.sockets.channels import Sid
from vtp.ids import uuid7
from vtp.media.rtp import ortc
from vtp.media.rtp.ortc_types import DtlsParameters, RtpCapabilities, RtpParameters
from vtp.rooms import moves, rights
from vtp.rooms.facts import Kind, ParticipantId, Source, Track, TrackId
from vtp.rooms.media import Consumer, Direction, Peer, Producer, Transport
from vtp.rooms.problems import MayNotPublish, NoSuchTrack, OwnTrack
from vtp.rooms.service.live import Live


class Desk:
    def __init__(self, *, live: Live, clock: Clock) -> None:
        self._live = live
        self._clock = clock

    # --- transports ---------------------------------------------------------------------------
    def transport(self, sid: Sid, *, direction: Direction) -> Transport:
        meeting, seat = self._live.seated(sid)
        role = meeting.state.participants[seat.participant_id].role
        if direction == "send" and not rights.publishable(role, meeting.state.member_sources):
            raise MayNotPublish
        return seat.peer.create_transport(direction)

    async def connect(self, sid: Sid, *, transport: str, dtls: DtlsParameters) -> None:
        _, seat = self._live.seated(sid)
        await seat.peer.connect(transport, dtls)

    def restart_ice(self, sid: Sid, *, transport: str) -> Transport:
        _, seat = self._live.seated(sid)
        found = seat.peer.transport(transport)
        found.restart_ice()
        return found

    # --- what is sent -------------------------------------------------------------------------
    def produce(
        self,
        sid: Sid,
        *,
        transport: str,
        kind: Kind,
        source: Source,
        parameters: RtpParameters,
        paused: bool,
    ) -> Track:
        meeting, seat = self._live.seated(sid)
        track_id = TrackId(uuid7())

        def begin(peer: Peer) -> Producer:
            return peer.produce(
                transport, kind, parameters, track_id=str(track_id), source=source, paused=paused
            )

        move = moves.Publish(
            participant_id=seat.participant_id,
            track_id=track_id,
            kind=kind,
            source=source,
            paused=paused,
        )
        return meeting.publish(move, begin)

    def pause(self, sid: Sid, *, track_id: TrackId, paused: bool) -> None:
        meeting, seat = self._live.seated(sid)
        meeting.do(moves.Pause(seat.participant_id, track_id, paused))

    def unpublish(self, sid: Sid, *, track_id: TrackId) -> None:
        meeting, seat = self._live.seated(sid)
        meeting.do(moves.Unpublish(seat.participant_id, track_id))

    # --- what is watched ----------------------------------------------------------------------
    def consume(
        self, sid: Sid, *, transport: str, track_id: TrackId, capabilities: RtpCapabilities
    ) -> tuple[Track, Consumer]:
        meeting, seat = self._live.seated(sid)
        track = meeting.state.tracks.get(track_id)
        if track is None:
            raise NoSuchTrack
        _require_subscribable(seat.participant_id, track)
        producer = meeting.watches(seat.participant_id, track, capabilities)
        if producer is None:
            raise ortc.CannotConsume
        return track, seat.peer.consume(transport, producer, capabilities)

    def resume(self, sid: Sid, *, consumer: str) -> None:
        self._consumer(sid, consumer).resume(self._clock.monotonic())

    def hold(self, sid: Sid, *, consumer: str) -> None:
        self._consumer(sid, consumer).pause()

    def prefer(self, sid: Sid, *, consumer: str, width: int, height: int, pinned: bool) -> None:
        now = self._clock.monotonic()
        self._consumer(sid, consumer).prefer(width=width, height=height, pinned=pinned, now=now)

    def unsubscribe(self, sid: Sid, *, consumer: str) -> None:
        self._consumer(sid, consumer).close()

    def _consumer(self, sid: Sid, consumer_id: str) -> Consumer:
        _, seat = self._live.seated(sid)
        return seat.peer.consumer(consumer_id)


def _require_subscribable(asker: ParticipantId, track: Track) -> None:
    if not rights.may_subscribe(asker, track.participant_id):
        raise OwnTrack
