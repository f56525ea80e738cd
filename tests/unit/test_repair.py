"""Losses: asked for soon, not too often, not for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vtp.media.rtp.repair import Missing


def stream(*exts: int, now: float = 0.0) -> Missing:
    missing = Missing()
    for ext in exts:
        missing.arrived(ext, now)
    return missing


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
