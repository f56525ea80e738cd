"""One published track: its layers as they flow, who asks it for key frames, and its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from vtp.media.rtp.keyframes import KeyFrames
from vtp.media.rtp.payloads.area import area
from vtp.media.sfu.stream import Stream
from vtp.media.sfu.tap import Sink, Tap

if TYPE_CHECKING:
    from vtp.media.rtp.ortc import Encoding, Published
    from vtp.media.rtp.packet import Packet
    from vtp.media.sfu.consumer import Consumer
    from vtp.media.sfu.hall import Hall
    from vtp.media.sfu.uplink import Uplink


class Producer:
    def __init__(
        self,
        producer_id: str,
        uplink: Uplink,
        published: Published,
        *,
        hall: Hall,
        peer_id: str,
        source: str,
        paused: bool = False,
    ) -> None:
        self.id = producer_id
        self.hall = hall
        self.peer_id = peer_id
        # The same for all of one person's tracks, or sound and picture are not kept together.
        self.cname = peer_id
        self.uplink = uplink
        self.published = published
        self.kind = published.kind
        self.source = source
        self.paused = paused
        self.streams: list[Stream | None] = [None] * len(published.encodings)
        self.consumers: set[Consumer] = set()
        self.taps: set[Tap] = set()
        self.key_frames = KeyFrames()
        self.on_closed: list[Callable[[Producer], None]] = []
        self.closed = False
        self._wanted: tuple[bool, ...] = (True,) * len(published.encodings)
        self._unwatched_since: list[float | None] = [None] * len(published.encodings)

    # Layers

    def layer_of(self, encoding: Encoding) -> int:
        return self.published.encodings.index(encoding)

    def began(self, layer: int, ssrc: int) -> Stream:
        """The first packet of a layer came, or its number was known beforehand."""
        stream = Stream(self, self.published, layer=layer, ssrc=ssrc)
        self.streams[layer] = stream
        return stream

    def rates(self, now: float) -> tuple[float, ...]:
        """Bits a second of each layer as measured; 0 for what does not flow."""
        return tuple(
            0.0
            if stream is None or not stream.reception.alive(now)
            else stream.reception.bitrate(now)
            for stream in self.streams
        )

    def nearest(self, layer: int, now: float) -> Stream | None:
        """The layer itself where it flows, else the best below it, else the least above it."""
        flowing = [
            stream for stream in self.streams if stream is not None and stream.reception.alive(now)
        ]
        below = [stream for stream in flowing if stream.layer <= layer]
        return below[-1] if below else flowing[0] if flowing else self._any()

    def best(self, now: float) -> Stream | None:
        return self.nearest(len(self.streams) - 1, now)

    def _any(self) -> Stream | None:
        """Nothing flows yet, or any more: wait at the first layer that is known."""
        return next((stream for stream in self.streams if stream is not None), None)

    # Key frames

    def want_key(self, stream: Stream, now: float) -> None:
        if not stream.video:
            return
        self.key_frames.want(stream.layer)
        self.ask_for_keys(now)

    def ask_for_keys(self, now: float) -> None:
        for layer in self.key_frames.due(now):
            if (stream := self.streams[layer]) is not None:
                self.uplink.ask_for_key(stream)

    def key_arrived(self, stream: Stream, packet: Packet) -> None:
        self.key_frames.arrived(stream.layer)
        if len(self.streams) > 1 and (measured := area(self.published.mime, packet)):
            stream.area = measured
            self._rank()

    def _rank(self) -> None:
        """Some senders list their best layer first; here the smallest is the first."""
        known = [n for n, stream in enumerate(self.streams) if stream is not None and stream.area]
        ranked = sorted(known, key=self._area)
        if ranked == known:
            return
        order = list(range(len(self.streams)))
        for place, layer in zip(known, ranked, strict=True):
            order[place] = layer
        self.streams = [self.streams[n] for n in order]
        encodings = tuple(self.published.encodings[n] for n in order)
        self.published = replace(self.published, encodings=encodings)
        self._wanted = tuple(self._wanted[n] for n in order)
        self._unwatched_since = [self._unwatched_since[n] for n in order]
        self.key_frames.moved(order)
        for layer, stream in enumerate(self.streams):
            if stream is not None:
                stream.layer = layer

    def _area(self, layer: int) -> int:
        stream = self.streams[layer]
        return stream.area if stream is not None else 0

    # Pausing

    def pause(self) -> None:
        """Forward nothing of it, whatever its sender does."""
        if not self.paused:
            self.paused = True
            self.choose(0.0)

    def resume(self, now: float) -> None:
        if self.paused:
            self.paused = False
            for stream in self.streams:
                if stream is not None:
                    stream.history.clear()  # what came meanwhile was for nobody
            self.choose(now)

    # What is watched

    def tap(self, sink: Sink, now: float) -> Tap:
        """All that comes of its best layer, after what is kept of the last seconds."""
        tap = Tap(self, sink)
        self.taps.add(tap)
        tap.choose(now)
        return tap

    def choose(self, now: float) -> None:
        """Layers came or went: look again who gets which."""
        for consumer in list(self.consumers):
            consumer.choose(now)
        for tap in list(self.taps):
            tap.choose(now)

    def _most(self) -> int:
        """The best layer that is of use to anybody, also to one whose line is too thin for it now:
        what does not flow cannot be given when there is room again. -1 for none.
        """
        if self.paused:
            return -1
        if self.taps:
            return len(self.streams) - 1
        return max((one.wish for one in self.consumers if not one.paused), default=-1)

    def watched(self, now: float, *, patience: float) -> tuple[bool, ...] | None:
        """The layers that are or lately were of use; None when nothing has changed."""
        wanted, most = [], self._most()
        for layer, stream in enumerate(self.streams):
            if stream is None or layer <= most:
                self._unwatched_since[layer] = None
            elif self._unwatched_since[layer] is None:
                self._unwatched_since[layer] = now
            since = self._unwatched_since[layer]
            wanted.append(since is None or now - since < patience)
        changed = tuple(wanted)
        if changed == self._wanted:
            return None
        self._wanted = changed
        return changed

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        for consumer in list(self.consumers):
            consumer.close()
        self.uplink.forget(self)
        for tell in self.on_closed:
            tell(self)
        for tap in list(self.taps):
            tap.close()
