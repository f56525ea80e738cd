"""One track as one subscriber wants it: paused until asked for, of the size that is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vtp.media.sfu.downlink import Downlink

if TYPE_CHECKING:
    from vtp.media.rtp.ortc import Consumed
    from vtp.media.rtp.ortc_types import RtpParameters
    from vtp.media.sfu.feed import Feed
    from vtp.media.sfu.producer import Producer

# Told to whoever watches why a layer is not the best.
NETWORK = "network"
PAUSED = "paused"

# The larger of width and height that a layer of an unknown size is taken to have, from the best
# one down: browsers halve, because that is what they are told to.
_BEST_SIDE = 1280


class Slot:
    """A stream that a subscriber was promised, whatever is shown in it: an m-line of WHEP."""

    __slots__ = ("_last", "rtx_ssrc", "ssrc")

    def __init__(self, ssrc: int, rtx_ssrc: int) -> None:
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self._last: Downlink | None = None

    def take(self, downlink: Downlink) -> None:
        if self._last is not None:
            downlink.follow(self._last)
        self._last = downlink


class Consumer:
    def __init__(
        self, consumer_id: str, feed: Feed, producer: Producer, consumed: Consumed, *, first: int
    ) -> None:
        self.id = consumer_id
        self.feed = feed
        self.producer = producer
        self.parameters: RtpParameters = consumed.parameters
        self.downlink = Downlink(feed, producer, consumed, first=first)
        self.paused = True
        self.pinned = False
        self.wish = len(producer.streams) - 1  # the best layer that is of use
        self.allowed = self.wish  # the best one that there is room for; -1 none
        self.on_closed: list[Callable[[Consumer], None]] = []
        self.closed = False
        self._told: tuple[int, str] = (-1, PAUSED)
        producer.consumers.add(self)
        feed.add(self)

    def resume(self, now: float) -> None:
        """The subscriber can show it: begin, with a picture at once where there is one."""
        if self.paused:
            self.paused = False
            self.choose(now)
            self.feed.wished(self.producer, now)

    def pause(self) -> None:
        self.paused = True
        self.feed.stirred()
        self.aim(None)

    def prefer(self, *, width: int, height: int, pinned: bool, now: float) -> None:
        """The size in which it is shown, in pixels of the screen; what is larger is not sent.

        Without a size that stays as it was.
        """
        self.pinned = pinned
        if width or height:
            self.wish = self._layer_for(max(width, height))
        self.choose(now)
        self.feed.wished(self.producer, now)

    def _layer_for(self, side: int) -> int:
        best = len(self.producer.streams) - 1
        layer = best
        while layer > 0 and _BEST_SIDE >> (best - layer + 1) >= side:
            layer -= 1
        return layer

    def allow(self, layer: int, now: float) -> None:
        if layer != self.allowed:
            self.allowed = layer
            self.choose(now)

    def choose(self, now: float) -> None:
        """Aim at the best layer that flows, is of use and has room."""
        if self.paused or self.producer.paused or self.closed or self.allowed < 0:
            self.aim(None)
        elif (stream := self.producer.nearest(min(self.wish, self.allowed), now)) is not None:
            self.downlink.aim(stream, now)

    def aim(self, _nothing: None) -> None:
        self.downlink.aim(None, 0.0)

    def state(self) -> tuple[int, str] | None:
        """The layer that is sent and why it is no better; None when that was told already."""
        stream = self.downlink.stream
        layer = stream.layer if stream is not None else -1
        reason = ""
        if self.paused or self.producer.paused:
            reason = PAUSED
        elif self.allowed < self.wish:
            reason = NETWORK
        if (layer, reason) == self._told:
            return None
        self._told = (layer, reason)
        return self._told

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        self.downlink.aim(None, 0.0)
        self.producer.consumers.discard(self)
        self.feed.remove(self)
        for tell in self.on_closed:
            tell(self)
