from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rtp import packet
from vtp.media.rtp.history import History
from vtp.media.rtp.packet import Packet


def keyed(ext: int, *, key: bool = False, payload: bytes = b"x", arrival: float = 0.0) -> Packet:
    made = packet(payload, ext=ext, arrival=arrival)
    made.key = key
    return made


def exts(packets: list[Packet]) -> list[int]:
    return [packet.ext for packet in packets]


@given(st.lists(st.integers(0, 90), max_size=200))
def test_a_history_holds_the_newest_numbers_and_takes_each_once(numbers: list[int]) -> None:
    history = History(16)
    taken: set[int] = set()
    for ext in numbers:
        fresh = ext not in taken and ext > history.newest - 16
        assert history.wants(ext) == fresh
        assert history.put(keyed(ext)) == fresh
        if fresh:
            taken.add(ext)
        assert history.newest == max(taken)
        window = range(history.newest - 15, history.newest + 1)
        assert [history.get(held) is not None for held in window] == [
            held in taken for held in window
        ]


def test_a_history_has_a_power_of_two_places() -> None:
    for size in (0, -4, 3, 1000):
        with pytest.raises(ValueError, match="power of two"):
            History(size)


def test_the_second_of_two_equal_packets_is_refused_and_the_first_stays() -> None:
    history = History(8)
    first = keyed(70_000)
    assert history.put(first)
    assert not history.put(keyed(70_000))
    assert history.get(70_000) is first


def test_someone_new_gets_everything_since_the_key_frame_in_order() -> None:
    history = History(64)
    for ext in (100, 101, 103, 102, 104):
        history.put(keyed(ext, key=ext == 101))
    assert exts(history.since_key(60)) == [101, 102, 103, 104]


def test_nothing_is_given_where_one_packet_is_missing_until_it_comes() -> None:
    history = History(64)
    for ext in (101, 102, 104):
        history.put(keyed(ext, key=ext == 101))
    assert history.since_key(60) == []
    history.put(keyed(103))
    assert exts(history.since_key(60)) == [101, 102, 103, 104]


def test_padding_closes_a_gap_and_is_not_given() -> None:
    history = History(64)
    for ext in (101, 102, 103):
        history.put(keyed(ext, key=ext == 101, payload=b"" if ext == 102 else b"x"))
    assert exts(history.since_key(60)) == [101, 103]


def test_nothing_is_given_without_a_key_frame_or_beyond_the_bound() -> None:
    history = History(64)
    assert history.since_key(60) == []
    for ext in range(100, 110):
        history.put(keyed(ext))
    assert history.since_key(60) == []
    history.put(keyed(110, key=True))
    history.put(keyed(111))
    assert exts(history.since_key(2)) == [110, 111]
    assert history.since_key(1) == []


def test_a_late_older_key_frame_is_not_the_newest() -> None:
    history = History(64)
    for ext in (105, 106, 101):
        history.put(keyed(ext, key=ext != 106))
    assert history.key == 105


def test_a_key_frame_that_fell_out_is_forgotten() -> None:
    history = History(8)
    for ext in range(100, 120):
        history.put(keyed(ext, key=ext == 100))
    assert history.since_key(1000) == []


def test_the_last_seconds_are_those_that_arrived_then() -> None:
    history = History(16)
    assert history.last(5.0, 100.0) == []
    for ext, arrival in ((100, 93.0), (102, 96.0), (103, 98.0), (101, 99.0)):
        history.put(keyed(ext, arrival=arrival))
    assert exts(history.last(5.0, 100.0)) == [101, 102, 103]
    assert exts(history.last(1.0, 100.0)) == [101]


def test_a_cleared_history_holds_nothing_and_still_knows_its_numbers() -> None:
    history = History(16)
    history.put(keyed(100, key=True))
    history.clear()
    assert history.get(100) is None
    assert history.since_key(60) == []
    assert history.newest == 100
