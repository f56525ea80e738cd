"""The compiled loop and Python's do the same: the same bytes leave, and the same is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from tests.support import egress as support
from vtp.media.rtp.bandwidth import DelayBandwidth, ReportBandwidth
from vtp.media.rtp.ortc import Consumed
from vtp.media.rtp.ortc_types import RtpParameters
from vtp.media.rtp.packet import HEAD, Packet
from vtp.media.sfu import loop
from vtp.media.sfu.downlink import Downlink
from vtp.media.sfu.egress import SLAB, Egress, Mode, Subscriber
from vtp.media.sfu.ice import Path
from vtp.media.sfu.line import Line
from vtp.media.sfu.loop import Spread, in_python
from vtp.media.sfu.srtp import SrtpOut
from vtp.media.sfu.stream import Forwarded

pytestmark = pytest.mark.skipif(not loop.COMPILED, reason="there is no compiler here")


@dataclass(frozen=True)
class Watcher:
    """How somebody watches."""

    video: bool = True
    rtx: bool = True
    ast_id: int = 4
    twcc_id: int = 5
    third_id: int = 11
    first: int = 65_530
    estimates: bool = True
    gso: bool = True
    repeats: bool = True  # its keys take the same number twice
    sealed: bool = False  # with a cipher that is kept


@dataclass(frozen=True)
class Batch:
    packets: tuple[Packet, ...]
    clean: bool


class Watched(Line):
    """A line of a test."""

    def __init__(self, egress: Egress, way: Watcher) -> None:
        super().__init__(egress)
        if way.estimates:
            self.bandwidth = DelayBandwidth() if way.twcc_id else ReportBandwidth()

    def may_repair(self, now: float) -> bool:
        return False


@dataclass
class Source:
    kind: str
    cname: str = "somebody"

    def want_key(self, stream: object, now: float, /) -> None: ...


def keys(way: Watcher) -> SrtpOut:
    policy = Policy(
        key=support.KEY,
        ssrc_type=Policy.SSRC_ANY_OUTBOUND,
        srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    )
    policy.allow_repeat_tx = way.repeats
    return SrtpOut(Session(policy), overhead=16, agreed=support.KEY if way.sealed else b"")


@dataclass
class World:
    """Some who watch a stream, each behind a socket; `spread` sends to them."""

    watchers: Sequence[Watcher]
    spread: Spread
    mode: Mode = "gso"
    ways: list[support.Line] = field(default_factory=list)
    downlinks: list[Downlink] = field(default_factory=list)

    def __post_init__(self) -> None:
        one = support.line(self.mode)
        self.egress, self.ways = one.egress, [one]
        for number, way in enumerate(self.watchers):
            self._add(number, way)

    def _add(self, number: int, way: Watcher) -> None:
        made = Watched(self.egress, way)
        made.next_twcc = 65_534
        path = self.ways[0].subscriber.path
        assert path is not None
        made.subscriber = Subscriber()
        made.subscriber.path = Path(path.agent, path.key, path.remote, path.link, 0.0)
        made.subscriber.path.gso = way.gso
        made.subscriber.tx = keys(way)
        consumed = Consumed(
            parameters=RtpParameters(codecs=()),
            pt=101,
            rtx_pt=102 if way.rtx else None,
            ssrc=0x8000_0000 + 2 * number,
            rtx_ssrc=0x8000_0001 + 2 * number if way.rtx else None,
            clock_rate=90_000,
            ast_id=way.ast_id,
            twcc_id=way.twcc_id,
            third_id=way.third_id,
            nack=True,
            pli=True,
            twcc=True,
        )
        source = Source("video" if way.video else "audio")
        self.downlinks.append(Downlink(made, source, consumed, first=way.first))

    def begin(self, first: Packet, now: float, ts: int | None = None) -> None:
        for downlink in self.downlinks:
            downlink.continuity.take_over(self, first, now=now, ts=ts)

    def send(self, batch: Batch, now: float) -> None:
        self.egress.stamp = int(now * 262_144) & 0xFFFFFF
        self.spread(iter(self.downlinks), batch.packets, now, clean=batch.clean)

    def waiting(self) -> tuple[bytes, list[Any]]:
        """What is in the slab, and how the kernel would be told of it."""
        box = self.ways[0].box
        told = [
            (
                box._header[8 * at + 1],
                box._header[8 * at + 5],
                box._vector[2 * at] - box._origin,
                box._vector[2 * at + 1],
                box._control[3 * at + 2] if box._header[8 * at + 5] else 0,
            )
            for at in range(box._count)
        ]
        return bytes(self.egress.slab[: self.egress.at]), told

    def arrived(self) -> list[bytes]:
        self.egress.flush()
        found = []
        while True:
            try:
                found.append(self.ways[0].getter.recv(2048))
            except BlockingIOError:
                return found

    def remembered(self) -> list[Any]:
        return [
            (
                slots(downlink, without={"feed", "continuity", "producer"}),
                slots(downlink.continuity, without={"now", "_spans"}),
                slots(downlink.continuity.now, without={"origin"}),
                (downlink.feed.next_twcc, downlink.feed.unprotected),
                (downlink.feed.subscriber.packets_out, downlink.feed.subscriber.bytes_out),
                estimate(downlink.feed),
            )
            for downlink in self.downlinks
        ]

    def close(self) -> None:
        for way in self.ways:
            way.close()


def slots(one: Any, *, without: set[str]) -> dict[str, Any]:
    return {name: getattr(one, name) for name in type(one).__slots__ if name not in without}


def estimate(line: Line) -> object:
    if not isinstance(line.bandwidth, DelayBandwidth):
        return None
    path = line.bandwidth.path
    numbers = ("_newest", "_before", "_total", "_runs", "_waiting")
    return bytes(path._ring), [getattr(path, name) for name in numbers]


# --- what may come --------------------------------------------------------------------------

watchers = st.builds(
    Watcher,
    video=st.booleans(),
    rtx=st.booleans(),
    ast_id=st.sampled_from([0, 4]),
    twcc_id=st.sampled_from([0, 5]),
    third_id=st.sampled_from([0, 10]),
    first=st.integers(0, 65_535),
    estimates=st.booleans(),
    gso=st.booleans(),
    sealed=st.booleans(),
)


@st.composite
def packets(draw: st.DrawFn, ext: int) -> Packet:
    # Runs of one size are the rule; what ends them is what has to be cut right.
    size = draw(st.sampled_from([1, 20, 20, 500, 1_200, 1_200, 1_200, 1_426]))
    data = bytes(HEAD) + bytes(range(256)) * 6
    packet = Packet(
        ext,
        draw(st.integers(0, 0xFFFFFFFF)),
        marker=draw(st.booleans()),
        third=draw(st.integers(-1, 255)),
        data=data[: HEAD + size],
        arrival=0.0,
    )
    if size >= 20 and draw(st.booleans()):
        packet.pid, packet.pid_at = (
            draw(st.integers(0, 0x7FFF)),
            HEAD + draw(st.sampled_from([2, 130, 200]) if size > 200 else st.just(2)),
        )
        packet.tl0 = draw(st.just(-1) | st.integers(0, 255))
        packet.tl0_at = packet.pid_at + 2
    return packet


@st.composite
def scripts(draw: st.DrawFn) -> list[Batch]:
    """Batches with gaps between them, and some that come late or in another order."""
    ext, made = 70_000, []
    for _ in range(draw(st.integers(1, 5))):
        ext += draw(st.sampled_from([0, 0, 0, 1, 40, -3]))
        count = draw(st.sampled_from([1, 2, 3, 10, 64]))
        some = tuple(draw(packets(ext + n)) for n in range(count))
        made.append(Batch(some, clean=draw(st.sampled_from([True, True, True, False]))))
        ext += count
    return made


def both(watching: Sequence[Watcher], mode: Mode = "gso") -> tuple[World, World]:
    return World(watching, in_python, mode), World(watching, loop.chosen("auto"), mode)


@pytest.fixture
def pair() -> Iterator[Any]:
    made: list[World] = []

    def make(*watching: Watcher, mode: Mode = "gso") -> tuple[World, World]:
        made.extend(both(watching, mode))
        return made[-2], made[-1]

    yield make
    for world in made:
        world.close()


def run_of(*sizes: int, ext: int = 70_000) -> Batch:
    return Batch(
        tuple(
            Packet(
                ext + n,
                90_000,
                marker=n == len(sizes) - 1,
                third=-1,
                data=bytes(HEAD + size),
                arrival=0.0,
            )
            for n, size in enumerate(sizes)
        ),
        clean=True,
    )


# --- and what must be the same ------------------------------------------------------------


@settings(max_examples=60)
@given(
    st.lists(watchers, min_size=1, max_size=4),
    scripts(),
    st.sampled_from(["gso", "sendmmsg", "sendto"]),
    st.data(),
)
def test_the_same_leaves_and_the_same_is_remembered(
    watching: list[Watcher], script: list[Batch], mode: Mode, data: st.DataObject
) -> None:
    worlds = both(watching, mode)
    try:
        start = script[0].packets[0]
        for world in worlds:
            world.begin(start, 1.0)
        for number, batch in enumerate(script):
            now = 1.0 + number / 30
            if number and data.draw(st.booleans()):  # another layer takes over
                ts = data.draw(st.none() | st.integers(0, 0xFFFFFFFF))
                for world in worlds:
                    world.begin(batch.packets[0], now, ts)
            for world in worlds:
                world.send(batch, now)
            first, second = worlds
            assert second.waiting() == first.waiting()
            assert second.remembered() == first.remembered()
        assert second.arrived() == first.arrived()
    finally:
        for world in worlds:
            world.close()


@pytest.mark.parametrize(
    "sizes",
    [
        (20, 500),
        (500, 20),
        (500, 500, 20),
        (500, 20, 500),
        (20, 20, 500, 500, 20),
        (1_200,) * 59 + (40,),
        (1_000,) * 60,
        (100,) * 60,
        (100,) * 61,
        (1_426,) * 64,
    ],
)
def test_runs_are_cut_alike(pair: Any, sizes: tuple[int, ...]) -> None:
    some, sent = run_of(*sizes), []
    for world in pair(Watcher()):
        world.begin(some.packets[0], 1.0)
        world.send(some, 1.0)
        sent.append((world.waiting(), world.arrived()))
    assert [len(packet) for packet in sent[0][1]] == [HEAD + size + 16 for size in sizes]
    assert sent[0] == sent[1]


def test_a_picture_number_without_a_second_one_is_remembered_alike(pair: Any) -> None:
    some, sent = run_of(100, 100), []
    some.packets[1].pid, some.packets[1].pid_at = 700, HEAD + 2
    for world in pair(Watcher()):
        world.begin(some.packets[0], 1.0)
        world.downlinks[0].continuity._last_tl0 = 9
        world.send(some, 1.0)
        sent.append(world.remembered())
        assert world.downlinks[0].continuity._last_tl0 == -1
    assert sent[0] == sent[1]


def test_a_slab_that_is_full_is_sent_and_begun_anew(pair: Any) -> None:
    many = run_of(*[1_400] * 64)
    sent = []
    for world in pair(*[Watcher()] * 12):
        world.begin(many.packets[0], 1.0)
        world.send(many, 1.0)
        sent.append((world.waiting(), world.remembered()))
        assert 0 < world.egress.at < 12 * 64 * 1_400 < 2 * SLAB
    assert sent[0] == sent[1]


def test_more_messages_than_a_queue_takes_go_in_two_calls(pair: Any) -> None:
    one = run_of(40)
    sent = []
    for world in pair(*[Watcher(gso=False)] * 300):
        world.begin(one.packets[0], 1.0)
        world.send(one, 1.0)
        sent.append((world.waiting(), world.remembered(), world.arrived()))
    assert len(sent[0][0][1]) == 300 - 256
    assert sent[0] == sent[1]


def test_what_cannot_be_encrypted_is_left_out_and_counted(pair: Any) -> None:
    again = run_of(100, 100, 100)
    sent = []
    for world in pair(Watcher(repeats=False), Watcher()):
        for _ in range(2):  # the same numbers for the second time
            for downlink in world.downlinks:
                downlink.continuity.__init__(1, clock_rate=90_000)
            world.begin(again.packets[0], 1.0)
            world.send(again, 1.0)
        sent.append((world.waiting(), world.remembered()))
        assert [one.feed.unprotected for one in world.downlinks] == [3, 0]
    assert sent[0] == sent[1]


def test_who_has_no_way_or_no_keys_yet_gets_nothing(pair: Any) -> None:
    one, sent = run_of(100, 100), []
    for world in pair(Watcher(), Watcher(), Watcher()):
        world.begin(one.packets[0], 1.0)
        world.downlinks[0].feed.subscriber.path = None
        world.downlinks[1].feed.subscriber.tx = None
        world.downlinks[2].continuity.now = None
        world.send(one, 1.0)
        assert world.waiting() == (b"", [])
        sent.append([one.packets for one in world.downlinks])
    assert sent == [[0, 0, 0]] * 2


class _Wire:
    """A connection: it takes packets one by one."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self.took: list[bytes] = []

    def send(self, path: Path, data: bytes) -> None: ...

    def known(self) -> None: ...

    def left(self, path: Path) -> None: ...

    def queue(self, path: Path, begin: int, sizes: Sequence[int]) -> None:
        for size in sizes:
            self.took.append(bytes(self._egress.slab[begin : begin + size]))
            begin += size


def test_a_connection_gets_its_packets_by_its_own_way(pair: Any) -> None:
    some, took = run_of(100, 200, 300), []
    for world in pair(Watcher(), Watcher()):
        world.begin(some.packets[0], 1.0)
        wire = _Wire(world.egress)
        path = world.downlinks[0].feed.subscriber.path
        assert path is not None
        path.link = wire
        world.send(some, 1.0)
        took.append((wire.took, world.waiting(), world.remembered()))
    assert len(took[0][0]) == 3
    assert took[0] == took[1]


class _Stumbles:
    """Somebody in whose media there is a fault."""

    def __init__(self) -> None:
        self.asked = 0

    def begin(self, stream: object, packets: Sequence[Packet], now: float) -> None: ...

    def pass_over(self, first: Packet) -> None: ...

    def forward(self, packets: Sequence[Packet], now: float, *, clean: bool) -> None:
        self.asked += 1
        raise ValueError("a fault of ours")


def test_after_a_fault_of_one_the_others_can_be_given_again(pair: Any) -> None:
    some = run_of(100, 200)
    for world in pair(Watcher(), Watcher()):
        world.begin(some.packets[0], 1.0)
        bad = _Stumbles()
        first, second = world.downlinks
        everybody: Iterator[Forwarded] = iter([first, bad, second])
        with pytest.raises(ValueError, match="a fault of ours"):
            world.spread(everybody, some.packets, 1.0, clean=True)
        assert (first.packets, second.packets, bad.asked) == (2, 0, 1)
        world.spread(everybody, some.packets, 1.0, clean=True)
        assert (first.packets, second.packets) == (2, 2)


def test_what_is_no_batch_is_refused() -> None:
    spread: Any = loop.chosen("auto")
    packets = run_of(10).packets
    wrong: list[tuple[Any, ...]] = [
        (),
        ([], packets, 1.0),
        (iter([]), packets, 1),
        (iter([]), 7, 1.0),
    ]
    for words in wrong:
        with pytest.raises(TypeError):
            spread(*words, clean=True)
    with pytest.raises(TypeError):
        spread(iter([]), packets, 1.0, clean=1)
    with pytest.raises(TypeError):
        spread(iter([]), packets, 1.0)


def test_a_packet_whose_picture_number_stands_outside_is_not_written_beyond_it(pair: Any) -> None:
    """Nobody makes such packets; if somebody did, memory would not be the price."""
    _, world = pair(Watcher())
    lying = Packet(70_000, 1, marker=True, third=-1, data=bytes(HEAD + 5), arrival=0.0)
    lying.pid, lying.pid_at, lying.tl0 = 7, SLAB + 5, -1
    world.begin(Packet(70_000, 1, marker=True, third=-1, data=b"", arrival=0.0), 1.0)
    world.downlinks[0].continuity.now.pid = 1
    with pytest.raises(IndexError):
        world.send(Batch((lying,), clean=True), 1.0)


def test_python_can_be_asked_for() -> None:
    assert loop.chosen("python") is in_python
    assert (loop.name("python"), loop.name("auto")) == ("Python", "compiled")


def test_two_worlds_differ_in_nothing_but_the_loop(pair: Any) -> None:
    first, second = pair(Watcher())
    for world in (first, second):
        world.begin(run_of(1).packets[0], 1.0)
    assert first.remembered() == second.remembered()
    assert first.waiting() == second.waiting()
