"""Messages: one spelling, what is hidden taken out, and who may see and delete them."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.classes import a_class, kinds
from tests.support.hostile_texts import HOSTILE
from vtp.rooms.problems import BadMessage, MessageTooLong, NoSuchMessage
from vtp.rooms.talk import messages, moves
from vtp.rooms.talk.effects import Whisper
from vtp.rooms.talk.messages import Message, MessageId, Recipient

AT = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)
NOOR, INES, KWAME = uuid4(), uuid4(), uuid4()


def said(
    number: int, text: str = "Hello", *, author: UUID = NOOR, to: UUID | None = None
) -> Message:
    return Message(
        id=MessageId(UUID(int=number)),
        author=author,
        name="Noor",
        role="member",
        sent_at=AT,
        text=text,
        to=Recipient(user_id=to, name="Ines") if to else None,
    )


@given(st.text(max_size=300))
def test_a_cleaned_text_is_clean_or_refused(text: str) -> None:
    try:
        plain = messages.cleaned(text)
    except (BadMessage, MessageTooLong):
        return
    assert messages.cleaned(plain) == plain
    assert 0 < len(plain) <= messages.MAX_TEXT
    assert unicodedata.is_normalized("NFC", plain)
    assert not any(unicodedata.category(one) == "Cc" and one not in "\n\t" for one in plain)
    assert "\x00" not in plain
    assert "\u202e" not in plain
    plain.encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_kept_as_the_text_that_they_are_or_refused(text: str) -> None:
    try:
        plain = messages.cleaned(text)
    except (BadMessage, MessageTooLong):
        return
    assert plain == messages.cleaned(plain)


def test_markup_is_text() -> None:
    assert messages.cleaned("  <b>x</b> & y\r\n\r\n\r\n\r\nz ") == "<b>x</b> & y\n\nz"


def test_what_cannot_be_seen_is_no_message_unless_it_comes_with_an_image() -> None:
    for nothing in ("", "  \n", "\u200b\u2060", "\u202e", "\u0301"):
        with pytest.raises(BadMessage):
            messages.cleaned(nothing)
        assert messages.cleaned(nothing, image=True) == ""


def test_marks_do_not_pile_up_over_the_neighbours() -> None:
    plain = messages.cleaned("Z" + "\u0335" * 50)
    assert len(plain) == 5


def test_a_long_text_is_refused_and_not_cut() -> None:
    assert len(messages.cleaned("x" * 2000)) == 2000
    with pytest.raises(MessageTooLong):
        messages.cleaned("x" * 2001)


@given(st.lists(st.uuids(), min_size=1, max_size=20))
def test_numbers_grow_whatever_the_clock_does(made: list[UUID]) -> None:
    newest: UUID | None = None
    for one in made:
        number = messages.next_id(one, newest)
        assert newest is None or number > newest
        newest = number


def test_private_is_for_its_two_and_hosts_cannot_take_it_away() -> None:
    private = said(1, author=NOOR, to=INES)
    seen = {who: messages.may_see(private, who) for who in (NOOR, INES, KWAME)}
    assert seen == {NOOR: True, INES: True, KWAME: False}
    assert messages.who_deletes(private, user_id=INES, hosts=True) is None
    assert messages.who_deletes(private, user_id=NOOR, hosts=False) == "author"
    assert messages.who_deletes(said(2), user_id=INES, hosts=True) == "staff"
    assert messages.who_deletes(said(2), user_id=KWAME, hosts=False) is None


def test_who_comes_in_gets_the_newest_fifty_in_their_order() -> None:
    lesson = a_class()
    for number in range(1, 61):
        lesson.do(moves.Say(said(number)))
    lesson.do(moves.Say(said(61, author=INES, to=KWAME)))
    talk = lesson.state.talk
    assert [one.id.int for one in talk.seen_by(NOOR)] == list(range(11, 61))
    assert [one.id.int for one in talk.seen_by(KWAME)] == list(range(12, 62))
    assert talk.more_for(NOOR)
    assert kinds(lesson.events) == ["message"] * 60


def test_a_private_message_is_told_to_its_two_and_has_no_number() -> None:
    lesson = a_class()
    before = lesson.state.seq
    private = said(1, author=NOOR, to=INES)
    assert lesson.do(moves.Say(private)) == []
    assert (lesson.state.seq, lesson.effects) == (before, [Whisper(private)])
    assert lesson.do(moves.Erase(private.id, "author")) == []
    [gone] = lesson.effects
    assert isinstance(gone, Whisper)
    assert (gone.message.text, gone.message.deleted) == ("", "author")


def test_what_is_deleted_is_gone_also_where_it_was_quoted() -> None:
    lesson = a_class()
    first = said(1, "A secret\nof two lines")
    answer = Message(
        id=MessageId(UUID(int=2)),
        author=INES,
        name="Ines",
        role="host",
        sent_at=AT,
        text="Why?",
        reply=messages.quote(first),
    )
    lesson.do(moves.Say(first))
    lesson.do(moves.Say(answer))
    assert answer.reply
    assert answer.reply.text == "A secret of two lines"
    assert kinds(lesson.do(moves.Erase(first.id, "staff"))) == ["message_deleted"]
    assert "secret" not in repr(lesson.state.talk)
    with pytest.raises(NoSuchMessage):
        lesson.do(moves.Erase(first.id, "staff"))


def test_what_is_said_twice_stands_once() -> None:
    lesson = a_class()
    lesson.do(moves.Say(said(1)))
    lesson.do(moves.Say(said(1)))
    assert len(lesson.state.talk.messages) == 1


def test_who_is_lost_counts_for_three_minutes() -> None:
    lesson = a_class()
    lesson.join("host")
    lesson.do(moves.Lose(NOOR))
    lesson.after(100)
    lesson.do(moves.Lose(KWAME))
    assert len(lesson.state.talk.lost) == 2
    lesson.after(80)
    assert set(lesson.state.talk.lost) == {KWAME}
    lesson.after(100)
    assert lesson.state.talk.lost == {}
