"""What somebody publishes, as it comes, for whoever keeps it: a recorder.

A tap stands among the subscribers of the best layer that flows, so that forwarding knows no
difference. Packets are the canonical ones, each with the time of its arrival.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from vtp.media.rtp.packet import Packet
    from vtp.media.sfu.producer import Producer
    from vtp.media.sfu.stream import Stream

# Seconds of the past that come first, as far as they are kept.
_PAST = 5.0


class Sink(Protocol):
    """Called on the loop while packets are forwarded to others: returns at once."""

    def began(self, stream: Stream) -> None:
        """From now on packets are of this layer; its `reception` tells what its clock shows."""

    def packets(self, packets: Sequence[Packet], now: float) -> None:
        """In the order in which they came: those that were lost and repaired are late."""

    def silence(self, until: Packet) -> None:
        """What lies between the packets so far and this one is silence, and is not lost."""

    def ended(self) -> None:
        """Nothing more comes."""


class Tap:
    def __init__(self, producer: Producer, sink: Sink) -> None:
        self.stream: Stream | None = None  # what is kept
        self.target: Stream | None = None  # what is to be, from its next key frame on
        self.closed = False
        self._producer = producer
        self._sink = sink

    def choose(self, now: float) -> None:
        """Aim at the best layer that flows."""
        stream = None if self._producer.paused else self._producer.best(now)
        self._leave_target(stay=stream)
        if stream is None:
            self._leave()
        elif self.stream is None:
            self.begin(stream, stream.last(_PAST, now), now)
        elif stream is not self.stream and stream is not self.target:
            self.target = stream
            stream.waiting.append(self)
            self._producer.want_key(stream, now)

    def want_key(self, now: float) -> None:
        """Ask the sender for a picture that needs no other."""
        stream = self.target or self.stream
        if stream is not None and stream.video:
            self._producer.want_key(stream, now)

    def begin(self, stream: Stream, packets: Sequence[Packet], now: float) -> None:
        self._leave()
        self._leave_target()
        self.stream = stream
        stream.current.append(self)
        self._sink.began(stream)
        if packets:
            self._sink.packets(packets, now)

    def forward(self, packets: Sequence[Packet], now: float, *, clean: bool) -> None:
        del clean
        self._sink.packets(packets, now)

    def pass_over(self, first: Packet) -> None:
        self._sink.silence(first)

    def _leave(self) -> None:
        if self.stream is not None:
            self.stream.current.remove(self)
            self.stream = None

    def _leave_target(self, *, stay: Stream | None = None) -> None:
        if self.target is not None and self.target is not stay:
            self.target.waiting.remove(self)
            self.target = None

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        self._leave()
        self._leave_target()
        self._producer.taps.discard(self)
        self._sink.ended()
