"""One incoming stream: a microphone, or one layer of a camera or a screen.

What comes is kept once, as canonical packets, for all who watch; a wakeup's packets are forwarded
together when all of them have been read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from vtp.media.rtp.history import History
from vtp.media.rtp.packet import Packet, Seen, canonical, restored
from vtp.media.rtp.payloads import inspector
from vtp.media.rtp.reception import Reception
from vtp.media.rtp.repair import Missing
from vtp.media.rtp.sequence import Extender
from vtp.media.sfu.hush import Hush

if TYPE_CHECKING:
    from vtp.media.rtp.ortc import Published
    from vtp.media.sfu.producer import Producer

# Packets that are kept for repairs: about 3 s of a camera's best layer, 5 s of a voice.
_VIDEO_KEPT = 1024
_AUDIO_KEPT = 256
# With fewer who watch there is little to be saved.
_MANY = 8


class Forwarded(Protocol):
    """Who gets a stream: a subscriber, or a recorder."""

    def begin(self, stream: Stream, packets: Sequence[Packet], now: float) -> None:
        """Take it from here on; the first of these packets can be decoded without others."""

    def forward(self, packets: Sequence[Packet], now: float, *, clean: bool) -> None:
        """Take these; `clean` ones are simply the next, all with a payload."""

    def pass_over(self, first: Packet) -> None:
        """Nobody gets what came before this one; it comes next."""


class Stream:
    __slots__ = (
        "_clean",
        "_extender",
        "_inspect",
        "area",
        "batch",
        "current",
        "history",
        "hush",
        "layer",
        "missing",
        "producer",
        "pt",
        "reception",
        "rtx_pt",
        "rtx_ssrc",
        "ssrc",
        "video",
        "waiting",
    )

    def __init__(self, producer: Producer, published: Published, *, layer: int, ssrc: int) -> None:
        self.producer = producer
        self.layer = layer  # 0 is the smallest
        self.area = 0  # of its last key frame, where there are other layers; 0 is not known
        self.ssrc = ssrc
        self.pt = published.pt
        self.rtx_pt = published.rtx_pt
        self.rtx_ssrc: int | None = None
        self.video = published.kind == "video"
        self._inspect = inspector(published.mime)
        self._extender = Extender()
        self._clean = True
        self.history = History(_VIDEO_KEPT if self.video else _AUDIO_KEPT)
        self.reception = Reception(published.clock_rate)
        self.missing = Missing()
        self.hush = None if self.video else Hush()
        self.batch: list[Packet] = []
        self.current: list[Forwarded] = []  # those who are sent this
        self.waiting: list[Forwarded] = []  # those who will be, from a key frame on

    @property
    def watched(self) -> bool:
        return bool(self.current or self.waiting)

    @property
    def unfinished(self) -> bool:
        """Whether what was collected is the begin of a picture, and worth keeping together."""
        return (
            self.video and self._clean and len(self.current) >= _MANY and not self.batch[-1].marker
        )

    def since_key(self, most: int) -> list[Packet]:
        """What somebody new is sent of the past; what waits to be forwarded comes by that way."""
        return self._forwarded(self.history.since_key(most))

    def last(self, seconds: float, now: float) -> list[Packet]:
        """The same for a recorder: all of the last seconds, with its gaps."""
        return self._forwarded(self.history.last(seconds, now))

    def _forwarded(self, packets: list[Packet]) -> list[Packet]:
        """Sent twice, a packet would be encrypted twice under one number (RFC 7714 8.4)."""
        if not self.batch:
            return packets
        first = min(packet.ext for packet in self.batch)
        return [packet for packet in packets if packet.ext < first]

    def take(self, raw: memoryview, seen: Seen, now: float) -> Packet | None:
        """A packet of this stream, as it came. None when it is an old or a known one."""
        ext = self._extender.extend(seen.seq)
        return self._keep(raw, seen, ext, now, in_order=ext == self._extender.newest)

    def repair(self, raw: memoryview, seen: Seen, now: float) -> Packet | None:
        """A packet that comes again, after we asked for it or as a probe of the sender."""
        if not restored(raw, seen, pt=self.pt, ssrc=self.ssrc):
            return None
        ext = self._extender.near(seen.seq)
        if ext > self._extender.newest:
            return None  # it repairs what was never there; taken, it would make all others old
        return self._keep(raw, seen, ext, now, in_order=False)

    def _keep(
        self, raw: memoryview, seen: Seen, ext: int, now: float, *, in_order: bool
    ) -> Packet | None:
        if ext < 0 or not self.history.wants(ext):
            return None
        packet = canonical(raw, seen, ext=ext, arrival=now, inspect=self._inspect, video=self.video)
        self.history.put(packet)
        self.missing.arrived(ext, now)
        if packet.key and self.video:  # every packet of a voice is one, and heals nothing before it
            self.missing.key(ext)
        self._clean = self._clean and in_order and not packet.empty
        self.batch.append(packet)
        return packet

    def collected(self) -> tuple[list[Packet], bool]:
        """This wakeup's packets, and whether they are simply the next ones, all with a payload."""
        batch, clean = self.batch, self._clean
        self.batch = []
        self._clean = True
        return batch, clean
