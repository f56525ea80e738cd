"""Feedback of subscribers, read in two ways that agree, whoever wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.media.rtp.feedback import WRAP, Summary, arrivals, summary
from vtp.media.rtp.twcc import Arrivals


def head(first: int, count: int, reference: int = 0) -> bytes:
    return first.to_bytes(2) + count.to_bytes(2) + reference.to_bytes(3) + b"\x00"


def body(packet: bytes) -> bytes:
    return packet[12 : len(packet) - (packet[-1] if packet[0] & 0x20 else 0)]


def test_a_vector_of_two_bits_is_read() -> None:
    # came after 1 ms, lost, came after 20 ms, came 1 ms before that
    data = head(65535, 4, 2) + (0xC000 | 1 << 12 | 1 << 8 | 2 << 6).to_bytes(2)
    data += bytes((4, 80)) + (-4).to_bytes(2, signed=True)
    assert arrivals(data) == [(65535, 516), (1, 596), (2, 592)]
    assert summary(data) == Summary(65535, 4, 3, 2, 592)


def test_a_vector_of_one_bit_is_read() -> None:
    data = head(10, 14) + (0x8000 | 0b10000000000010).to_bytes(2) + bytes((1, 2))
    assert arrivals(data) == [(10, 1), (22, 3)]
    assert summary(data) == Summary(10, 14, 2, 22, 3)


def test_a_run_is_read() -> None:
    data = head(10, 20) + (1 << 13 | 18).to_bytes(2) + (2).to_bytes(2) + bytes((4,)) * 18
    assert summary(data) == Summary(10, 20, 18, 27, 72)
    assert len(arrivals(data)) == 18


def test_what_stands_beyond_the_count_is_padding() -> None:
    data = head(10, 2) + (0xC000 | 0x1555).to_bytes(2) + bytes((1, 1))
    assert summary(data) == Summary(10, 2, 2, 11, 2)
    one_bit = head(10, 2) + (0x8000 | 0x3FFF).to_bytes(2) + bytes((1, 1))
    assert summary(one_bit) == Summary(10, 2, 2, 11, 2)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(head(1, 1) + b"\x20\x01", id="no delta"),
        pytest.param(head(1, 0) + b"\x20\x00\x01", id="tells of nothing"),
        pytest.param(head(1, 9) + b"\x20\x00\x01\x01", id="a run of none"),
        pytest.param(head(1, 9) + b"\x60\x09" + bytes(20), id="a reserved status in a run"),
        pytest.param(head(1, 7) + b"\xf0\x00" + bytes(20), id="a reserved status in a vector"),
        pytest.param(head(1, 9) + b"\x00\x09\x00\x00", id="all lost"),
        pytest.param(head(1, 65535) + b"\x3f\xff" + bytes(20), id="more than there is"),
        pytest.param(head(1, 7) + b"\xea\xaa" + bytes(13), id="half a delta"),
    ],
)
def test_what_is_malformed_or_empty_is_refused(data: bytes) -> None:
    assert summary(data) is None
    assert arrivals(data) == []


@given(
    st.integers(0, 65535),
    st.lists(st.tuples(st.booleans(), st.floats(0, 0.2)), min_size=1, max_size=200),
    st.floats(0, 30_000_000),
)
def test_what_was_written_is_read(
    start: int, arrived: list[tuple[bool, float]], clock: float
) -> None:
    writer, expected, now = Arrivals(), [], clock
    for place, (came, later) in enumerate(arrived):
        now += later
        if came:
            writer.seen((start + place) & 0xFFFF, now)
            expected.append(((start + place) & 0xFFFF, int(now * 4000) % WRAP))
    bodies = [body(packet) for packet in writer.feedback(now + 1, 1, 2)]
    assert [one for data in bodies for one in arrivals(data)] == expected
    for data in bodies:
        short = summary(data)
        assert short is not None
        assert (short.last, short.ticks) == arrivals(data)[-1]
        assert short.received == len(arrivals(data))


@given(st.binary(min_size=8, max_size=80))
def test_both_readers_agree_on_noise(data: bytes) -> None:
    short, whole = summary(data), arrivals(data)
    assert (short is None) == (not whole)
    if short is not None:
        assert (short.last, short.ticks, short.received) == (*whole[-1], len(whole))
