"""What is known of a participant's media and of the whole plane, as plain numbers for reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from vtp.media.sfu.consumer import Consumer
    from vtp.media.sfu.peer import Peer
    from vtp.media.sfu.producer import Producer
    from vtp.media.sfu.stream import Stream
    from vtp.media.sfu.transport import Transport


class LayerFigures(Struct, frozen=True, kw_only=True):
    layer: int
    bits_per_second: float
    lost: int
    jitter: float  # s
    viewers: int


class SentFigures(Struct, frozen=True, kw_only=True):
    """A track that this participant sends."""

    track: str
    source: str
    codec: str
    paused: bool
    layers: list[LayerFigures]


class ReceivedFigures(Struct, frozen=True, kw_only=True):
    """A track that this participant receives. `layer` is -1 while nothing is sent."""

    track: str
    layer: int
    bits_per_second: float
    packets: int
    bytes: int
    resent: int
    lost: int  # on the way to them, before repairs
    jitter: float  # s


class ConnectionFigures(Struct, frozen=True, kw_only=True):
    state: str
    rtt: float  # s, 0 while it is not known
    room: float  # bits a second that the line to them takes; 0 while it takes all
    packets_in: int
    packets_out: int
    bytes_in: int
    bytes_out: int
    drops: dict[str, int]


class PeerFigures(Struct, frozen=True, kw_only=True):
    connections: list[ConnectionFigures]
    sends: list[SentFigures]
    receives: list[ReceivedFigures]


class PlaneFigures(Struct, frozen=True, kw_only=True):
    meetings: int
    participants: int
    packets_per_second: float
    capacity: float
    late: float  # s that the loop was late, at most, in the last second
    drops: dict[str, int]


def of_peer(peer: Peer) -> PeerFigures:
    return PeerFigures(
        connections=[
            _connection(side.transport, side.drops, room=side.room) for side in peer.sides
        ],
        sends=[_sent(producer, peer.now()) for producer in peer.producers.values()],
        receives=[_received(consumer, peer.now()) for consumer in peer.consumers.values()],
    )


def _connection(transport: Transport, drops: dict[str, int], *, room: float) -> ConnectionFigures:
    return ConnectionFigures(
        state=transport.state,
        rtt=round(transport.rtt, 4),
        room=round(room),
        packets_in=transport.packets_in,
        packets_out=transport.packets_out,
        bytes_in=transport.bytes_in,
        bytes_out=transport.bytes_out,
        drops=dict(drops),
    )


def _sent(producer: Producer, now: float) -> SentFigures:
    return SentFigures(
        track=producer.id,
        source=producer.source,
        codec=producer.published.mime,
        paused=producer.paused,
        layers=[_layer(stream, now) for stream in producer.streams if stream is not None],
    )


def _layer(stream: Stream, now: float) -> LayerFigures:
    reception = stream.reception
    return LayerFigures(
        layer=stream.layer,
        bits_per_second=round(reception.bitrate(now)),
        lost=reception.lost,
        jitter=round(reception.jitter, 5),
        viewers=len(stream.current),
    )


def _received(consumer: Consumer, now: float) -> ReceivedFigures:
    downlink, stream = consumer.downlink, consumer.downlink.stream
    return ReceivedFigures(
        track=consumer.producer.id,
        layer=stream.layer if stream is not None else -1,
        bits_per_second=round(stream.reception.bitrate(now)) if stream is not None else 0,
        packets=downlink.packets,
        bytes=downlink.bytes,
        resent=downlink.resent,
        lost=downlink.lost,
        jitter=round(downlink.jitter, 5),
    )
