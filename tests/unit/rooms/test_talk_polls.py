"""Polls: whoever answers counts once, and an anonymous poll forgets who it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.classes import Class, a_class, kinds
from vtp.rooms.problems import BadAnswer, BadPoll, NotADraft, PollClosed, PollNotOpened
from vtp.rooms.talk import moves, polls
from vtp.rooms.talk.effects import ShowPoll, ShowTally
from vtp.rooms.talk.polls import Poll, PollId

AT = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)
PEOPLE = [UUID(int=n) for n in range(1, 8)]


def draft(**changed: Any) -> Poll:
    wish: dict[str, Any] = {
        "kind": "single",
        "question": "Ready?",
        "options": ["Yes", "No", "Perhaps"],
        "anonymous": True,
        "live": False,
    }
    return polls.drafted(PollId(uuid4()), at=AT, **{**wish, **changed})


def opened(**changed: Any) -> Poll:
    return polls.opened(draft(**changed), at=AT, secret=b"k" * 32)


def led(poll: Poll) -> Class:
    lesson = a_class()
    lesson.do(moves.PutPoll(draft()))
    lesson.do(moves.PutPoll(poll))
    return lesson


@given(
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(0, 2)), max_size=40),
)
def test_everybody_counts_once_with_their_last_answer(
    anonymous: bool, given_: list[tuple[UUID, int]]
) -> None:
    poll = opened(anonymous=anonymous)
    for person, choice in given_:
        ballot = polls.ballot(poll, choices=[choice], text="")
        poll = polls.answered(poll, polls.voter(poll, person), ballot)
    last = dict(given_)
    counts = [list(last.values()).count(option) for option in range(3)]
    assert list(polls.counted(poll)) == counts
    done = polls.closed(poll, at=AT)
    assert (polls.how_many(done), list(polls.counted(done))) == (len(last), counts)
    for person in PEOPLE:
        assert (polls.my_answer(poll, person) is not None) == (person in last)


@given(st.lists(st.integers(-1, 11), max_size=12), st.sampled_from(["single", "multiple", "text"]))
def test_an_answer_fits_or_is_refused(choices: list[int], kind: str) -> None:
    poll = opened(kind=kind, options=[] if kind == "text" else ["a", "b", "c"])
    try:
        ballot = polls.ballot(poll, choices=choices, text="")
    except BadAnswer:
        return
    assert len(set(ballot.choices)) == len(ballot.choices) > 0
    assert all(0 <= one < 3 for one in ballot.choices)
    assert kind == "multiple" or len(ballot.choices) == 1


def test_an_anonymous_poll_knows_people_only_by_its_key_and_forgets_them() -> None:
    poll, other = opened(), opened()
    person = PEOPLE[0]
    assert bytes(polls.voter(poll, person)).find(person.bytes) == -1
    again = polls.opened(draft(), at=AT, secret=b"j" * 32)
    assert polls.voter(again, person) != polls.voter(other, person)
    poll = polls.answered(poll, polls.voter(poll, person), polls.ballot(poll, choices=[1], text=""))
    done = polls.closed(poll, at=AT)
    assert (done.secret, dict(done.ballots), polls.my_answer(done, person)) == (b"", {}, None)


def test_a_poll_goes_from_draft_over_open_to_closed_and_never_back() -> None:
    made = draft()
    with pytest.raises(PollClosed):
        polls.ballot(made, choices=[0], text="")
    with pytest.raises(PollNotOpened):
        polls.shared(made, at=AT)
    asked = polls.opened(made, at=AT, secret=b"k")
    with pytest.raises(NotADraft):
        polls.opened(asked, at=AT, secret=b"k")
    assert polls.view(polls.shared(asked, at=AT), hosts=False).counts == [0, 0, 0]
    done = polls.closed(asked, at=AT)
    for step in (
        lambda: polls.closed(done, at=AT),
        lambda: polls.ballot(done, choices=[0], text=""),
    ):
        with pytest.raises(PollClosed):
            step()
    shown = polls.shared(done, at=AT)
    assert shown.public
    assert polls.shared(shown, at=AT) is shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": " "},
        {"question": "x" * 301},
        {"options": []},
        {"options": ["one"]},
        {"options": ["same", "same "]},
        {"options": ["a", "\u200b"]},
        {"options": [str(n) for n in range(11)]},
        {"kind": "text"},
    ],
    ids=range(8),
)
def test_a_poll_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadPoll):
        draft(**wrong)


def test_those_who_answer_see_the_result_when_it_is_shown_to_them() -> None:
    poll = opened()
    poll = polls.answered(poll, polls.voter(poll, PEOPLE[0]), polls.Ballot(choices=(1,)))
    assert polls.view(poll, hosts=False).counts is None
    assert polls.view(poll, hosts=True).counts == [0, 1, 0]
    done = polls.closed(poll, at=AT)
    assert polls.view(done, hosts=False).answered is None
    assert polls.view(polls.shared(done, at=AT), hosts=False).counts == [0, 1, 0]
    assert polls.view(opened(live=True), hosts=False).counts == [0, 0, 0]


def test_everybody_hears_of_its_steps_and_hosts_of_every_answer() -> None:
    made = draft()
    lesson = a_class()
    assert lesson.do(moves.PutPoll(made)) == []
    assert [type(one) for one in lesson.effects] == [ShowPoll]
    asked = polls.opened(made, at=AT, secret=b"k")
    assert kinds(lesson.do(moves.PutPoll(asked))) == ["poll_opened"]
    answer = moves.Answer(made.id, polls.voter(asked, PEOPLE[0]), polls.Ballot(choices=(0,)))
    assert lesson.do(answer) == []
    assert [type(one) for one in lesson.effects] == [ShowPoll]
    done = polls.closed(lesson.state.talk.polls[made.id], at=AT)
    assert kinds(lesson.do(moves.PutPoll(done))) == ["poll_closed"]
    assert kinds(lesson.do(moves.PutPoll(polls.shared(done, at=AT)))) == ["poll_shared"]


def test_of_a_live_poll_everybody_hears_the_sums() -> None:
    poll = opened(live=True)
    lesson = led(poll)
    lesson.do(moves.Answer(poll.id, polls.voter(poll, PEOPLE[0]), polls.Ballot(choices=(2,))))
    assert [type(one) for one in lesson.effects] == [ShowPoll, ShowTally]


def test_a_draft_is_for_hosts() -> None:
    lesson = led(opened())
    assert [one.stage for one in lesson.state.talk.views(hosts=True)] == ["draft", "open"]
    assert [one.stage for one in lesson.state.talk.views(hosts=False)] == ["open"]
