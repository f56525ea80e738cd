"""One incoming stream: losses, jitter, rate, the sender's clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.media.rtp.reception import Reception

FIRST = 65536 + 100


def received(*exts: int, clock_rate: int = 90_000) -> Reception:
    """Packets 10 ms apart, each in its time."""
    stream = Reception(clock_rate)
    for ext in exts:
        at = (ext - FIRST) / 100
        stream.packet(ext, int(at * clock_rate) & 0xFFFFFFFF, at + 7.0, 1000)
    return stream


def test_a_stream_of_which_nothing_came_says_nothing_bad() -> None:
    block = Reception(90_000).block(5, 1.0)
    assert (block.ssrc, block.fraction, block.lost, block.highest, block.lsr) == (5, 0, 0, 0, 0)
    assert Reception(90_000).bitrate(1.0) == 0.0


def test_losses_are_told_once_and_counted_for_ever() -> None:
    stream = received(*(FIRST + n for n in range(100) if n % 4 or n == 0))
    first = stream.block(5, 8.0)
    assert first.lost == 24
    assert first.fraction == pytest.approx(256 * 0.24, abs=2)
    assert first.highest == FIRST + 99 - 65536
    for n in range(100, 200):
        stream.packet(FIRST + n, n * 900, 7.0 + n / 100, 1000)
    second = stream.block(5, 9.0)
    assert (second.fraction, second.lost) == (0, 24)


def test_a_packet_that_was_only_late_is_not_lost() -> None:
    stream = received(FIRST, FIRST + 2, FIRST + 1)
    assert stream.lost == 0
    assert received(FIRST, FIRST - 1).lost == 0


@given(st.lists(st.booleans(), min_size=1, max_size=300), st.integers(0, 65535))
def test_the_fraction_is_never_more_than_all(arrived: list[bool], start: int) -> None:
    stream = Reception(48_000)
    for n, came in enumerate(arrived):
        if came:
            stream.packet(65536 + start + n, n * 960, n * 0.02, 80)
        if n % 17 == 0:
            block = stream.block(1, n * 0.02)
            assert 0 <= block.fraction <= 255
            assert 0 <= block.highest <= 0xFFFFFFFF


def test_packets_in_their_time_have_no_jitter() -> None:
    assert received(*(FIRST + n for n in range(200))).jitter < 0.0001


def test_jitter_is_about_what_the_network_adds() -> None:
    stream = Reception(90_000)
    for n in range(400):
        stream.packet(FIRST + n, n * 900, n / 100 + (0.02 if n % 2 else 0.0), 1000)
    assert stream.jitter == pytest.approx(0.02, rel=0.1)


def test_a_media_clock_that_wraps_or_starts_anew_is_not_jitter() -> None:
    stream = Reception(90_000)
    for n in range(100):
        stream.packet(FIRST + n, (0xFFFFFFFF - 45_000 + n * 900) & 0xFFFFFFFF, n / 100, 1000)
    stream.packet(FIRST + 100, 0x40000000, 1.0, 1000)
    assert stream.jitter < 0.0001


def test_the_rate_follows_within_about_a_second() -> None:
    stream = Reception(90_000)
    for n in range(300):  # 1000 bytes every 10 ms
        stream.packet(FIRST + n, n * 900, n / 100, 1000)
    assert stream.bitrate(3.0) == pytest.approx(800_000, rel=0.05)
    for n in range(300, 450):
        stream.packet(FIRST + n, n * 900, n / 100, 250)
    assert stream.bitrate(4.5) == pytest.approx(200_000, rel=0.05)


def test_the_rate_of_a_young_stream_is_not_divided_by_a_whole_second() -> None:
    stream = Reception(90_000)
    for n in range(40):
        stream.packet(FIRST + n, n * 900, 50.0 + n / 100, 1000)
    assert stream.bitrate(50.4) == pytest.approx(800_000, rel=0.3)


def test_a_stream_that_stopped_is_not_alive_and_has_no_rate() -> None:
    stream = received(*(FIRST + n for n in range(100)))
    assert stream.alive(8.0)
    assert not stream.alive(9.5)
    assert stream.bitrate(9.5) == 0.0


def test_a_pause_is_forgotten_by_the_rate() -> None:
    stream = received(*(FIRST + n for n in range(100)))
    for n in range(200):
        stream.packet(FIRST + 100 + n, n * 900, 100 + n / 100, 1000)
    assert stream.bitrate(102.0) == pytest.approx(800_000, rel=0.05)


def test_the_last_sender_report_comes_back_in_the_block() -> None:
    stream = received(FIRST)
    stream.sender_report(0x0123456789ABCDEF, 0, 10.0)
    block = stream.block(5, 10.5)
    assert (block.lsr, block.dlsr) == (0x456789AB, 32768)


def test_media_time_is_mapped_to_the_clock_of_the_sender() -> None:
    stream = received(FIRST)
    assert stream.ntp_of(0) is None
    stream.sender_report(1000 << 32, 0xFFFFFFF0, 10.0)
    assert stream.ntp_of((0xFFFFFFF0 + 90_000) & 0xFFFFFFFF) == 1001 << 32
    assert stream.ntp_of(0xFFFFFFF0 - 45_000) == (1000 << 32) - (1 << 31)


def test_both_clocks_of_the_sender_run_on_between_its_reports() -> None:
    stream = received(FIRST)
    assert stream.moment(10.0) is None
    stream.sender_report((2**32 - 1) << 32, 0xFFFFFFFF - 44_999, 10.0)
    assert stream.moment(10.5) == (((2**32 - 1) << 32) + (1 << 31), 0)


def test_a_moment_of_the_sender_is_told_forward_and_back() -> None:
    stream = Reception(90_000)
    assert stream.moment(1.0) is None
    assert stream.rtp_of(5 << 32) is None
    stream.sender_report(100 << 32, 0xFFFFFFFF, 10.0)
    assert stream.moment(12.0) == (102 << 32, 179_999)
    assert stream.rtp_of(102 << 32) == 179_999
    assert stream.rtp_of(99 << 32) == 0xFFFFFFFF - 90_000
