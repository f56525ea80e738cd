"""Transport-wide feedback to a publisher: everything that came, once, in its time."""

from __future__ import annotations

from struct import unpack_from

from hypothesis import given
from hypothesis import strategies as st

from vtp.media.rtp import rtcp
from vtp.media.rtp.twcc import Arrivals


def told(packet: bytes) -> dict[int, int | None]:
    """Read one feedback by the letter of the draft: number -> ticks, None where lost."""
    first, kind, words, sender, media, base, count = unpack_from("!BBHIIHH", packet)
    assert (first & 0x1F, kind, sender, media) == (15, 205, 1, 2)
    assert len(packet) == 4 * (words + 1)
    end = len(packet) - (packet[-1] if first & 0x20 else 0)
    reference = int.from_bytes(packet[16:19])
    at = 20
    statuses: list[int] = []
    while len(statuses) < count:
        (chunk,) = unpack_from("!H", packet, at)
        at += 2
        if chunk & 0x8000:
            assert chunk & 0x4000, "we write vectors of two bits"
            statuses += [chunk >> shift & 3 for shift in range(12, -1, -2)]
        else:
            statuses += [chunk >> 13] * (chunk & 0x1FFF)
    ticks = reference * 256
    found: dict[int, int | None] = {}
    for place, status in enumerate(statuses[:count]):
        seq = (base + place) & 0xFFFF
        if not status:
            found[seq] = None
            continue
        size = status
        ticks += int.from_bytes(packet[at : at + size], signed=size == 2)
        at += size
        found[seq] = ticks
    assert at == end
    assert any(one is not None for one in found.values())
    return found


def all_told(packets: list[bytes]) -> dict[int, int | None]:
    merged: dict[int, int | None] = {}
    for packet in packets:
        assert len(packet) <= 1200
        merged |= told(packet)
    return merged


def test_nothing_is_said_when_nothing_came() -> None:
    arrivals = Arrivals()
    assert arrivals.feedback(1.0, 1, 2) == []
    arrivals.seen(5, 1.0)
    assert len(arrivals.feedback(1.1, 1, 2)) == 1
    assert arrivals.feedback(1.2, 1, 2) == []


def test_arrivals_are_told_in_quarters_of_a_millisecond() -> None:
    arrivals = Arrivals()
    for seq, at in ((65534, 10.0), (65535, 10.001), (1, 10.05), (0, 10.06)):
        arrivals.seen(seq, at)
    found = all_told(arrivals.feedback(10.1, 1, 2))
    assert found == {65534: 40_000, 65535: 40_004, 0: 40_240, 1: 40_200}


def test_the_next_feedback_begins_where_the_last_one_ended() -> None:
    arrivals = Arrivals()
    for seq in range(10):
        arrivals.seen(seq, 1.0)
    arrivals.feedback(1.1, 1, 2)
    arrivals.seen(12, 1.12)
    assert all_told(arrivals.feedback(1.2, 1, 2)) == {10: None, 11: None, 12: 4480}


def test_a_packet_that_came_late_is_told_with_its_neighbours() -> None:
    arrivals = Arrivals()
    arrivals.seen(10, 1.0)
    arrivals.seen(12, 1.0)
    arrivals.feedback(1.1, 1, 2)
    arrivals.seen(11, 1.15)
    assert all_told(arrivals.feedback(1.2, 1, 2)) == {11: 4600, 12: 4000}


def test_a_feedback_waits_for_its_time_or_for_a_hundred_packets() -> None:
    arrivals = Arrivals()
    arrivals.seen(0, 1.0)
    assert arrivals.feedback(1.0, 1, 2)
    arrivals.seen(1, 1.01)
    assert arrivals.feedback(1.02, 1, 2) == []
    for seq in range(2, 101):
        arrivals.seen(seq, 1.02)
    assert arrivals.feedback(1.02, 1, 2)


def test_duplicates_are_told_once() -> None:
    arrivals = Arrivals()
    arrivals.seen(7, 1.0)
    arrivals.seen(7, 1.01)
    assert arrivals.pending == 1
    assert all_told(arrivals.feedback(1.1, 1, 2)) == {7: 4000}


def test_a_leap_of_the_numbers_is_a_new_start() -> None:
    arrivals = Arrivals()
    arrivals.seen(7, 1.0)
    arrivals.seen(20_000, 1.01)
    assert all_told(arrivals.feedback(1.1, 1, 2)) == {20_000: 4040}


def test_a_long_pause_begins_a_packet_of_its_own() -> None:
    arrivals = Arrivals()
    arrivals.seen(1, 1.0)
    arrivals.seen(2, 20.0)
    packets = arrivals.feedback(20.0, 1, 2)
    assert len(packets) == 2
    assert all_told(packets) == {1: 4000, 2: 80_000}


def test_a_wide_gap_does_not_make_an_empty_feedback() -> None:
    arrivals = Arrivals()
    arrivals.seen(1, 1.0)
    arrivals.feedback(1.0, 1, 2)
    arrivals.seen(1400, 1.1)
    packets = arrivals.feedback(1.1, 1, 2)
    assert all_told(packets)[1400] == 4400
    assert len(packets) == 1


@given(
    st.integers(0, 65535),
    st.lists(st.tuples(st.booleans(), st.floats(0, 0.3)), min_size=1, max_size=400),
)
def test_every_arrival_is_told_exactly(start: int, arrived: list[tuple[bool, float]]) -> None:
    arrivals, now, expected = Arrivals(), 5.0, {}
    packets: list[bytes] = []
    for place, (came, later) in enumerate(arrived):
        now += later
        if came:
            seq = (start + place) & 0xFFFF
            arrivals.seen(seq, now)
            expected[seq] = int(now * 4000)
        if place % 90 == 89:
            packets += arrivals.feedback(now, 1, 2)
    packets += arrivals.feedback(now + 1, 1, 2)
    found = {seq: at for seq, at in all_told(packets).items() if at is not None}
    assert found == expected


@given(st.lists(st.tuples(st.integers(0, 65535), st.floats(0, 12)), max_size=300))
def test_numbers_that_make_no_sense_stay_bounded(arrived: list[tuple[int, float]]) -> None:
    arrivals, now = Arrivals(), 0.0
    for seq, later in arrived:
        now += later
        arrivals.seen(seq, now)
    packets = arrivals.feedback(now + 1, 1, 2)
    assert sum(len(packet) for packet in packets) < 8000
    for packet in packets:
        told(packet)


def test_the_walk_hands_on_what_was_written() -> None:
    arrivals = Arrivals()
    arrivals.seen(9, 1.0)
    [packet] = arrivals.feedback(1.0, 1, 2)

    class Hears:
        body = b""

        def twcc(self, body: bytes) -> None:
            self.body = body

    hears = Hears()
    assert rtcp.walk(packet, hears)  # type: ignore[arg-type]  # nothing else is in it
    assert hears.body[:4] == bytes((0, 9, 0, 1))
