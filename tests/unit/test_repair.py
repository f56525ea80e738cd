"""Losses: asked for soon, not too often, not for ever."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.media.rtp.repair import Missing


def stream(*exts: int, now: float = 0.0) -> Missing:
    missing = Missing()
    for ext in exts:
        missing.arrived(ext, now)
    return missing


@dataclass
class Bad:
    """A stream over a line that loses each way, on a clock of its own: packets, requests, repairs."""

    loss: float
    seed: int
    every: float  # s between two packets
    rtt: float = 0.04
    jitter: float = 0.0  # s, evenly between none and this
    overtaken: float = 0.0  # share of packets that come 15 ms later
    lost: set[int] = field(default_factory=set)
    came: set[int] = field(default_factory=set)
    asked: int = 0
    missing: Missing = field(default_factory=Missing)

    def run(self, packets: int) -> Bad:
        chance, way = random.Random(self.seed), self.rtt / 2
        events: list[tuple[float, int, str]] = []
        last = 0.0
        for ext in range(1, packets + 1):
            last = max(last, ext * self.every + way + chance.random() * self.jitter)
            if chance.random() < self.loss:
                self.lost.add(ext)
            else:
                late = 0.015 if chance.random() < self.overtaken else 0.0
                heapq.heappush(events, (last + late, ext, "packet"))
        for tick in range(int((last + 1) / 0.02)):
            heapq.heappush(events, (tick * 0.02, 0, "tick"))
        while events:
            now, ext, what = heapq.heappop(events)
            if what == "packet":
                self.came.add(ext)
                self.missing.arrived(ext, now)
                continue
            due = self.missing.due(now, self.rtt)
            self.asked += len(due)
            if due and chance.random() >= self.loss:  # one packet asks for all of these
                for wanted in due:
                    if chance.random() >= self.loss:
                        heapq.heappush(events, (now + self.rtt, wanted, "packet"))
        return self


seeds = pytest.mark.parametrize("seed", range(5))


@seeds
def test_a_twentieth_lost_each_way_is_repaired_and_no_picture_asked_for(seed: int) -> None:
    line = Bad(0.05, seed, every=0.004).run(15_000)  # a minute of a camera
    assert len(line.lost) > 600
    assert len(line.lost & line.came) >= 0.999 * len(line.lost)
    assert not line.missing.needs_key
    assert line.asked <= 1.3 * len(line.lost)


@seeds
def test_a_tenth_lost_each_way_leaves_a_voice_whole(seed: int) -> None:
    line = Bad(0.10, seed, every=0.02).run(3_000)  # a minute of speech
    assert len(line.lost) > 200
    # What is lost last of all is not known to be missing.
    assert len(line.came | {3_000, 2_999}) >= 3_000


@seeds
def test_what_comes_unevenly_and_out_of_order_is_hardly_asked_for(seed: int) -> None:
    line = Bad(0.0, seed, every=0.004, jitter=0.05, overtaken=0.01).run(15_000)
    assert line.asked <= 0.01 * 15_000
    assert not line.missing.needs_key


def test_a_packet_that_was_overtaken_is_not_asked_for() -> None:
    missing = stream(10, 12)
    assert missing.due(0.005, 0.05) == []
    missing.arrived(11, 0.008)
    assert missing.due(0.02, 0.05) == []


def test_a_packet_that_stays_away_is_asked_for() -> None:
    assert stream(10, 13, 11).due(0.02, 0.05) == [12]


def test_a_request_is_repeated_after_a_round_trip_and_more() -> None:
    missing = stream(10, 12)
    assert missing.due(0.010, 0.1) == [11]
    assert missing.due(0.100, 0.1) == []
    assert missing.due(0.140, 0.1) == [11]
    assert missing.due(0.200, 0.1) == []


def test_what_did_not_come_in_time_needs_a_key_frame() -> None:
    missing = stream(10, 12)
    for tick in range(200):
        missing.due(tick * 0.02, 0.05)
    assert missing.needs_key
    assert missing.waiting == 0
    missing.key(12)
    assert not missing.needs_key, "the key frame is younger than what was lost"


def test_an_older_key_frame_does_not_heal_a_younger_loss() -> None:
    missing = stream(*range(10, 20), 200)
    assert missing.needs_key
    missing.key(150)
    assert missing.needs_key
    missing.key(201)
    assert not missing.needs_key


def test_requests_end_when_a_key_frame_makes_them_useless() -> None:
    missing = stream(10, 12, 14)
    missing.key(13)
    assert missing.due(0.05, 0.05) == [13]


def test_a_wide_gap_is_not_asked_for_packet_by_packet() -> None:
    missing = stream(10, 500)
    assert missing.due(0.05, 0.05) == []
    assert missing.needs_key


def test_a_slow_link_gets_more_patience() -> None:
    missing = stream(10, 12)
    asked = sum(len(missing.due(tick * 0.02, 0.6)) for tick in range(70))
    assert asked >= 3
    assert not missing.needs_key


@given(st.integers(0, 65535), st.lists(st.booleans(), min_size=2, max_size=90))
def test_exactly_what_was_lost_is_asked_for(start: int, arrived: list[bool]) -> None:
    first = start + 65536
    came = [first] + [first + 1 + n for n, got in enumerate(arrived) if got]
    wanted = [ext for ext in range(first, max(came)) if ext not in came]
    assert stream(*came).due(0.02, 0.05) == wanted


@given(
    st.lists(st.tuples(st.integers(65536, 66000), st.floats(0, 0.1)), max_size=200),
    st.floats(0, 2),
)
def test_memory_and_requests_stay_bounded(arrivals: list[tuple[int, float]], rtt: float) -> None:
    missing, now = Missing(), 0.0
    for ext, later in arrivals:
        now += later
        missing.arrived(ext, now)
        assert len(missing.due(now, rtt)) <= 100
        assert missing.waiting <= 100
