"""What one participant receives: its tracks, what its line can take, and what it reports.

One estimate and one allocation serve all of a subscriber's tracks, because they share a line.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

from vtp.media.rtp import rtcp
from vtp.media.rtp.allocation import Allocation, Priority, Want
from vtp.media.rtp.bandwidth import LAG, Action, DelayBandwidth, ReportBandwidth
from vtp.media.rtp.rtcp import Block
from vtp.media.sfu.drops import Drops
from vtp.media.sfu.ice import Bucket
from vtp.media.sfu.line import Line
from vtp.media.sfu.silent import Silent
from vtp.media.sfu.uplink import REPORT_BYTES, REPORTS

if TYPE_CHECKING:
    from vtp.media.sfu.consumer import Consumer
    from vtp.media.sfu.downlink import Downlink
    from vtp.media.sfu.plane import Plane
    from vtp.media.sfu.producer import Producer
    from vtp.media.sfu.transport import Transport

# Of what is sent, this share may be repairs; below this rate, so many bits a second.
_REPAIR_SHARE = 0.25
_REPAIR_LEAST = 150_000.0
_REPAIR_BURST = 20_000.0
# Numbers of missing packets that are looked up in a second: all of a fast line's, a few times.
_ASKED_FOR = 2_000.0
# Bytes of reports in one packet; fits every line with what encryption adds.
_LONGEST_REPORT = 1_100
# What looks longer is a report about another layer's clock.
_LONGEST_RTT = 10.0
# s; so often is looked at a line that has room for everything and whose tracks stay as they are.
_CALM = 1.0


Rates = dict["Producer", tuple[float, ...]]


class Feed(Line, Silent):
    """The compiled way reads and writes some of its slots."""

    __slots__ = (
        "_allocation",
        "_allowance",
        "_allowance_at",
        "_asked_for",
        "_by_ssrc",
        "_calm_until",
        "_mids",
        "_next_ssrc",
        "_now",
        "_plane",
        "_rate",
        "_report_bytes",
        "_reports",
        "_transport",
        "consumers",
        "drops",
        "owner",
        "room",
    )

    def __init__(self, plane: Plane, owner: object) -> None:
        super().__init__(plane.egress)
        self._plane = plane
        self.owner = owner
        self._transport: Transport  # given right after; it needs us to be made
        self._now = 0.0
        self.drops = Drops()
        self.consumers: dict[str, Consumer] = {}
        self._by_ssrc: dict[int, Downlink] = {}
        self._reports = Bucket(REPORTS, plane.now())
        self._report_bytes = Bucket(REPORT_BYTES, plane.now())
        self._asked_for = Bucket(_ASKED_FOR, plane.now())
        self._allocation = Allocation()
        self._mids = -1
        self._next_ssrc = 0x10000 + secrets.randbits(31)
        self._allowance = _REPAIR_BURST
        self._allowance_at = 0.0
        self._rate = 0.0
        self._calm_until = 0.0
        self.room = 0.0  # bits a second that its line is believed to take; 0: all that is asked

    @property
    def transport(self) -> Transport:
        return self._transport

    @transport.setter
    def transport(self, transport: Transport) -> None:
        self._transport = self.subscriber = transport

    # Tracks

    def add(self, consumer: Consumer) -> None:
        self.consumers[consumer.id] = consumer
        downlink = consumer.downlink
        self._by_ssrc[downlink.ssrc] = downlink
        if downlink.video and self.bandwidth is None:
            self.bandwidth = DelayBandwidth() if downlink.measured else ReportBandwidth()
        self.stirred()

    def remove(self, consumer: Consumer) -> None:
        self.consumers.pop(consumer.id, None)
        self._by_ssrc.pop(consumer.downlink.ssrc, None)
        if not any(one.downlink.video for one in self.consumers.values()):
            self.bandwidth = None
        self.stirred()

    def stopped(self, consumer: Consumer) -> None:
        """Its numbers are never used again; kept, they make each packet of the line dearer."""
        for ssrc in (consumer.downlink.ssrc, consumer.downlink.rtx_ssrc):
            if ssrc is not None:
                self.transport.stopped(ssrc)

    def began(self, downlink: Downlink) -> None:
        """Another layer is sent from now on, by another clock than the last report told of."""
        self.stirred()
        if told := _clock_of(downlink, self._plane.now()):
            self.transport.send_rtcp(told)

    def stirred(self) -> None:
        """What is sent or wanted has changed: the next tick looks at everything."""
        self._calm_until = 0.0

    def wished(self, producer: Producer, now: float) -> None:
        """Somebody wants another layer than before: its sender hears of it at once."""
        self.stirred()
        self._plane.tell_wanted(producer, now)

    def free_numbers(self) -> tuple[int, int]:
        """SSRCs for a track and its repairs that no other has or had on this connection."""
        ssrc = self._next_ssrc
        self._next_ssrc += 2
        return ssrc, ssrc + 1

    def next_mid(self) -> str:
        self._mids += 1
        return str(self._mids)

    # What is sent

    def may_repair(self, now: float) -> bool:
        earned = max(self._rate * _REPAIR_SHARE, _REPAIR_LEAST) / 8 * (now - self._allowance_at)
        self._allowance = min(self._allowance + earned, _REPAIR_BURST)
        self._allowance_at = now
        return self._allowance > 0

    def spent(self, size: int) -> None:
        self._allowance -= size

    # What the subscriber says

    def rtp(self, _transport: Transport, _raw: memoryview, _now: float, /) -> None:
        self.drops.count("media_from_a_subscriber")

    def rtcp(self, _transport: Transport, data: bytes, now: float, /) -> None:
        self._now = now
        if not self._reports.take(now) or not self._report_bytes.take(now, len(data)):
            self.drops.count("flood_of_reports")
        elif not rtcp.walk(data, self):
            self.drops.count("malformed_report")

    def nack(self, media_ssrc: int, seqs: list[int], /) -> None:
        if not self._asked_for.take(self._now, len(seqs)):
            self.drops.count("flood_of_requests")
            return
        if (downlink := self._by_ssrc.get(media_ssrc)) is not None:
            downlink.resend(seqs, self._now)
            if self.bandwidth is not None and downlink.video:
                self.bandwidth.nacked(len(seqs), downlink.packets, self._now, ssrc=media_ssrc)

    def pli(self, media_ssrc: int, /) -> None:
        if (downlink := self._by_ssrc.get(media_ssrc)) is not None:
            stream = downlink.target or downlink.stream
            if stream is not None:
                stream.producer.want_key(stream, self._now)

    fir = pli

    def twcc(self, body: bytes, /) -> None:
        if self.bandwidth is not None:
            self._plane.hear(self.bandwidth, body, self._now)

    def block(self, _reporter: int, block: Block, /) -> None:
        downlink = self._by_ssrc.get(block.ssrc)
        if downlink is None:
            return
        downlink.lost, downlink.jitter = block.lost, block.jitter / downlink.clock_rate
        self._measure(downlink, block)
        if self.bandwidth is not None and downlink.video:
            self.bandwidth.report(
                block.fraction / 256,
                block.lost,
                block.highest,
                self.transport.rtt,
                self._now,
                ssrc=block.ssrc,
            )

    def _measure(self, downlink: Downlink, block: Block) -> None:
        """How long a report of ours and its answer took (RFC 3550 6.4.1)."""
        stream = downlink.stream
        moment = stream.reception.moment(self._now) if stream is not None else None
        if not block.lsr or moment is None:
            return
        middle = (moment[0] >> 16) & 0xFFFFFFFF
        gone = ((middle - block.lsr - block.dlsr) & 0xFFFFFFFF) / 65_536
        if gone < _LONGEST_RTT:
            self.transport.rtt = gone

    def state(self, _transport: Transport, _state: str, /) -> None:
        self._plane.state_changed(self.owner)

    # What fits

    def at_rest(self, now: float, late: float) -> bool:
        """Whether a tick would change nothing. `late`: how late the loop was."""
        bandwidth = self.bandwidth
        if bandwidth is None:
            return True
        return now < self._calm_until and late <= LAG and bandwidth.calm(now)

    def tick(self, now: float, *, speaker: str | None, rates: Rates, late: float = 0.0) -> None:
        """Give each track the layer that there is room for.

        `rates` are those of tracks, as they were measured for somebody else at this moment.
        """
        bandwidth = self.bandwidth
        if bandwidth is None:
            return
        self._calm_until = now + _CALM
        bandwidth.given(late, now)
        shown = [one for one in self.consumers.values() if one.downlink.video and not one.paused]
        wants = [_want(consumer, now, speaker, rates) for consumer in shown]
        self._rate = sum(
            want.rates[stream.layer]
            for want, consumer in zip(wants, shown, strict=True)
            if (stream := consumer.downlink.stream) is not None
        )
        action = bandwidth.tick(now, used=self._rate, next_step=self._allocation.next_step(wants))
        self.room = action.budget if isfinite(action.budget) else 0.0
        for consumer, layer in zip(
            shown, self._allocation.allocate(action.budget, wants, now), strict=True
        ):
            stream = consumer.downlink.stream
            if action.dropped and stream is not None and layer < stream.layer:
                consumer.downlink.drop_now()
            consumer.allow(layer, now)
        self._probe(action, shown, now)

    def _probe(self, action: Action, shown: Sequence[Consumer], now: float) -> None:
        wanted = action.burst + int(action.padding * self._plane.tick / 8)
        for consumer in shown:
            if wanted <= 0:
                return
            wanted -= consumer.downlink.probe(wanted, now)

    # What the subscriber is told

    def report(self, now: float) -> None:
        """Many streams in one packet: one for each would be as many calls into the kernel."""
        told = b""
        for consumer in self.consumers.values():
            one = _clock_of(consumer.downlink, now)
            if len(told) + len(one) > _LONGEST_REPORT:
                self.transport.send_rtcp(told)
                told = b""
            told += one
        if told:
            self.transport.send_rtcp(told)

    def close(self) -> None:
        for consumer in list(self.consumers.values()):
            consumer.close()


def _clock_of(downlink: Downlink, now: float) -> bytes:
    """What the clock of a stream shows now, and whose it is; nothing while that is not known."""
    stream, span = downlink.stream, downlink.continuity.now
    moment = None if stream is None else stream.reception.moment(now)
    if span is None or moment is None:
        return b""
    ntp, rtp = moment
    told = rtcp.sender_report(
        downlink.ssrc, ntp, (rtp + span.ts) & 0xFFFFFFFF, downlink.packets, downlink.bytes
    )
    return told + rtcp.sdes(downlink.ssrc, downlink.producer.cname)


def _want(consumer: Consumer, now: float, speaker: str | None, rates: Rates) -> Want:
    producer = consumer.producer
    measured = rates.get(producer)
    if measured is None:
        measured = rates[producer] = producer.rates(now)
    if producer.source == "screen":
        priority = Priority.SCREEN
    elif consumer.pinned:
        priority = Priority.PINNED
    elif producer.peer_id == speaker:
        priority = Priority.SPEAKER
    else:
        priority = Priority.OTHER
    return Want(consumer.id, priority, measured, consumer.wish)
