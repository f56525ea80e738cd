"""The compiled way in and Python's do the same with whatever comes."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.egress import incoming, outgoing, rtp
from tests.support.plane import Told
from tests.unit.test_hearing_alike import remembered
from vtp.clock import SetClock
from vtp.media.rtp import rtcp
from vtp.media.rtp.bandwidth import DelayBandwidth, ReportBandwidth
from vtp.media.rtp.twcc import Arrivals
from vtp.media.sfu import door, loop
from vtp.media.sfu.addresses import packed
from vtp.media.sfu.door import Door
from vtp.media.sfu.feed import Feed
from vtp.media.sfu.ice import Path
from vtp.media.sfu.intake import Intake
from vtp.media.sfu.library import ffi, srtp_protect, view_of
from vtp.media.sfu.plane import Plane
from vtp.media.sfu.srtp import SrtpOut
from vtp.media.sfu.transport import Transport
from vtp.settings import Media

pytestmark = pytest.mark.skipif(not loop.COMPILED, reason="there is no compiler here")

SIDES = ("send", "recv")


class World:
    """A plane with one person on it, whose datagrams come on a socket and are read one way."""

    def __init__(self, read: door.Read) -> None:
        self.read = read
        self.getter = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.getter.bind(("127.0.0.1", 0))
        self.getter.setblocking(False)
        self.senders = {side: self._sender() for side in (*SIDES, "stranger")}
        clock = SetClock()
        self.door = Door(Media(), now=clock.monotonic)
        self.plane = Plane(Media(), self.door, clock=clock, capacity=1e6)
        box = self.door.egress.outbox(self.getter, "sendto", self.door.drops)
        self.intake = Intake(self.getter, box)
        self.peer = self.plane.peer(self.plane.hall("class", Told()), "somebody", Told())
        self.transports: dict[str, Transport] = {}
        for side in SIDES:
            made = self.peer.create_transport(side)  # type: ignore[arg-type]  # one of two words
            key = packed(self.senders[side].getsockname())
            path = Path(made._agent, key, key, box, 0.0)
            made._agent.paths[key] = self.door.directory.by_address[key] = path
            made._rx = incoming()
            self.transports[side] = made

    def _sender(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", 0))
        made.connect(self.getter.getsockname())
        return made

    @property
    def feed(self) -> Feed:
        return self.peer.feeds[0]

    def come(self, side: str, data: bytes) -> None:
        self.senders[side].send(data)

    def take(self, now: float) -> None:
        self.read(self.door, self.door.directory.by_address, self.intake, now)

    def seen(self) -> Any:
        """All that it leaves behind."""
        return (
            dict(self.door.drops),
            [self._side(side) for side in SIDES],
            dict(self.feed.drops),
            dict(self.peer.uplinks[0].drops),
            [(b._left, b._at) for b in (self.feed._reports, self.feed._report_bytes)],
            self._line(),
        )

    def _side(self, side: str) -> Any:
        made = self.transports[side]
        heard = [path.heard for path in made._agent.paths.values()]
        sources = made._rx and sorted(made._rx._sources)
        return made.packets_in, made.bytes_in, heard, sources, made.rtt

    def _line(self) -> Any:
        bandwidth = self.feed.bandwidth
        return remembered(bandwidth) if isinstance(bandwidth, DelayBandwidth) else None

    def close(self) -> None:
        for sock in (self.getter, *self.senders.values()):
            sock.close()


def encrypted(keys: SrtpOut, data: bytes, *, report: bool) -> bytes:
    if report:
        made = keys.rtcp(data)
        assert made is not None
        return made
    memory, length = ffi.new("char[]", 2048), ffi.new("int *", len(data))
    view_of(memory)[: len(data)] = data
    assert srtp_protect(keys.handle, memory, length) == 0
    return bytes(view_of(memory)[: length[0]])


class Both:
    def __init__(self, bandwidth: str = "delay") -> None:
        self.worlds = (World(door.in_python), World(loop.reading("auto")))
        self.keys = outgoing()  # one for both, so that both get the same bytes
        self.arrivals = Arrivals()
        for world in self.worlds:
            if bandwidth != "none":
                world.feed.bandwidth = (
                    DelayBandwidth() if bandwidth == "delay" else ReportBandwidth()
                )
        self.now = 1_000.0
        self.number = self.seq = 0

    def come(self, side: str, data: bytes) -> None:
        for world in self.worlds:
            world.come(side, data)

    def take(self) -> None:
        self.now += 0.01
        for world in self.worlds:
            world.take(self.now)
        first, second = (world.seen() for world in self.worlds)
        assert second == first

    def report(self, side: str, data: bytes) -> None:
        self.come(side, encrypted(self.keys, data, report=True))

    def sent(self, packets: int) -> None:
        for world in self.worlds:
            if world.feed.bandwidth is not None:
                world.feed.bandwidth.sent(self.number & 0xFFFF, packets, 1_200 * packets, self.now)
        for n in range(packets):
            self.arrivals.seen((self.number + n) & 0xFFFF, self.now + 0.02)
        self.number += packets

    def feedback(self) -> list[bytes]:
        self.now += 0.07
        return self.arrivals.feedback(self.now, 1, 2)

    def close(self) -> None:
        for world in self.worlds:
            world.close()


@pytest.fixture
def both() -> Iterator[Both]:
    made = Both()
    yield made
    made.close()


odd = st.one_of(
    st.binary(max_size=60),
    st.binary(max_size=1_600).map(lambda tail: b"\x80\xc9" + tail),
    st.binary(max_size=1_600).map(lambda tail: b"\x80\x60" + tail),
    st.just(b"\x80" * 1_501),
    st.just(b""),
)


@st.composite
def reports(draw: st.DrawFn) -> bytes:
    """Sound ones, and such as look like feedback and are none."""
    words = draw(st.integers(0, 12))
    head = bytes((draw(st.sampled_from([0x8F, 0xAF, 0x81, 0x4F, 0x8E])), 205))
    body = draw(st.binary(min_size=4 * words, max_size=4 * words))
    return draw(
        st.sampled_from(
            [
                rtcp.pli(1, 2),
                rtcp.nack(1, 2, [3, 4, 900]),
                rtcp.bye(9) + rtcp.pli(1, 2),
                head + struct.pack(">H", words) + body,
                head + struct.pack(">H", words + 1) + body,
            ]
        )
    )


steps = st.one_of(
    st.tuples(st.just("odd"), st.sampled_from([*SIDES, "stranger"]), odd),
    st.tuples(st.just("report"), st.sampled_from(SIDES), reports()),
    st.tuples(st.just("media"), st.sampled_from(SIDES), st.integers(0, 300)),
    st.tuples(st.just("forged"), st.sampled_from(SIDES), st.booleans()),
    st.tuples(st.just("feedback"), st.integers(1, 40), st.booleans()),
    st.tuples(st.just("deaf"), st.sampled_from(SIDES), st.just(0)),
    st.tuples(st.just("take"), st.just(0), st.just(0)),
)


def come(both: Both, kind: str, one: Any, other: Any) -> None:
    """One step of a script."""
    both.seq += 1
    media = encrypted(both.keys, rtp(both.seq, b"x"), report=False)
    match kind:
        case "odd":
            both.come(one, other)
        case "report":
            both.report(one, other)
        case "media":
            both.come(one, encrypted(both.keys, rtp(both.seq + 1, bytes(other)), report=False))
            both.seq += 1
        case "forged":
            good = encrypted(both.keys, rtcp.pli(1, 2), report=True) if other else media
            both.come(one, good[:-1] + bytes((good[-1] ^ 1,)))
        case "feedback":
            both.sent(one)
            for told in both.feedback():
                for _ in range(1 + other):  # also twice
                    both.report("recv", told)
        case "deaf":
            for world in both.worlds:
                world.transports[one].deaf_until = both.now + 0.02
        case _:
            both.take()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["delay", "report", "none"]), st.lists(steps, max_size=25))
def test_whatever_comes_is_taken_alike(bandwidth: str, script: list[tuple[str, Any, Any]]) -> None:
    both = Both(bandwidth)
    try:
        for step in script:
            come(both, *step)
        both.take()
    finally:
        both.close()


def test_feedback_reaches_the_estimator(both: Both) -> None:
    for _ in range(30):
        both.sent(10)
        for told in both.feedback():
            both.report("recv", told)
        both.take()
    for world in both.worlds:
        assert isinstance(world.feed.bandwidth, DelayBandwidth)
        assert world.feed.bandwidth.path.heard_any
        assert world.feed.bandwidth.path.rate > 0


def test_a_flood_of_reports_is_counted_and_not_read(both: Both) -> None:
    for _ in range(6):
        for _ in range(50):
            both.report("recv", rtcp.pli(1, 2))
        both.now -= 0.01
        both.take()
    both.sent(3)
    for told in both.arrivals.feedback(both.now + 1, 1, 2):
        both.report("recv", told)
    both.now -= 0.01
    both.take()
    drops = [world.feed.drops["flood_of_reports"] for world in both.worlds]
    assert drops[0] == drops[1] > 50


def test_who_has_no_keys_yet_is_early(both: Both) -> None:
    for world in both.worlds:
        world.transports["recv"]._rx = None
    both.report("recv", rtcp.pli(1, 2))
    both.take()
    assert [world.door.drops["early"] for world in both.worlds] == [1, 1]


def test_too_many_sources_are_not_taken(both: Both) -> None:
    for world in both.worlds:
        rx = world.transports["send"]._rx
        assert rx is not None
        rx._sources.update(n.to_bytes(4) for n in range(256))
    both.come("send", encrypted(both.keys, rtp(1, b"x", ssrc=0x900), report=False))
    both.report("send", rtcp.pli(0x901, 2))
    both.take()
    assert [world.door.drops["unauthentic"] for world in both.worlds] == [2, 2]


def test_a_fault_of_ours_is_told_and_the_others_are_taken(both: Both) -> None:
    for world in both.worlds:
        world.feed._by_ssrc = None  # type: ignore[assignment]  # a fault, as one would be made
    both.report("recv", rtcp.pli(1, 2))
    both.come("send", encrypted(both.keys, rtp(1, b"x"), report=False))
    both.take()
    assert [world.door.drops["error"] for world in both.worlds] == [1, 1]
    assert [world.transports["send"].packets_in for world in both.worlds] == [1, 1]


def test_what_is_no_intake_is_refused() -> None:
    read: Any = loop.reading("auto")
    wrong: list[tuple[Any, ...]] = [(), (1, 2, 3, 4), (None, {}, None, 1.0)]
    for words in wrong:
        with pytest.raises(TypeError):
            read(*words)
