"""Who speaks: not a cough, not a breath, not everyone at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vtp.media.rtp.speaking import Change, Speaking

LOUD, LOUDER, QUIET, SILENT = 25, 15, 60, 127


class Meeting:
    """Everyone sends a packet every 20 ms; `say` is who is how loud for how long."""

    def __init__(self, most: int = 5) -> None:
        self.speaking = Speaking(most)
        self.now = 50.0
        self.changes: list[Change] = []

    @property
    def last(self) -> Change:
        return self.changes[-1] if self.changes else Change(None, ())

    def say(self, seconds: float, **levels: int) -> Meeting:
        for packet in range(round(seconds * 50)):
            for who, level in levels.items():
                self.speaking.level(who, level, self.now)
            self.now += 0.02
            if packet % 5 == 4 and (change := self.speaking.tick(self.now)) is not None:
                self.changes.append(change)
        return self


def test_who_speaks_is_shown_within_half_a_second() -> None:
    meeting = Meeting().say(1, ann=SILENT, bob=SILENT).say(0.5, ann=LOUD, bob=SILENT)
    assert meeting.changes == [Change("ann", ("ann",))]


def test_a_cough_is_not_speaking() -> None:
    meeting = Meeting().say(1, ann=QUIET).say(0.08, ann=LOUDER).say(2, ann=QUIET)
    assert meeting.changes == []


def test_noise_of_a_room_is_not_speaking() -> None:
    assert Meeting().say(3, ann=QUIET, bob=45).changes == []


def test_a_pause_between_sentences_is_not_an_end() -> None:
    meeting = Meeting().say(2, ann=LOUD).say(0.6, ann=SILENT).say(2, ann=LOUD)
    assert len(meeting.changes) == 1


def test_who_ends_is_shown_until_another_begins() -> None:
    meeting = Meeting().say(2, ann=LOUD).say(3, ann=SILENT)
    assert meeting.last == Change("ann", ())
    meeting.say(0.6, bob=LOUD)
    assert meeting.last == Change("bob", ("bob",))


def test_a_word_between_does_not_take_the_picture() -> None:
    meeting = Meeting().say(3, ann=LOUD, bob=SILENT).say(0.5, ann=LOUD, bob=LOUDER)
    meeting.say(2, ann=LOUD, bob=SILENT)
    assert {change.active for change in meeting.changes} == {"ann"}


def test_who_goes_on_louder_takes_it() -> None:
    meeting = Meeting().say(3, ann=LOUD, bob=SILENT).say(3, ann=LOUD, bob=LOUDER)
    assert meeting.last.active == "bob"
    assert set(meeting.last.speaking) == {"ann", "bob"}


def test_two_who_are_as_loud_do_not_take_turns() -> None:
    meeting = Meeting().say(2, ann=LOUD)
    for _ in range(10):
        meeting.say(0.5, ann=LOUD, bob=LOUD - 1).say(0.5, ann=LOUD - 1, bob=LOUD)
    assert {change.active for change in meeting.changes} == {"ann"}
    assert len(meeting.changes) <= 3


def test_only_the_loudest_are_named() -> None:
    meeting = Meeting(most=2).say(2, a=LOUD, b=LOUDER, c=LOUDER - 2, d=LOUD)
    assert len(meeting.last.speaking) == 2
    assert set(meeting.last.speaking) == {"b", "c"}


def test_who_left_is_not_shown() -> None:
    meeting = Meeting().say(2, ann=LOUD)
    meeting.speaking.forget("ann")
    meeting.say(0.2, bob=SILENT)
    assert meeting.last == Change(None, ())


def test_who_sends_nothing_any_more_does_not_speak() -> None:
    meeting = Meeting().say(2, ann=LOUD).say(3, bob=SILENT)
    assert meeting.last.speaking == ()


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.integers(0, 127), st.floats(0, 0.3)),
        max_size=300,
    )
)
def test_a_change_always_says_something_new(heard: list[tuple[str, int, float]]) -> None:
    speaking, now, told = Speaking(most=3), 0.0, Change(None, ())
    for who, level, later in heard:
        now += later
        speaking.level(who, level, now)
        change = speaking.tick(now)
        if change is not None:
            assert change != told
            assert len(change.speaking) <= 3
            told = change
