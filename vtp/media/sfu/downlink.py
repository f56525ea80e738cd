"""One track on its way to one subscriber: which layer is sent, and the writing of its packets.

`forward` is the inner loop of the whole program: bytes and ints, no object for a packet.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from vtp.media.rtp.continuity import LEAVE_OUT, Continuity, Span
from vtp.media.rtp.packet import HEAD, Packet

if TYPE_CHECKING:
    from vtp.media.rtp.ortc import Consumed
    from vtp.media.sfu.line import Line
    from vtp.media.sfu.stream import Stream

# The first 25 bytes of a canonical packet: header, extension block, abs-send-time, twcc, third.
_HEADER = struct.Struct(">BBHIIHHIBHBB")
_TWO = struct.Struct(">H")
_PLAIN = 0x90  # version 2 with an extension block
_BLOCK = 0xBEDE
_WORDS = 3
_MARKER = 0x80
_CYCLE = 0x10000  # numbers that go on begin one cycle up, so that none is ever negative
# What a newcomer is sent of the past, at most: a long group of pictures is quicker asked anew.
_REPLAY = 80
_REPLAY_AGE = 2.0
# A packet is sent again at most so often, and not sooner than this after the last time.
_AGAIN_TRIES = 4
_AGAIN_AFTER = 0.03
_AGAIN_KNOWN = 512


class Source(Protocol):
    """The track that is sent."""

    @property
    def kind(self) -> str: ...

    @property
    def cname(self) -> str: ...

    def want_key(self, stream: Stream, now: float, /) -> None: ...


class Downlink:
    __slots__ = (
        "_abs",
        "_again",
        "_third",
        "_twcc",
        "bytes",
        "clock_rate",
        "continuity",
        "feed",
        "jitter",
        "lost",
        "measured",
        "packets",
        "producer",
        "pt",
        "resent",
        "rtx_pt",
        "rtx_seq",
        "rtx_ssrc",
        "ssrc",
        "stream",
        "target",
        "video",
    )

    def __init__(self, feed: Line, producer: Source, consumed: Consumed, *, first: int) -> None:
        self.feed = feed
        self.producer = producer
        self.video = producer.kind == "video"
        self.clock_rate = consumed.clock_rate
        self.ssrc = consumed.ssrc
        self.pt = consumed.pt
        self.rtx_ssrc = consumed.rtx_ssrc
        self.rtx_pt = consumed.rtx_pt
        self.rtx_seq = (first ^ 0x5555) + _CYCLE
        # Extension ids as the subscriber agreed to them; 0 leaves zeros, which are padding. What is
        # sent again under its own number must be the same to the bit, or the cipher's number is
        # used for two texts (RFC 7714 8.4): then nothing stands in it that changes.
        once = consumed.rtx_ssrc is not None
        self._abs = (consumed.ast_id << 28 | 2 << 24) if consumed.ast_id and once else 0
        self._twcc = (consumed.twcc_id << 4 | 1) if consumed.twcc_id and once else 0
        self.measured = self._twcc > 0  # each packet has a number of the whole line
        self._third = (consumed.third_id << 4) if consumed.third_id else 0
        self.continuity = Continuity(first, clock_rate=consumed.clock_rate, frames=self.video)
        self.stream: Stream | None = None  # what is sent
        self.target: Stream | None = None  # what is to be sent, from its next key frame on
        self.packets = 0
        self.bytes = 0
        self.resent = 0
        self.lost = 0  # as its subscriber reports it: before repairs
        self.jitter = 0.0  # s, likewise
        self._again: dict[int, tuple[float, int]] = {}

    def follow(self, before: Downlink) -> None:
        """Go on with the stream of another track, in the numbers that its subscriber knows."""
        self.continuity = before.continuity
        self.continuity.forget()
        self.rtx_seq = before.rtx_seq
        self.packets, self.bytes = before.packets, before.bytes

    # Which layer

    def aim(self, stream: Stream | None, now: float) -> None:
        """Send this layer as soon as it can be decoded; None stops."""
        if stream is None:
            self._leave_target()
            self._leave()
        elif stream is self.stream:
            self._leave_target()
        elif stream is not self.target:
            self._leave_target()
            self.target = stream
            if not self._begin_from_history(stream, now):
                stream.waiting.append(self)
                self.producer.want_key(stream, now)

    def drop_now(self) -> None:
        """Stop the present layer at once, and send nothing of it again: there is no room."""
        self._leave()
        self.continuity.forget()

    def _leave(self) -> None:
        if self.stream is not None:
            self.stream.current.remove(self)
            self.stream = None
            self.feed.stirred()

    def _leave_target(self) -> None:
        if self.target is not None:
            if self in self.target.waiting:
                self.target.waiting.remove(self)
            self.target = None

    def _begin_from_history(self, stream: Stream, now: float) -> bool:
        """A newcomer sees the picture at once when the last key frame is near enough."""
        past = stream.since_key(_REPLAY) if self.video else []
        if not past or now - past[0].arrival > _REPLAY_AGE:
            return False
        if self.continuity.now is not None and self.stream is not None:
            return False  # who has a picture already waits for the next key frame
        self.begin(stream, past, now)
        return True

    def begin(self, stream: Stream, packets: Sequence[Packet], now: float) -> None:
        """Take the layer over, from a packet on that can be decoded without others."""
        first = packets[0]
        self.continuity.take_over(stream, first, now=now, ts=self._same_moment(stream, first))
        self._leave()
        self._leave_target()
        self.stream = stream
        stream.current.append(self)
        self.forward(packets, now, clean=False)
        self.feed.began(self)

    def pass_over(self, first: Packet) -> None:
        """What came before this packet was not for anybody."""
        self.continuity.pass_over(first.ext)

    def _same_moment(self, stream: Stream, first: Packet) -> int | None:
        """The timestamp of `first` on the time line of what was sent before, by sender reports."""
        span = self.continuity.now
        if span is None:
            return None
        before: Stream = span.origin  # type: ignore[assignment]  # spans are made of streams here
        if before.producer is not stream.producer:
            return None  # another track: who knows whose clock that was
        ntp = stream.reception.ntp_of(first.ts)
        rtp = None if ntp is None else before.reception.rtp_of(ntp)
        return None if rtp is None else (rtp + span.ts) & 0xFFFFFFFF

    # Packets

    def forward(self, packets: Sequence[Packet], now: float, *, clean: bool) -> None:
        """Send copies; `clean` packets are simply the next ones, all with a payload."""
        feed, egress = self.feed, self.feed.egress
        span, keys = self.continuity.now, feed.subscriber.tx
        if span is None or keys is None or not egress.start(feed.subscriber, packets):
            return
        chosen, numbers = self._numbered(packets, now, clean=clean)
        slab, base, length = egress.slab, egress.base, egress.length
        ts, pid, tl0 = span.ts, span.pid, span.tl0
        moved = pid or tl0  # else its pictures are numbered as they came
        ssrc, pt, twcc_id, third_id = self.ssrc, self.pt, self._twcc, self._third
        stamp = self._abs | egress.stamp if self._abs else 0
        twcc = feed.next_twcc if twcc_id else 0
        at, sizes = egress.at, egress.sizes
        pack, protect = _HEADER.pack_into, keys.protect
        for packet, number in zip(chosen, numbers, strict=True):
            data, element, third = packet.data, third_id, packet.third
            if third < 0 or not element:
                element = third = 0  # zeros are padding
            size = len(data)
            slab[at : at + size] = data
            pack(
                slab,
                at,
                _PLAIN,
                pt | _MARKER if packet.marker else pt,
                number & 0xFFFF,
                (packet.ts + ts) & 0xFFFFFFFF,
                ssrc,
                _BLOCK,
                _WORDS,
                stamp,
                twcc_id,
                twcc,
                element,
                third,
            )
            if moved and packet.pid >= 0:
                _picture(slab, at, packet, pid, tl0)
            length[0] = size
            if protect(base + at, length, number):
                feed.unprotected += 1
                continue
            size = length[0]
            sizes.append(size)
            at += size
            if twcc_id:
                twcc = (twcc + 1) & 0xFFFF
        written = at - egress.at
        self._count(written, len(sizes))
        egress.at = at
        if twcc_id:
            feed.sent_run(twcc, len(sizes), written, now)
        egress.finish()

    def _numbered(
        self, packets: Sequence[Packet], now: float, *, clean: bool
    ) -> tuple[Sequence[Packet], list[int]]:
        """What of these is sent, and what each is called at the subscriber."""
        continuity = self.continuity
        if clean and continuity.run(packets[0], packets[-1], now):
            offset = continuity.offset
            return packets, [packet.ext + offset for packet in packets]
        chosen, numbers = [], []
        for packet in packets:
            number = continuity.number(packet, omit=packet.empty, now=now)
            if number != LEAVE_OUT:
                chosen.append(packet)
                numbers.append(number)
        return chosen, numbers

    def _count(self, size: int, packets: int) -> None:
        self.bytes += size
        self.packets += packets

    def resend(self, numbers: Sequence[int], now: float) -> None:
        """Send what the subscriber misses again, as far as it is known and may be."""
        for number in numbers:
            found = self.continuity.find(number)
            if found is None:
                continue
            span, ext, out = found
            packet = _kept(span, ext)
            if packet is not None and self._may_resend(out, now):
                self.feed.spent(self._write_again(packet, out, span, now))
                self.resent += 1

    def _may_resend(self, out: int, now: float) -> bool:
        at, tries = self._again.get(out, (0.0, 0))
        if tries >= _AGAIN_TRIES or now - at < _AGAIN_AFTER or not self.feed.may_repair(now):
            return False
        if len(self._again) >= _AGAIN_KNOWN:
            self._again.clear()
        self._again[out] = (now, tries + 1)
        return True

    def probe(self, budget: int, now: float) -> int:
        """Send newest packets once more, to see what the line takes; the bytes that were sent."""
        span = self.continuity.now
        if self.stream is None or span is None or self.rtx_ssrc is None:
            return 0
        spent = 0
        ext = self.continuity.newest_in
        while spent < budget and (packet := _kept(span, ext)) is not None:
            number = span.number(ext)
            if number != LEAVE_OUT and not packet.empty:
                spent += self._write_again(packet, number, span, now)
            ext -= 1
        return spent

    def _write_again(self, packet: Packet, number: int, span: Span, now: float) -> int:
        """As a packet of the RTX stream (RFC 4588); without one, just as it was."""
        feed, egress, keys = self.feed, self.feed.egress, self.feed.subscriber.tx
        if keys is None or not egress.start(feed.subscriber, (packet,)):
            return 0
        at, slab, data = egress.at, egress.slab, packet.data
        size, moved = len(data), 0
        if self.rtx_ssrc is None:
            slab[at : at + size] = data
        else:
            moved = 2
            slab[at : at + HEAD] = data[:HEAD]
            slab[at + HEAD + moved : at + size + moved] = data[HEAD:]
            _TWO.pack_into(slab, at + HEAD, number & 0xFFFF)
        if packet.pid >= 0:
            _picture(slab, at + moved, packet, span.pid, span.tl0)
        number = self._head(slab, at, packet, number, span.ts)
        egress.length[0] = size + moved
        if keys.protect(egress.base + at, egress.length, number):
            feed.unprotected += 1
            return 0
        size = int(egress.length[0])
        egress.at = at + size
        egress.sizes.append(size)
        if self._twcc:
            feed.sent_run((feed.next_twcc + 1) & 0xFFFF, 1, size, now)
        egress.finish()
        return size

    def _head(self, slab: memoryview, at: int, packet: Packet, number: int, ts: int) -> int:
        """Write its first bytes; the number of its stream that it has."""
        pt, ssrc, seq = self.pt, self.ssrc, number
        if self.rtx_pt is not None and self.rtx_ssrc is not None:
            pt, ssrc = self.rtx_pt, self.rtx_ssrc
            seq = self.rtx_seq = self.rtx_seq + 1
        third = packet.third if self._third else -1
        _HEADER.pack_into(
            slab,
            at,
            _PLAIN,
            pt | _MARKER if packet.marker else pt,
            seq & 0xFFFF,
            (packet.ts + ts) & 0xFFFFFFFF,
            ssrc,
            _BLOCK,
            _WORDS,
            self._abs | self.feed.egress.stamp if self._abs else 0,
            self._twcc,
            self.feed.next_twcc if self._twcc else 0,
            self._third if third >= 0 else 0,
            max(third, 0),
        )
        return seq


def _kept(span: Span, ext: int) -> Packet | None:
    stream: Stream = span.origin  # type: ignore[assignment]  # spans are made of streams here
    return stream.history.get(ext)


def _picture(slab: memoryview, at: int, packet: Packet, pid: int, tl0: int) -> None:
    """Move the VP8 picture numbers; seven bits stay seven bits (RFC 7741 4.2)."""
    where = at + packet.pid_at
    if slab[where] & 0x80:
        _TWO.pack_into(slab, where, 0x8000 | (packet.pid + pid) & 0x7FFF)
    else:
        slab[where] = (packet.pid + pid) & 0x7F
    if packet.tl0 >= 0:
        slab[at + packet.tl0_at] = (packet.tl0 + tl0) & 0xFF
