"""Order in a class: whatever people and staff do in whatever order, these things hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support.classes import RULES, START, Class, a_class
from vtp.errors import Problem
from vtp.rooms import effects, facts, moves, rights
from vtp.rooms.facts import SOURCES, Door, Locks, Participant, RoomRole, Source
from vtp.rooms.order import Order, changed
from vtp.rooms.problems import (
    ClassLocked,
    GuestsStayMembers,
    MustWait,
    NoSuchParticipant,
    RemovedFromMeeting,
)
from vtp.rooms.state import Now, opened, reopened

PEOPLE = [uuid4() for _ in range(5)]
MEMBERS_SEND: tuple[Source, ...] = ("microphone", "camera")


def a_waiting_room() -> Class:
    now = Now(START, 1000.0)
    return Class(opened(RULES, MEMBERS_SEND, now=now, waiting_room=True), now)


def waits(lesson: Class, person: UUID, name: str = "Noor Haddad") -> None:
    lesson.do(moves.Wait(person=person, name=name))


def test_who_was_let_in_once_need_not_wait_again() -> None:
    lesson, noor = a_waiting_room(), uuid4()
    lesson.join("host")
    with pytest.raises(MustWait):
        lesson.join(user_id=noor)
    waits(lesson, noor)
    lesson.do(moves.Admit(noor))
    assert effects.Answer(noor, "admitted") in lesson.effects
    here = lesson.join(user_id=noor)
    lesson.do(moves.Leave(here.id))
    lesson.join(user_id=noor)


def test_who_was_cut_off_at_the_door_keeps_the_place_for_a_while() -> None:
    lesson, noor, kwame = a_waiting_room(), uuid4(), uuid4()
    lesson.join("host")
    waits(lesson, noor)
    lesson.after(1)
    waits(lesson, kwame)
    lesson.do(moves.Stray(noor))
    lesson.after(59)
    waits(lesson, noor)
    assert [one.person for one in lesson.state.order.waiting] == [noor, kwame]
    lesson.do(moves.Stray(noor))
    lesson.after(60)
    assert [one.person for one in lesson.state.order.waiting] == [kwame]


def test_one_person_is_large_for_everybody_until_they_go_with_all_devices() -> None:
    lesson, noor = a_class(), uuid4()
    host = lesson.join("host")
    phone, laptop = lesson.join(user_id=noor), lesson.join(user_id=noor)
    lesson.do(moves.Pin(phone.id))
    assert lesson.state.order.pinned == noor
    assert effects.KeepLarge(frozenset({phone.id, laptop.id})) in lesson.effects
    lesson.do(moves.Leave(phone.id))
    assert effects.KeepLarge(frozenset({laptop.id})) in lesson.effects
    lesson.do(moves.Leave(laptop.id))
    assert effects.KeepLarge(frozenset()) in lesson.effects
    lesson.do(moves.Pin(host.id))
    lesson.do(moves.Pin(None))
    told = [one.pinned for one in lesson.events if isinstance(one, facts.PinChanged)]
    assert told == [noor, None, host.user_id, None]
    with pytest.raises(NoSuchParticipant):
        lesson.do(moves.Pin(phone.id))


def test_whoever_knocks_and_goes_under_ever_new_names_fills_nothing() -> None:
    lesson, noor = a_waiting_room(), uuid4()
    lesson.join("host")
    before = lesson.state.order
    for number in range(50):
        stranger = uuid4()
        waits(lesson, stranger, f"Somebody {number}")
        lesson.do(moves.StopWaiting(stranger))
    assert lesson.state.order == before
    waits(lesson, noor)
    waiting = lesson.state.order
    lesson.do(moves.Stray(noor))
    lesson.after(61)
    assert noor not in lesson.state.order.people
    [(person, stand)] = changed(waiting, lesson.state.order)
    assert (person, stand.waiting_since, stand.admitted) == (noor, None, False)


def test_a_class_that_has_not_begun_stays_for_those_who_wait() -> None:
    lesson, noor = a_waiting_room(), uuid4()
    waits(lesson, noor)
    lesson.after(10_000)
    assert lesson.state.over is None
    lesson.do(moves.StopWaiting(noor))
    lesson.after(1)
    assert lesson.state.over is not None


def test_who_waits_hears_when_the_class_is_over() -> None:
    lesson, noor = a_waiting_room(), uuid4()
    lesson.join("host")
    waits(lesson, noor)
    lesson.do(moves.End("ended"))
    assert effects.Answer(noor, "over") in lesson.effects


def test_a_locked_class_takes_nobody_new_but_staff_and_those_who_were_in_it() -> None:
    lesson = a_class()
    noor = lesson.join()
    lesson.do(moves.Lock(Locks(entry=True), lesson.state.member_sources))
    with pytest.raises(ClassLocked):
        lesson.join()
    lesson.do(moves.Leave(noor.id))
    lesson.join(user_id=noor.user_id)
    lesson.join("host")


def test_a_cohost_is_one_on_every_device_until_made_a_member_and_a_guest_never() -> None:
    lesson = a_class()
    noor, guest = lesson.join(), lesson.join(guest=True)
    lesson.do(moves.Promote(noor.id, cohost=True))
    assert lesson.join(user_id=noor.user_id).role == "cohost"
    lesson.do(moves.ChangeRole(noor.id, "member"))  # what the room says changes nothing here
    assert lesson.who(noor).role == "cohost"
    screen = lesson.send(noor, "screen")
    lesson.do(moves.Promote(noor.id, cohost=False))
    assert lesson.who(noor).role == "member"
    assert screen.id not in lesson.state.tracks
    with pytest.raises(GuestsStayMembers):
        lesson.do(moves.Promote(guest.id, cohost=True))


def test_what_a_new_cohost_sends_already_is_told_to_whoever_records() -> None:
    lesson = a_class()
    noor = lesson.join()
    camera = lesson.send(noor, "camera")
    for cohost in (True, False):
        lesson.do(moves.Promote(noor.id, cohost=cohost))
        assert effects.Recast(camera.id) in lesson.effects
    lesson.do(moves.Promote(noor.id, cohost=False))
    assert effects.Recast(camera.id) not in lesson.effects


def test_all_but_staff_are_muted() -> None:
    lesson = a_class()
    host, noor = lesson.join("host"), lesson.join()
    ours, theirs, camera = lesson.send(host), lesson.send(noor), lesson.send(noor, "camera")
    lesson.do(moves.MuteAll())
    assert [lesson.track(one).paused for one in (ours, theirs, camera)] == [False, True, False]


def test_a_hand_comes_back_in_its_place_after_a_crash() -> None:
    lesson = a_class()
    noor, kwame = lesson.join(), lesson.join()
    lesson.do(moves.RaiseHand(noor.id, raised=True))
    lesson.do(moves.RaiseHand(kwame.id, raised=True))  # at the same instant of the clock
    lesson.state = reopened(RULES, lesson.state.order, seen_at=START, now=lesson.now)
    second = lesson.join(user_id=kwame.user_id)
    first = lesson.join(user_id=noor.user_id)
    assert first.hand_at is not None
    assert second.hand_at is not None
    assert first.hand_at < second.hand_at


def test_what_was_turned_away_can_be_let_in_again() -> None:
    lesson, noor = a_waiting_room(), uuid4()
    lesson.join("host")
    waits(lesson, noor)
    lesson.do(moves.Decline(noor))
    for refused in (lambda: waits(lesson, noor), lambda: lesson.join(user_id=noor)):
        with pytest.raises(RemovedFromMeeting):
            refused()
    lesson.do(moves.Readmit(noor))
    lesson.join(user_id=noor)


@pytest.mark.parametrize("to", ["host", "cohost", "member"])
def test_whoever_needs_help_can_write_to_staff(to: Any) -> None:
    locks = Locks(chat=True, private_chat=True)
    assert rights.may_chat("member", to=to, locks=locks) == (to != "member")
    assert not rights.may_chat("member", to=None, locks=locks)
    assert rights.may_chat("cohost", to=None, locks=locks)


class Lessons(RuleBasedStateMachine):
    """Everybody does everything, also what they may not."""

    @initialize(waiting=st.booleans())
    def begin(self, waiting: bool) -> None:
        self.lesson = a_waiting_room() if waiting else a_class()
        self.stored = Order()
        self.seen: dict[UUID, Door] = {}

    def do(self, what: Callable[[], Any]) -> None:
        before = self.lesson.state
        try:
            what()
        except Problem:
            assert self.lesson.state is before

    def some(self, index: int) -> Participant | None:
        here = list(self.lesson.state.participants.values())
        return here[index % len(here)] if here else None

    @rule(who=st.sampled_from(PEOPLE), role=st.sampled_from(["host", "member", "member"]))
    def join(self, who: UUID, role: RoomRole) -> None:
        self.do(lambda: self.lesson.join(role, user_id=who))

    @rule(who=st.sampled_from(PEOPLE))
    def wait(self, who: UUID) -> None:
        if not self.lesson.state.of_user(who):
            self.do(lambda: waits(self.lesson, who))

    @rule(
        who=st.sampled_from(PEOPLE),
        kind=st.sampled_from(
            [moves.Admit, moves.Decline, moves.Stray, moves.StopWaiting, moves.Remove]
        ),
    )
    def at_the_door(self, who: UUID, kind: Any) -> None:
        self.do(lambda: self.lesson.do(kind(who)))

    @rule(who=st.sampled_from(PEOPLE))
    def readmit(self, who: UUID) -> None:
        self.do(lambda: self.lesson.do(moves.Readmit(who)))

    @rule(index=st.integers(0, 9), source=st.sampled_from(SOURCES))
    def send(self, index: int, source: Source) -> None:
        if (one := self.some(index)) is not None:
            self.do(lambda: self.lesson.send(one, source))

    @rule(index=st.integers(0, 9), up=st.booleans())
    def hand(self, index: int, up: bool) -> None:
        if (one := self.some(index)) is not None:
            self.do(lambda: self.lesson.do(moves.RaiseHand(one.id, up)))

    @rule(index=st.integers(0, 9), cohost=st.booleans())
    def promote(self, index: int, cohost: bool) -> None:
        if (one := self.some(index)) is not None:
            self.do(lambda: self.lesson.do(moves.Promote(one.id, cohost)))

    @rule(
        entry=st.booleans(),
        sources=st.frozensets(st.sampled_from(SOURCES)),
        kind=st.sampled_from([moves.MuteAll, moves.LowerAll, moves.AdmitAll, moves.DeclineAll]),
    )
    def lock(self, entry: bool, sources: frozenset[Source], kind: Any) -> None:
        self.do(lambda: self.lesson.do(moves.Lock(Locks(entry=entry), sources)))
        self.do(lambda: self.lesson.do(kind()))

    @rule(
        index=st.integers(0, 9),
        kind=st.sampled_from([moves.Cut, moves.Leave, moves.Resume, moves.Pin]),
    )
    def come_and_go(self, index: int, kind: Any) -> None:
        if (one := self.some(index)) is not None:
            self.do(lambda: self.lesson.do(kind(one.id)))

    @rule(seconds=st.sampled_from([1, 29, 61]))
    def time_passes(self, seconds: float) -> None:
        self.do(lambda: self.lesson.after(seconds))

    @invariant()
    def a_locked_source_has_no_track_of_a_member(self) -> None:
        state = self.lesson.state
        for track in state.tracks.values():
            role = state.participants[track.participant_id].role
            assert rights.may_publish(role, track.source, state.member_sources)

    @invariant()
    def nobody_is_in_and_outside_at_once(self) -> None:
        state = self.lesson.state
        for one in state.participants.values():
            stand = state.order.of(one.user_id)
            assert stand is not None
            assert stand.admitted
            assert stand.waiting_since is None
            assert stand.kept_out_at is None
            assert (one.role == "cohost") <= stand.cohost

    @invariant()
    def hands_are_one_queue_and_kept_as_they_are(self) -> None:
        state = self.lesson.state
        up = [one.hand_at for one in state.participants.values() if one.hand_at is not None]
        assert len(up) == len(set(up))
        for one in state.participants.values():
            if one.hand_at is not None:
                kept = state.order.hand_at(one.user_id)
                assert kept is not None
                assert kept <= one.hand_at

    @invariant()
    def who_is_large_for_everybody_is_here(self) -> None:
        state = self.lesson.state
        if state.order.pinned is not None and state.over is None:
            assert state.of_user(state.order.pinned)

    @invariant()
    def who_strays_waits(self) -> None:
        state = self.lesson.state
        if state.over is None:
            assert all(state.order.waits(person) for person in state.astray)

    @invariant()
    def what_is_written_bit_by_bit_is_all_of_it(self) -> None:
        after = self.lesson.state.order
        rows = {**self.stored.people, **dict(changed(self.stored, after))}
        # As they are read: who went away from the door stays as a row, and counts for nothing.
        read = {person: stand for person, stand in rows.items() if not stand.blank}
        assert read == dict(after.people)
        self.stored = after


TestLessons = Lessons.TestCase
TestLessons.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
