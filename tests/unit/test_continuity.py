from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vtp.media.rtp.continuity import LEAVE_OUT, Continuity, Span
from vtp.media.rtp.keyframes import KeyFrames
from vtp.media.rtp.packet import HEAD, Packet


def packet(ext: int, *, ts: int = 0, marker: bool = True, empty: bool = False) -> Packet:
    data = bytes(HEAD) + (b"" if empty else b"x")
    return Packet(ext, ts, marker=marker, third=-1, data=data, arrival=0.0)


def a_line(first: int = 100) -> Continuity:
    return Continuity(first, clock_rate=90_000)


def test_numbers_begin_where_they_were_told_to_and_go_on_by_one() -> None:
    line = a_line(first=41)
    line.take_over("a", packet(70_000), now=1.0, ts=None)
    sent = [line.number(packet(70_000 + n), omit=False, now=1.0) & 0xFFFF for n in range(3)]
    assert sent == [41, 42, 43]


def test_what_is_left_out_leaves_no_gap() -> None:
    line = a_line()
    line.take_over("a", packet(70_000), now=1.0, ts=None)
    first = line.number(packet(70_000), omit=False, now=1.0)
    assert line.number(packet(70_001), omit=True, now=1.0) == LEAVE_OUT
    assert line.number(packet(70_002), omit=False, now=1.0) == first + 1


def test_a_packet_that_comes_late_has_the_number_that_was_left_for_it() -> None:
    line = a_line()
    line.take_over("a", packet(70_000), now=1.0, ts=None)
    first = line.number(packet(70_000), omit=False, now=1.0)
    assert line.number(packet(70_002), omit=False, now=1.0) == first + 2
    assert line.number(packet(70_003), omit=True, now=1.0) == LEAVE_OUT
    assert line.number(packet(70_004), omit=False, now=1.0) == first + 3
    assert line.number(packet(70_001), omit=False, now=1.0) == first + 1


def test_another_layer_goes_on_in_numbers_and_in_time() -> None:
    line = a_line()
    line.take_over("low", packet(70_000, ts=1_000), now=1.0, ts=None)
    last = line.number(packet(70_000, ts=1_000), omit=False, now=1.0)
    high = packet(90_000, ts=5_000_000)
    line.take_over("high", high, now=1.1, ts=None)
    assert line.number(high, omit=False, now=1.1) == last + 1
    assert line.now is not None
    assert high.ts + line.now.ts == 1_000 + 9_000


def test_a_layer_that_takes_over_within_a_frame_leaves_a_hole_so_that_the_frame_is_not_glued() -> (
    None
):
    line = a_line()
    line.take_over("low", packet(70_000), now=1.0, ts=None)
    last = line.number(packet(70_000, marker=False), omit=False, now=1.0)
    line.take_over("high", packet(90_000), now=1.1, ts=None)
    assert line.number(packet(90_000), omit=False, now=1.1) == last + 2


def test_the_clocks_of_the_senders_tell_better_than_ours_but_never_far_ahead_nor_back() -> None:
    for given_ts, expected in ((1_000 + 8_000, 8_000), (1_000 + 90_000, 9_000), (500, 9_000)):
        line = a_line()
        line.take_over("low", packet(70_000, ts=1_000), now=1.0, ts=None)
        line.number(packet(70_000, ts=1_000), omit=False, now=1.0)
        line.take_over("high", packet(90_000, ts=77), now=1.1, ts=given_ts)
        assert line.now is not None
        assert 77 + line.now.ts == 1_000 + expected


def test_picture_numbers_go_on_by_one() -> None:
    line = a_line()
    low, high = packet(70_000), packet(90_000)
    low.pid, low.tl0, high.pid, high.tl0 = 500, 7, 32_767, 255
    line.take_over("low", low, now=1.0, ts=None)
    line.number(low, omit=False, now=1.0)
    line.take_over("high", high, now=1.1, ts=None)
    assert line.now is not None
    assert (high.pid + line.now.pid, high.tl0 + line.now.tl0) == (501, 8)


def test_what_was_sent_is_found_by_its_number_also_from_before_a_change_of_layer() -> None:
    line = a_line()
    line.take_over("low", packet(70_000), now=1.0, ts=None)
    early = line.number(packet(70_000), omit=False, now=1.0)
    line.take_over("high", packet(90_000), now=1.1, ts=None)
    late = line.number(packet(90_000), omit=False, now=1.1)
    for number, origin, ext in ((early, "low", 70_000), (late, "high", 90_000)):
        found = line.find(number & 0xFFFF)
        assert found is not None
        assert (found[0].origin, found[1], found[2]) == (origin, ext, number)
    assert line.find((late + 1) & 0xFFFF) is None


def test_what_is_forgotten_is_not_found() -> None:
    line = a_line()
    line.take_over("low", packet(70_000), now=1.0, ts=None)
    number = line.number(packet(70_000), omit=False, now=1.0)
    line.forget()
    assert line.find(number & 0xFFFF) is None


def test_nothing_is_sent_before_a_layer_was_taken() -> None:
    line = a_line()
    assert line.number(packet(1), omit=False, now=0.0) == LEAVE_OUT
    assert not line.run(packet(1), packet(2), 0.0)


def test_a_run_of_packets_is_numbered_like_each_of_them() -> None:
    one, all_at_once = a_line(), a_line()
    packets = [packet(70_000 + n, ts=n * 3_000) for n in range(5)]
    for line in (one, all_at_once):
        line.take_over("a", packets[0], now=1.0, ts=None)
    numbers = [one.number(p, omit=False, now=1.0) for p in packets]
    assert all_at_once.run(packets[0], packets[-1], 1.0)
    assert all_at_once.now is not None
    assert [p.ext + all_at_once.now.offset for p in packets] == numbers
    assert all_at_once.newest == one.newest
    assert not all_at_once.run(packets[0], packets[-1], 1.0)


def test_a_late_packet_that_only_left_out_ones_overtook_is_the_newest() -> None:
    line = a_line()
    line.take_over("a", packet(70_000), now=1.0, ts=None)
    assert line.number(packet(70_001), omit=True, now=1.0) == LEAVE_OUT
    first = line.number(packet(70_000), omit=False, now=1.0)
    assert line.newest == first
    line.take_over("b", packet(80_000), now=1.0, ts=None)
    assert line.number(packet(80_000), omit=False, now=1.0) > first


@given(
    lost=st.sets(st.integers(0, 400)),
    omitted=st.sets(st.integers(0, 400), max_size=120),
    late=st.dictionaries(st.integers(0, 400), st.integers(1, 60), max_size=40),
    changes=st.sets(st.integers(1, 400), max_size=7),
)
def test_whatever_comes_no_number_is_used_twice_and_each_is_found_again(
    lost: set[int], omitted: set[int], late: dict[int, int], changes: set[int]
) -> None:
    line = a_line(first=65_500)
    order = sorted(range(401), key=lambda n: (n + late.get(n, 0), n))
    sent: dict[int, tuple[str, int]] = {}
    layer = "0"
    base = 70_000
    line.take_over(layer, packet(base), now=1.0, ts=None)
    newest_out = line.newest
    for step, n in enumerate(order):
        if step in changes:
            layer, base = str(step), 70_000 + step * 1_000
            line.take_over(layer, packet(base + n), now=1.0, ts=None)
        if n in lost:
            continue
        number = line.number(packet(base + n), omit=n in omitted, now=1.0)
        if number == LEAVE_OUT:
            continue
        assert number not in sent
        sent[number] = (layer, base + n)
        newest_out = max(newest_out, number)
        assert line.newest == newest_out
    for number, (origin, ext) in sent.items():
        if newest_out - number < 0x8000 and (found := line.find(number & 0xFFFF)) is not None:
            assert (found[0].origin, found[1]) == (origin, ext)
        else:
            assert len(changes) >= 7


def test_more_omissions_than_are_kept_are_never_guessed() -> None:
    span = Span("a", start=0, since=0, ts=0, pid=0, tl0=0)
    for ext in range(0, 400, 2):
        span.omit(ext)
    assert span.number(1) == LEAVE_OUT
    assert span.number(399) == 199
    assert span.origin_of(199) == 399
    assert span.origin_of(0) == LEAVE_OUT


def test_key_frames_of_a_track_are_asked_for_together_and_not_too_often() -> None:
    keys = KeyFrames()
    keys.want(2)
    assert keys.due(10.0) == (2,)
    keys.want(0)
    assert keys.due(10.1) == ()
    assert keys.due(10.6) == (0, 2)
    keys.arrived(2)
    assert keys.due(11.0) == ()
    assert keys.due(11.7) == (0,)
    keys.arrived(0)
    assert not keys.wanted
    assert keys.due(20.0) == ()


def test_a_sender_that_never_answers_is_left_alone_after_a_while() -> None:
    keys = KeyFrames()
    keys.want(0)
    asked = sum(bool(keys.due(float(second))) for second in range(100))
    assert asked == 30
    keys.want(0)  # somebody came, or the sender came back
    assert keys.due(199.0) == (0,)
    assert keys.due(199.5) == ()
    assert keys.due(200.1) == (0,)
    keys.want(1)
    assert keys.due(201.2) == (0, 1)


def test_a_layer_that_nobody_waits_for_is_not_asked_for() -> None:
    keys = KeyFrames()
    keys.want(1)
    keys.drop([1])
    assert keys.due(5.0) == ()
