"""The pure parts of the mix: who is heard, what stands in a fragment, what a child says."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from vtp.media.recorder import boxes, mixwire, pictures
from vtp.media.recorder.voices import MOST, RATE, Sound, Voices, fullest

LOUD, QUIET = 20, 90
DATA = b"\x78" * 40


def a_second_of(voices: Voices, who: int, *, level: int, since: float = 0.0) -> None:
    for n in range(50):
        voices.heard(who, round(since * RATE) + n * 960, DATA, level)


def heard(voices: Voices, begin: float, end: float) -> set[int]:
    return {one.voice for one in voices.window(round(begin * RATE), round(end * RATE))}


def test_a_voice_is_heard_with_what_is_around_its_words() -> None:
    voices = Voices()
    a_second_of(voices, 1, level=QUIET)
    assert heard(voices, 0, 1) == set()
    a_second_of(voices, 1, level=LOUD, since=1)
    assert heard(voices, 0.9, 1) == {1}
    for second in range(2, 6):
        a_second_of(voices, 1, level=QUIET, since=second)
    assert heard(voices, 3, 4) == {1}
    assert heard(voices, 4.5, 5) == set()


def test_of_many_the_loudest_are_heard_and_of_unknown_ones_the_fullest() -> None:
    voices = Voices()
    for who in range(2 * MOST):
        a_second_of(voices, who, level=40 - who)
    assert heard(voices, 0, 1) == set(range(MOST, 2 * MOST))
    many = [Sound(who, 0, bytes(10 + who)) for who in range(2 * MOST)]
    assert {one.voice for one in fullest(many)} == set(range(MOST, 2 * MOST))


def test_what_says_nothing_and_what_was_let_go_of_is_not_there() -> None:
    voices = Voices()
    voices.heard(1, 0, b"\xf8\xff\xfe", LOUD)
    assert heard(voices, 0, 1) == set()
    a_second_of(voices, 1, level=LOUD)
    voices.trim(RATE // 2)
    assert (voices.since, heard(voices, 0, 0.5)) == (RATE // 2, set())
    assert heard(voices, 0.5, 1) == {1}


@given(st.binary(max_size=300))
def test_a_fragment_that_makes_no_sense_holds_nothing_or_something(data: bytes) -> None:
    assert all(isinstance(at, int) for at, _ in boxes.taken_apart(data))


@given(st.lists(st.tuples(st.integers(0, 2), st.binary(max_size=50))), st.integers(1, 20))
def test_what_a_mixer_is_told_arrives_in_any_pieces(
    frames: list[tuple[int, bytes]], step: int
) -> None:
    data = b"".join(mixwire.made(kind, body) for kind, body in frames)
    reader = mixwire.Frames()
    pieces = (data[at : at + step] for at in range(0, len(data), step))
    assert [one for piece in pieces for one in reader.feed(piece)] == frames


@given(st.binary(max_size=100), st.integers(0, 3))
def test_a_child_that_is_not_ours_any_more_is_refused_in_one_way(data: bytes, kind: int) -> None:
    with suppress(mixwire.NotOurs):
        list(mixwire.Frames().feed(data))
    with suppress(mixwire.NotOurs):
        pictures.parameters(pictures.read(kind, data).data)


def test_what_is_said_to_a_mixer_can_be_read() -> None:
    [(kind, body)] = mixwire.Frames().feed(mixwire.sound(3, 960, DATA))
    assert (kind, mixwire.read_sound(body)) == (mixwire.SOUND, (3, 960, DATA))
    [(kind, body)] = mixwire.Frames().feed(mixwire.until(1920))
    assert (kind, mixwire.read_tick(body)) == (mixwire.UNTIL, 1920)
    picture = pictures.Picture("vp9", 1, 2, 3, True, b"x")
    [(kind, body)] = mixwire.Frames().feed(pictures.written(picture))
    assert pictures.read(kind, body) == picture
