"""The media of one participant: transports, what it publishes and what it watches."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal, Protocol

from vtp.errors import Conflict, Invalid, Limited, NotFound
from vtp.media.rtp import ortc
from vtp.media.sfu import figures
from vtp.media.sfu.consumer import Consumer, Slot
from vtp.media.sfu.feed import Feed
from vtp.media.sfu.producer import Producer
from vtp.media.sfu.uplink import Uplink

if TYPE_CHECKING:
    from vtp.media.rtp.ortc_types import (
        DtlsParameters,
        Kind,
        RtpCapabilities,
        RtpParameters,
    )
    from vtp.media.sfu.hall import Hall
    from vtp.media.sfu.plane import Plane
    from vtp.media.sfu.transport import Transport

Direction = Literal["send", "recv"]

# Of one participant at the same time.
_MOST_TRANSPORTS = 4
_MOST_TRACKS = 8
_MOST_CONSUMERS = 512


class SsrcTaken(Conflict):
    """Another track of yours has this SSRC."""

    code = "ssrc_taken"


class PeerEvents(Protocol):
    """What is told to whoever opened the peer; called on the loop, must return at once."""

    def media(self, *, flowing: bool) -> None: ...

    def wanted(self, producer: Producer, layers: tuple[bool, ...]) -> None: ...

    def layer(self, consumer: Consumer, layer: int, reason: str) -> None: ...


class Peer:
    def __init__(self, plane: Plane, hall: Hall, peer_id: str, events: PeerEvents) -> None:
        self.id = peer_id
        self.hall = hall
        self.events = events
        self._plane = plane
        self._sides: dict[str, Uplink | Feed] = {}
        self.uplinks: tuple[Uplink, ...] = ()  # of these, the one kind
        self.feeds: tuple[Feed, ...] = ()  # and the other
        self.producers: dict[str, Producer] = {}
        self.consumers: dict[str, Consumer] = {}
        self.closed = False
        self._limit = plane.publish_limit()
        self._flowing = False

    # Transports

    def create_transport(self, direction: Direction) -> Transport:
        if self.closed:
            raise NotFound("You are not here any more.")
        self._forget_ended()
        if len(self._sides) >= _MOST_TRANSPORTS:
            raise Limited("You have too many connections already.")
        side: Uplink | Feed
        if direction == "send":
            side = Uplink(self._plane, self, self._limit)
        else:
            side = Feed(self._plane, self)
        side.transport = self._plane.transport(side)
        self._sides[side.transport.id] = side
        self._sides_changed()
        return side.transport

    def transport(self, transport_id: str) -> Transport:
        return self._side(transport_id).transport

    async def connect(self, transport_id: str, parameters: DtlsParameters) -> None:
        await self.transport(transport_id).connect(parameters.role, parameters.fingerprints)

    def _forget_ended(self) -> None:
        """Whose connection failed makes another one; the old ones must not count for ever."""
        for transport_id, side in list(self._sides.items()):
            if side.transport.state in {"failed", "closed"}:
                self.close_transport(transport_id)

    def close_transport(self, transport_id: str) -> None:
        side = self._side(transport_id)
        del self._sides[transport_id]
        self._sides_changed()
        side.transport.close()  # first: whatever happens to the rest, nothing comes or goes
        side.close()

    def _sides_changed(self) -> None:
        sides = self._sides.values()
        self.uplinks = tuple(side for side in sides if isinstance(side, Uplink))
        self.feeds = tuple(side for side in sides if isinstance(side, Feed))
        self._plane.linked(self)

    def _side(self, transport_id: str) -> Uplink | Feed:
        if (side := self._sides.get(transport_id)) is None:
            raise NotFound("There is no such connection.")
        return side

    @property
    def linked(self) -> bool:
        """Whether there is a connection for media, whatever its state."""
        return bool(self._sides)

    @property
    def sides(self) -> list[Uplink | Feed]:
        return list(self._sides.values())

    # Tracks

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
        side = self._side(transport_id)
        if not isinstance(side, Uplink):
            raise Invalid("Nothing can be sent on a connection for receiving.")
        if len(self.producers) >= _MOST_TRACKS:
            raise Limited("You send too many tracks already.")
        published = ortc.published(kind, parameters)
        for encoding in published.encodings:
            if encoding.ssrc is not None and side.taken(encoding.ssrc):
                raise SsrcTaken
        producer = Producer(
            track_id, side, published, hall=self.hall, peer_id=self.id, source=source, paused=paused
        )
        producer.on_closed.append(self._producer_closed)
        self.producers[track_id] = producer
        self.hall.voices += producer.kind == "audio"
        side.add(producer)
        return producer

    def slot(self, transport_id: str) -> Slot:
        """A stream in which one track can be shown after the other, with `consume`."""
        return Slot(*self._feed(transport_id).free_numbers())

    def consume(
        self,
        transport_id: str,
        producer: Producer,
        capabilities: RtpCapabilities,
        *,
        slot: Slot | None = None,
    ) -> Consumer:
        """In a `slot` once the consumer that was there before is closed."""
        side = self._feed(transport_id)
        if producer.closed:
            raise NotFound("There is no such track.")
        if len(self.consumers) >= _MOST_CONSUMERS:
            raise Limited("You receive too many tracks already.")
        consumed = self._consumed(side, producer, capabilities, slot)
        consumer = Consumer(
            secrets.token_hex(16), side, producer, consumed, first=secrets.randbits(15)
        )
        if slot is not None:
            slot.take(consumer.downlink)
        else:
            consumer.on_closed.append(side.stopped)
        consumer.on_closed.append(self._consumer_closed)
        self.consumers[consumer.id] = consumer
        return consumer

    def _feed(self, transport_id: str) -> Feed:
        side = self._side(transport_id)
        if not isinstance(side, Feed):
            raise Invalid("Nothing can be received on a connection for sending.")
        return side

    def _consumed(
        self, feed: Feed, producer: Producer, capabilities: RtpCapabilities, slot: Slot | None
    ) -> ortc.Consumed:
        ssrc, rtx_ssrc = (slot.ssrc, slot.rtx_ssrc) if slot else feed.free_numbers()
        return ortc.consumed(
            producer.published,
            capabilities,
            ssrc=ssrc,
            rtx_ssrc=rtx_ssrc,
            cname=producer.cname,
            mid=feed.next_mid(),
        )

    def consumer(self, consumer_id: str) -> Consumer:
        if (found := self.consumers.get(consumer_id)) is None:
            raise NotFound("You receive no such track.")
        return found

    def _producer_closed(self, producer: Producer) -> None:
        self.producers.pop(producer.id, None)
        self.hall.voices -= producer.kind == "audio"

    def _consumer_closed(self, consumer: Consumer) -> None:
        self.consumers.pop(consumer.id, None)

    # Its end, and what is told of it

    def state_changed(self) -> None:
        flowing = any(side.transport.state == "connected" for side in self._sides.values())
        if flowing != self._flowing:
            self._flowing = flowing
            self.events.media(flowing=flowing)

    def share_rtt(self) -> None:
        """Both ways lead over the same line, and only the one to the subscriber is measured."""
        if rtt := max((feed.transport.rtt for feed in self.feeds), default=0.0):
            for uplink in self.uplinks:
                uplink.rtt = rtt

    def tell_layers(self) -> None:
        for consumer in self.consumers.values():
            if consumer.downlink.video and (state := consumer.state()) is not None:
                self.events.layer(consumer, *state)

    def now(self) -> float:
        return self._plane.now()

    def stats(self) -> figures.PeerFigures:
        return figures.of_peer(self)

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        with ExitStack() as all_of_it:  # a fault in one does not leave the others open
            all_of_it.callback(self._plane.gone, self)
            for transport_id in self._sides:
                all_of_it.callback(self.close_transport, transport_id)
