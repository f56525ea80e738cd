"""The media plane of this process: one port, one certificate, and everybody's packets.

A wakeup reads what has come, keeps each packet once, and sends all copies in one batch; a ticker
does what has its own time: repairs, reports, what fits, who speaks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from vtp import settings
from vtp.clock import Clock
from vtp.errors import NotFound
from vtp.media.rtp import ortc
from vtp.media.sfu import loop
from vtp.media.sfu.capacity import measure
from vtp.media.sfu.door import Door
from vtp.media.sfu.dtls import Certificates
from vtp.media.sfu.faults import Care
from vtp.media.sfu.feed import Rates
from vtp.media.sfu.figures import PlaneFigures
from vtp.media.sfu.flood import Limit
from vtp.media.sfu.hall import Hall, HallEvents
from vtp.media.sfu.hush import Hush
from vtp.media.sfu.load import Load
from vtp.media.sfu.peer import Peer, PeerEvents
from vtp.media.sfu.transport import Listener, Transport
from vtp.tasks import Tasks

if TYPE_CHECKING:
    from vtp.media.rtp.ortc_types import RtpCapabilities
    from vtp.media.rtp.packet import Packet
    from vtp.media.sfu.producer import Producer
    from vtp.media.sfu.stream import Stream
    from vtp.media.sfu.uplink import Uplink

_log = structlog.get_logger()

# Seconds between two rounds of the ticker, and after how many rounds what is done.
TICK = 0.02
_ARRIVALS = 0.05
_ROOM = 0.1
_LOAD = 1.0
_TURNS = 25  # in a second, in which each has one
# Of what the trial shows: a class also reads, repairs, reports and estimates, and its batches are
# small. Seen with 50 and 100 viewers (bench/sfu.py): 0.23 where a camera paces, 0.38 where not.
_REAL = 0.23
# s; how long the first packets of a picture wait for its last one where many watch: they are of
# no use without it, and a packet costs half in a batch of ten (bench/sfu.py).
_HOLD = 0.008
# A layer that nobody watches for this long is not asked for any more.
_PATIENCE = 5.0


class Plane:
    tick = _ROOM  # seconds between two looks at what fits

    def __init__(
        self, options: settings.Media, door: Door, *, clock: Clock, capacity: float
    ) -> None:
        self._options = options
        self._door = door
        self._clock = clock
        self._certificates = Certificates(clock)
        self._halls: dict[str, Hall] = {}
        self._linked: dict[Peer, None] = {}  # those with connections, in the order of their coming
        self.senders: set[Uplink] = set()  # that have tracks
        self._dirty: list[Stream] = []
        self._held: asyncio.TimerHandle | None = None
        self._tasks = Tasks(_report)
        self._busy = asyncio.Event()
        self._load = Load(capacity)
        self._late = 0.0  # seconds, the most since the last look at what fits
        self._latest = self._later = 0.0  # the most in the last second, and in this one
        self._care = Care(door.drops)
        self._turn = 0
        self._forwarding = loop.chosen(options.loop)
        self.hear = loop.hearing(options.loop)
        self.egress = door.egress
        door.on_batch_end = self._forward
        door.read = loop.reading(options.loop)

    def now(self) -> float:
        return self._clock.monotonic()

    @property
    def port(self) -> int:
        return self._door.port

    @property
    def capabilities(self) -> RtpCapabilities:
        return ortc.router_capabilities()

    def start(self) -> None:
        self._tasks.start("media.ticker", self._run())

    async def close(self) -> None:
        if self._held is not None:
            self._held.cancel()
        for hall in list(self._halls.values()):
            for peer in list(hall.peers.values()):
                peer.close()
        await self._tasks.close()

    # Who is here

    def hall(self, hall_id: str, events: HallEvents) -> Hall:
        """The meeting of that name; its first caller hears of it."""
        if (hall := self._halls.get(hall_id)) is None:
            hall = self._halls[hall_id] = Hall(hall_id, events)
        return hall

    def peer(self, hall: Hall, peer_id: str, events: PeerEvents) -> Peer:
        """Somebody new in a hall; who was there by the same name is there no more."""
        if (before := hall.peers.get(peer_id)) is not None:
            before.close()
        peer = hall.peers[peer_id] = Peer(self, hall, peer_id, events)
        self._halls[hall.id] = hall  # its last peer may have left since it was asked for
        self._busy.set()
        return peer

    def gone(self, peer: Peer) -> None:
        self._linked.pop(peer, None)
        peer.hall.left(peer.id)
        if not peer.hall.peers:
            self._halls.pop(peer.hall.id, None)

    def peers(self) -> list[Peer]:
        return [peer for hall in self._halls.values() for peer in hall.peers.values()]

    def linked(self, peer: Peer) -> None:
        """It has connections for media now, or none any more: who has none costs no time here."""
        if peer.linked:
            self._linked[peer] = None
        else:
            self._linked.pop(peer, None)

    def producer(self, hall: Hall, producer_id: str) -> Producer:
        for peer in hall.peers.values():
            if (found := peer.producers.get(producer_id)) is not None:
                return found
        raise NotFound("There is no such track.")

    def transport(self, listener: Listener) -> Transport:
        return Transport(self._door, self._certificates.current(), listener, options=self._options)

    @staticmethod
    def state_changed(owner: object) -> None:
        if isinstance(owner, Peer) and not owner.closed:
            owner.state_changed()

    # How much there is

    def full(self) -> bool:
        """Whether one more participant would make it worse for everybody."""
        return self._load.full

    def publish_limit(self) -> Limit:
        return Limit(bits=self._options.publish_bits, packets=self._options.publish_packets)

    def stats(self) -> PlaneFigures:
        return PlaneFigures(
            meetings=len(self._halls),
            participants=len(self.peers()),
            packets_per_second=round(self._load.rate),
            capacity=round(self._load.capacity),
            late=round(self._latest, 4),
            drops=dict(self._door.drops),
        )

    # Packets

    def dirty(self, stream: Stream) -> None:
        if len(stream.batch) == 1:
            self._dirty.append(stream)

    def heard(self, producer: Producer, level: int, now: float) -> None:
        peer = producer.uplink.owner
        if isinstance(peer, Peer) and not producer.paused:
            peer.hall.heard(peer.id, level, now)

    def _stamp(self, now: float) -> None:
        """When packets are sent, as the extension abs-send-time says it: 6.18 bits of seconds."""
        self.egress.stamp = int(now * 262_144) & 0xFFFFFF

    def _forward(self, now: float) -> None:
        """All copies of what a wakeup brought, but for pictures that are on their way."""
        if not self._dirty and not self.egress.at:
            return  # nothing but reports, as most wakeups of a large class
        self._stamp(now)
        dirty, self._dirty = self._dirty, []
        for stream in dirty:
            if stream.unfinished:
                self._dirty.append(stream)
            else:
                self._send(stream, now)
        self.egress.flush()
        if self._dirty and self._held is None:
            self._held = asyncio.get_running_loop().call_later(_HOLD, self._release)

    def _release(self) -> None:
        """The rest of these pictures is late: what there is of them goes."""
        self._held = None
        now = self.now()
        self._stamp(now)
        dirty, self._dirty = self._dirty, []
        for stream in dirty:
            self._send(stream, now)
        self.egress.flush()

    def _send(self, stream: Stream, now: float) -> None:
        packets, clean = stream.collected()
        if not stream.producer.paused:
            self._spread(stream, packets, now, clean=clean)

    def _spread(
        self, stream: Stream, packets: Sequence[Packet], now: float, *, clean: bool
    ) -> None:
        if stream.hush is not None:
            packets = self._worth(stream, stream.hush, packets, now)
            if not packets:
                return
        everybody = iter(list(stream.current))
        left = True
        while left:
            with self._care:  # entered once for all, and again only after a fault
                self._forwarding(everybody, packets, now, clean=clean)
                left = False
        if stream.waiting:
            self._begin(stream, packets, now)

    def _worth(
        self, stream: Stream, hush: Hush, packets: Sequence[Packet], now: float
    ) -> Sequence[Packet]:
        """These without silence, where there are many who are silent."""
        crowded = stream.producer.hall.voices > self._options.quiet_from
        if not hush.active and not crowded:
            return packets
        packets, resumed = hush.worth(packets, now, crowded=crowded)
        if resumed:
            for downlink in stream.current:
                downlink.pass_over(packets[0])
        return packets

    def _begin(self, stream: Stream, packets: Sequence[Packet], now: float) -> None:
        """Whoever waits for this layer takes it from its key frame on."""
        for index, packet in enumerate(packets):
            if packet.key or not stream.video:
                for downlink in list(stream.waiting):
                    with self._care:
                        downlink.begin(stream, packets[index:], now)
                return

    # What has its own time

    async def _run(self) -> None:
        due = {_ARRIVALS: 0.0, _ROOM: 0.0, _LOAD: 0.0}
        rounds: dict[float, Callable[[float], None]] = {
            _ARRIVALS: self._tell_arrivals,
            _ROOM: self._make_room,
            _LOAD: self._count,
        }
        while True:
            await self._busy.wait()
            before = self.now()
            await asyncio.sleep(TICK)
            now = self.now()
            self._late = max(self._late, now - before - TICK)
            with self._care:
                self._ask_again(now)
                self._report_some(now)
                for period, act in rounds.items():
                    if now >= due[period]:
                        due[period] = now + period
                        act(now)
                self.egress.flush()
            if not self._halls:
                self._busy.clear()

    def _ask_again(self, now: float) -> None:
        for uplink in list(self.senders):
            with self._care:
                uplink.ask_again(now)

    def _tell_arrivals(self, now: float) -> None:
        for uplink in list(self.senders):
            with self._care:
                uplink.tell_arrivals(now)

    def _make_room(self, now: float) -> None:
        self._stamp(now)
        rates: Rates = {}
        for hall in list(self._halls.values()):
            with self._care:
                hall.tick(now)
        for peer in list(self._linked):
            for feed in peer.feeds:
                if feed.at_rest(now, self._late):
                    continue
                with self._care:
                    feed.tick(now, speaker=peer.hall.active, rates=rates, late=self._late)
                    peer.tell_layers()
        self._later = max(self._later, self._late)
        self._late = 0.0

    def _report_some(self, now: float) -> None:
        """Everybody once a second, a few at a time, so that no packet waits for all of it."""
        last, self._turn = self._turn, int(now * _TURNS)
        if last == self._turn:
            return
        peers = list(self._linked)
        for turn in range(max(last, self._turn - _TURNS) + 1, self._turn + 1):
            for peer in peers[turn % _TURNS :: _TURNS]:
                with self._care:
                    self._report_to(peer, now)

    def _report_to(self, peer: Peer, now: float) -> None:
        for uplink in peer.uplinks:
            uplink.report(now)
        for feed in peer.feeds:
            feed.report(now)
        peer.share_rtt()
        self._watch(peer, now)

    def _count(self, now: float) -> None:
        sides = [side.transport for peer in self._linked for side in peer.sides]
        self._latest, self._later = self._later, 0.0
        self._load.tick(sum(one.packets_in + one.packets_out for one in sides), now)

    def _watch(self, peer: Peer, now: float) -> None:
        """Layers begin and die, and some have no viewer: look again who gets what."""
        for producer in list(peer.producers.values()):
            producer.choose(now)
            self.tell_wanted(producer, now)

    @staticmethod
    def tell_wanted(producer: Producer, now: float) -> None:
        peer, layers = producer.uplink.owner, producer.watched(now, patience=_PATIENCE)
        if layers is not None and isinstance(peer, Peer):
            peer.events.wanted(producer, layers)


@asynccontextmanager
async def open_plane(options: settings.Media, *, clock: Clock) -> AsyncIterator[Plane]:
    capacity = options.capacity or measure(loop.chosen(options.loop)) * _REAL
    door = Door(options, now=clock.monotonic)
    await door.open()
    try:
        _log.info("media_loop", loop=loop.name(options.loop), capacity=round(capacity))
        plane = Plane(options, door, clock=clock, capacity=capacity)
        plane.start()
        try:
            yield plane
        finally:
            await plane.close()
    finally:
        await door.close()


def _report(task: str, error: BaseException) -> None:
    _log.error("media.task_failed", task=task, exc_info=error)
