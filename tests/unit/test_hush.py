"""What of a microphone is worth sending where there are many."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.rtp import packet
from vtp.media.rtp.continuity import Continuity
from vtp.media.rtp.packet import Packet
from vtp.media.sfu.hush import Hush


def sound(ext: int, level: int) -> Packet:
    made = packet(ext=ext, ts=ext * 960)
    made.third = level
    return made


def worth(hush: Hush, ext: int, level: int, now: float, *, crowded: bool = True) -> list[int]:
    kept, _ = hush.worth([sound(ext, level)], now, crowded=crowded)
    return [one.ext for one in kept]


def test_a_silence_is_kept_back_after_it_has_faded_away() -> None:
    hush = Hush()
    assert worth(hush, 1, 20, 10.0) == [1]
    assert worth(hush, 2, 127, 10.4) == [2]
    assert worth(hush, 3, 127, 10.6) == []
    assert hush.active


def test_speech_comes_through_from_its_first_packet_on() -> None:
    hush = Hush()
    assert worth(hush, 1, 127, 10.0) == []
    kept, resumed = hush.worth([sound(2, 127), sound(3, 40), sound(4, 127)], 11.0, crowded=True)
    assert ([one.ext for one in kept], resumed) == ([3, 4], True)
    kept, resumed = hush.worth([sound(5, 127)], 11.4, crowded=True)
    assert ([one.ext for one in kept], resumed) == ([5], False)


def test_the_bit_that_says_voice_says_nothing() -> None:
    assert worth(Hush(), 1, 0x80 | 127, 10.0) == []
    assert worth(Hush(), 1, 0x80 | 65, 10.0) == [1]


def test_who_tells_no_level_is_always_heard() -> None:
    assert worth(Hush(), 1, -1, 10.0) == [1]


def test_a_crowd_that_thins_out_hears_its_silence_again() -> None:
    hush = Hush()
    assert worth(hush, 1, 127, 10.0) == []
    assert hush.worth([sound(2, 127)], 10.1, crowded=False)[1]
    assert not hush.active


@given(st.lists(st.tuples(st.integers(0, 127), st.integers(1, 60)), max_size=60))
def test_a_listener_sees_no_gap_whatever_is_left_out(spurts: list[tuple[int, int]]) -> None:
    hush, line, ext, now = Hush(), Continuity(100, clock_rate=48_000, frames=False), 70_000, 0.0
    line.take_over("a", sound(ext, 0), now=now, ts=None)
    sent: dict[int, int] = {}
    for level, length in spurts:
        for _ in range(length):
            ext, now = ext + 1, now + 0.02
            kept, resumed = hush.worth([sound(ext, level)], now, crowded=True)
            for one in kept:
                if resumed:
                    line.pass_over(one.ext)
                sent[line.number(one, omit=False, now=now)] = one.ext
    numbers = sorted(sent)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    for number in numbers[-50:]:
        found = line.find(number & 0xFFFF)
        assert found is None or found[1] == sent[number]
