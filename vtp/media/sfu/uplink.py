"""What one participant sends: which stream a packet belongs to, and what the sender is told.

Streams are known by the numbers that were signalled, else by what the first packets say of
themselves (mid and rid). The first owner of a number keeps it; what nobody announced goes nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vtp.media.rtp import rtcp
from vtp.media.rtp.extensions import SenderIds
from vtp.media.rtp.packet import Seen, look
from vtp.media.rtp.twcc import Arrivals
from vtp.media.sfu.drops import Drops
from vtp.media.sfu.ice import Bucket
from vtp.media.sfu.silent import Silent

if TYPE_CHECKING:
    from vtp.media.rtp.ortc import Encoding
    from vtp.media.sfu.flood import Limit
    from vtp.media.sfu.plane import Plane
    from vtp.media.sfu.producer import Producer
    from vtp.media.sfu.stream import Stream
    from vtp.media.sfu.transport import Transport

# Streams of one sender, repairs included: microphone, camera in three layers, screen with sound.
_MOST_STREAMS = 24
# As whom we speak in reports to senders; any number will do, and each side has its own.
OUR_SSRC = 1
# Reports of one side in a second: a browser sends some twenty, more where much is lost.
REPORTS = 200.0
# What they may say in a second; a browser says a tenth of it in a large class.
REPORT_BYTES = 65_536.0
# Seconds from the request for a packet to its coming, until that was measured.
_FIRST_RTT = 0.1
# Bytes of a packet's payload. With our header, the number of a repair, the tag, UDP and IPv4 that
# fills 1,500 bytes: a longer one would go in fragments, and end the kernel's cutting for its path.
_LONGEST = 1_426


class Uplink(Silent):
    room = 0.0  # what it takes is its sender's to find out

    def __init__(self, plane: Plane, owner: object, limit: Limit) -> None:
        self._plane = plane
        self.owner = owner
        self.transport: Transport  # given right after; it needs us to be made
        self.producers: list[Producer] = []
        self.ids = SenderIds()
        self.arrivals = Arrivals()
        self.drops = Drops()
        self.rtt = _FIRST_RTT
        self._seen = Seen()
        self._now = 0.0
        self._reports = Bucket(REPORTS, plane.now())
        self._report_bytes = Bucket(REPORT_BYTES, plane.now())
        self._limit = limit  # of the sender, however many connections it has
        self._streams: dict[int, Stream] = {}
        self._repairs: dict[int, Stream] = {}

    # Tracks

    def add(self, producer: Producer) -> None:
        _learn_ids(self.ids, producer.published.ids)
        self.producers.append(producer)
        self._plane.senders.add(self)
        for layer, encoding in enumerate(producer.published.encodings):
            if encoding.ssrc is not None:
                self._begin(producer, layer, encoding.ssrc)
                if encoding.rtx_ssrc is not None:
                    self._join(encoding.rtx_ssrc, producer.streams[layer])

    def taken(self, ssrc: int) -> bool:
        return ssrc in self._streams or ssrc in self._repairs

    def forget(self, producer: Producer) -> None:
        if producer in self.producers:
            self.producers.remove(producer)
        if not self.producers:
            self._plane.senders.discard(self)
        for table in (self._streams, self._repairs):
            for ssrc in [ssrc for ssrc, stream in table.items() if stream.producer is producer]:
                del table[ssrc]
                self.transport.forget(ssrc)

    # Packets

    def rtp(self, transport: Transport, raw: memoryview, now: float) -> None:
        seen = self._seen
        if not self._limit.allows(len(raw), now):
            self.drops.count("flood")
            transport.deaf_until = self._limit.until
            return
        if not look(raw, self.ids, seen) or seen.end - seen.at > _LONGEST:
            self.drops.count("malformed")
            return
        if seen.twcc >= 0:
            self.arrivals.seen(seen.twcc, now)
        stream = self._streams.get(seen.ssrc)
        if stream is not None:
            if seen.pt == stream.pt:
                self._taken(stream, raw, seen, now)
            else:
                self.drops.count("payload_type")
            return
        stream = self._repairs.get(seen.ssrc) or self._learn(seen)
        if stream is None:
            self.drops.count("unknown_stream")
            transport.forget(seen.ssrc)
        elif seen.ssrc == stream.ssrc:
            self._taken(stream, raw, seen, now)
        elif seen.pt != stream.rtx_pt:
            self.drops.count("payload_type")
        elif stream.repair(raw, seen, now) is not None:
            self._plane.dirty(stream)

    def _taken(self, stream: Stream, raw: memoryview, seen: Seen, now: float) -> None:
        packet = stream.take(raw, seen, now)
        if packet is None:
            return
        self._plane.dirty(stream)
        stream.reception.packet(packet.ext, packet.ts, now, len(raw))
        if packet.key:
            stream.producer.key_arrived(stream, packet)
        if seen.level >= 0:
            self._plane.heard(stream.producer, seen.level & 0x7F, now)

    def _learn(self, seen: Seen) -> Stream | None:
        """A stream that says what it is: a layer of a camera, or the repairs of one."""
        if len(self._streams) + len(self._repairs) >= _MOST_STREAMS:
            return None
        rid = seen.rid or seen.rrid
        for producer in self.producers:
            if seen.mid is not None and producer.published.mid not in (None, _text(seen.mid)):
                continue
            for layer, encoding in enumerate(producer.published.encodings):
                if self._is(seen, encoding, rid, producer):
                    return self._known(producer, layer, seen)
        return None

    def _is(self, seen: Seen, encoding: Encoding, rid: bytes | None, producer: Producer) -> bool:
        published = producer.published
        if seen.pt not in (published.pt, published.rtx_pt):
            return False
        if encoding.rid is not None:
            return rid is not None and _text(rid) == encoding.rid
        return encoding.ssrc is None and seen.mid is not None

    def _known(self, producer: Producer, layer: int, seen: Seen) -> Stream | None:
        stream = producer.streams[layer]
        if seen.pt == producer.published.rtx_pt:
            if stream is None or stream.rtx_ssrc is not None:
                return None
            self._join(seen.ssrc, stream)
            return stream
        if stream is not None:
            return None  # another number for the same layer: its first owner keeps it
        return self._begin(producer, layer, seen.ssrc)

    def _begin(self, producer: Producer, layer: int, ssrc: int) -> Stream:
        stream = producer.began(layer, ssrc)
        self._streams[ssrc] = stream
        producer.choose(self._plane.now())
        return stream

    def _join(self, ssrc: int, stream: Stream | None) -> None:
        if stream is not None and not self.taken(ssrc):
            stream.rtx_ssrc = ssrc
            self._repairs[ssrc] = stream

    # Reports from the sender

    def rtcp(self, _transport: Transport, data: bytes, now: float, /) -> None:
        self._now = now
        if not self._reports.take(now) or not self._report_bytes.take(now, len(data)):
            self.drops.count("flood_of_reports")
        elif not rtcp.walk(data, self):
            self.drops.count("malformed_report")

    def sender_report(self, ssrc: int, ntp: int, rtp: int, _packets: int, _octets: int, /) -> None:
        if (stream := self._streams.get(ssrc)) is not None:
            stream.reception.sender_report(ntp, rtp, self._now)

    # Reports to the sender

    def ask_for_key(self, stream: Stream) -> None:
        self.transport.send_rtcp(rtcp.pli(OUR_SSRC, stream.ssrc))

    def ask_again(self, now: float) -> None:
        """For what was lost, and for key frames that are still awaited."""
        for stream in list(self._streams.values()):
            lost = stream.missing.due(now, self.rtt)
            if lost and stream.producer.published.nack:
                self.transport.send_rtcp(rtcp.nack(OUR_SSRC, stream.ssrc, lost))
            if stream.missing.needs_key and stream.watched:
                stream.producer.want_key(stream, now)
        for producer in self.producers:
            if producer.key_frames.wanted:
                producer.ask_for_keys(now)

    def tell_arrivals(self, now: float) -> None:
        media = next(iter(self._streams), 0)
        for report in self.arrivals.feedback(now, OUR_SSRC, media):
            self.transport.send_rtcp(report)

    def report(self, now: float) -> None:
        blocks = [stream.reception.block(stream.ssrc, now) for stream in self._streams.values()]
        for start in range(0, len(blocks), 31):
            self.transport.send_rtcp(rtcp.receiver_report(OUR_SSRC, blocks[start : start + 31]))

    def state(self, _transport: Transport, _state: str, /) -> None:
        self._plane.state_changed(self.owner)

    def close(self) -> None:
        for producer in list(self.producers):
            producer.close()


def _learn_ids(ours: SenderIds, theirs: SenderIds) -> None:
    """Extension ids mean the same on the whole transport (RFC 8843 9.1)."""
    for name in SenderIds.__dataclass_fields__:
        if value := getattr(theirs, name):
            setattr(ours, name, value)


def _text(raw: bytes) -> str:
    return raw.decode("ascii", "replace")
