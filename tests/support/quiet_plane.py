"""A media plane in memory that moves nothing: for tests of who may do what and what is told."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from vtp.errors import NotFound
from vtp.media.capture.link import Tap
from vtp.media.rtp import ortc
from vtp.media.rtp.ortc import Published
from vtp.media.rtp.ortc_types import (
    DtlsFingerprint,
    DtlsParameters,
    IceCandidate,
    IceParameters,
    Kind,
    RtcpParameters,
    RtpCapabilities,
    RtpCodecParameters,
    RtpEncodingParameters,
    RtpParameters,
)
from vtp.media.sfu.figures import PeerFigures, PlaneFigures
from vtp.media.sfu.tap import Sink
from vtp.rooms.media import Direction, HallEvents, PeerEvents

_numbers = itertools.count(1)
DTLS = DtlsParameters(
    fingerprints=(DtlsFingerprint(algorithm="sha-256", value=":".join(["AB"] * 32)),)
)


def _id(kind: str) -> str:
    return f"{kind}-{next(_numbers)}"


@dataclass
class Transport:
    direction: Direction
    id: str = field(default_factory=lambda: _id("transport"))
    connected: bool = False
    restarts: int = 0
    closed: bool = False
    state: str = "new"
    reachable: bool = True

    def ice_parameters(self) -> IceParameters:
        return IceParameters(username_fragment=f"u{self.restarts:03}", password="p" * 22)

    def candidates(self) -> Sequence[IceCandidate]:
        return [
            IceCandidate(
                foundation="1",
                priority=1,
                address="127.0.0.1",
                protocol="udp",
                port=7882,
                type="host",
            )
        ]

    def dtls_parameters(self) -> DtlsParameters:
        return DTLS

    def restart_ice(self) -> None:
        self.restarts += 1


@dataclass(frozen=True)
class Slot:
    ssrc: int
    rtx_ssrc: int


@dataclass(eq=False)
class QuietTap:
    """Nothing flows in it."""

    sink: Sink
    closed: bool = False

    def want_key(self, now: float) -> None: ...

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.sink.ended()


@dataclass(eq=False)
class Producer:
    id: str
    published: Published
    source: str
    paused: bool
    closed: bool = False
    consumers: list[Consumer] = field(default_factory=list)
    taps: list[QuietTap] = field(default_factory=list)

    def flows(self) -> bool:
        return not self.paused

    def pause(self) -> None:
        self.paused = True

    def resume(self, now: float) -> None:
        self.paused = False

    def tap(self, sink: Sink, now: float) -> Tap:
        self.taps.append(made := QuietTap(sink))
        return made

    def close(self) -> None:
        self.closed = True
        for consumer in list(self.consumers):
            consumer.close()


@dataclass(eq=False)
class Consumer:
    id: str
    producer: Producer
    parameters: RtpParameters
    peer: Peer
    paused: bool = True
    preferred: tuple[int, int, bool] | None = None
    closed: bool = False

    def resume(self, now: float) -> None:
        self.paused = False

    def flows(self) -> bool:
        return not self.paused

    def pause(self) -> None:
        self.paused = True

    def prefer(self, *, width: int, height: int, pinned: bool, now: float) -> None:
        self.preferred = (width, height, pinned)

    def close(self) -> None:
        self.closed = True
        self.peer.consumers.pop(self.id, None)


@dataclass(eq=False)
class Peer:
    plane: QuietPlane
    id: str
    events: PeerEvents
    transports: dict[str, Transport] = field(default_factory=dict)
    producers: dict[str, Producer] = field(default_factory=dict)
    consumers: dict[str, Consumer] = field(default_factory=dict)
    closed: bool = False

    def create_transport(self, direction: Direction) -> Transport:
        made = Transport(direction)
        self.transports[made.id] = made
        return made

    def transport(self, transport_id: str) -> Transport:
        if (found := self.transports.get(transport_id)) is None:
            raise NotFound
        return found

    async def connect(self, transport_id: str, parameters: DtlsParameters) -> None:
        transport = self.transport(transport_id)
        transport.connected, transport.state = True, "connected"
        self.events.media(flowing=True)

    def produce(
        self,
        transport_id: str,
        kind: Kind,
        parameters: RtpParameters,
        *,
        track_id: str,
        source: str,
        paused: bool = False,
    ) -> Producer:
        self.transport(transport_id)
        made = Producer(track_id, ortc.published(kind, parameters), source, paused)
        self.producers[track_id] = made
        return made

    def slot(self, transport_id: str) -> Slot:
        self.transport(transport_id)
        return Slot(next(_numbers), next(_numbers))

    def consume(
        self,
        transport_id: str,
        producer: Producer,
        capabilities: RtpCapabilities,
        *,
        slot: Slot | None = None,
    ) -> Consumer:
        self.transport(transport_id)
        ssrc = slot.ssrc if slot is not None else next(_numbers)
        consumed = ortc.consumed(
            producer.published, capabilities, ssrc=ssrc, rtx_ssrc=None, cname="c"
        )
        made = Consumer(_id("consumer"), producer, consumed.parameters, self)
        self.consumers[made.id] = made
        producer.consumers.append(made)
        return made

    def consumer(self, consumer_id: str) -> Consumer:
        if (found := self.consumers.get(consumer_id)) is None:
            raise NotFound
        return found

    def stats(self) -> PeerFigures:
        return PeerFigures(connections=[], sends=[], receives=[])

    def close(self) -> None:
        self.closed = True
        for consumer in list(self.consumers.values()):
            consumer.close()
        for producer in self.producers.values():
            producer.close()
        for transport in self.transports.values():
            transport.closed = True
        self.plane.peers.pop(self.id, None)


@dataclass
class QuietPlane:
    is_full: bool = False
    peers: dict[str, Peer] = field(default_factory=dict)
    halls: dict[str, HallEvents] = field(default_factory=dict)

    @property
    def capabilities(self) -> RtpCapabilities:
        return ortc.router_capabilities()

    def full(self) -> bool:
        return self.is_full

    def stats(self) -> PlaneFigures:
        return PlaneFigures(
            meetings=0,
            participants=len(self.peers),
            packets_per_second=0,
            capacity=0,
            late=0,
            drops={},
        )

    def hall(self, hall_id: str, events: HallEvents) -> str:
        self.halls[hall_id] = events
        return hall_id

    def peer(self, hall: Any, peer_id: str, events: PeerEvents) -> Peer:
        made = self.peers[peer_id] = Peer(self, peer_id, events)
        return made


# --- what browsers say ------------------------------------------------------------------------
def sound() -> RtpParameters:
    return RtpParameters(
        mid="0",
        codecs=(
            RtpCodecParameters(
                mime_type="audio/opus", payload_type=111, clock_rate=48_000, channels=2
            ),
        ),
        encodings=(RtpEncodingParameters(ssrc=next(_numbers)),),
        rtcp=RtcpParameters(cname="somebody"),
    )


def video(mime: str = "video/H264") -> RtpParameters:
    parameters: dict[str, str | int | float] = (
        {"packetization-mode": 1, "profile-level-id": "42e01f"} if mime == "video/H264" else {}
    )
    return RtpParameters(
        mid="1",
        codecs=(
            RtpCodecParameters(
                mime_type=mime, payload_type=102, clock_rate=90_000, parameters=parameters
            ),
        ),
        encodings=(RtpEncodingParameters(ssrc=next(_numbers)),),
        rtcp=RtcpParameters(cname="somebody"),
    )


def device(*, without: str = "") -> RtpCapabilities:
    """What a browser can decode."""
    all_of_them = ortc.router_capabilities()
    kept = tuple(one for one in all_of_them.codecs if one.mime_type != without)
    return RtpCapabilities(codecs=kept, header_extensions=all_of_them.header_extensions)
