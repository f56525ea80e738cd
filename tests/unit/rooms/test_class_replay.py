"""Whatever happens in a class, in whatever order: it stays sound, and its events tell all of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from tests.support.classes import a_class, present
from vtp.errors import Problem
from vtp.rooms import effects, facts, moves, rights
from vtp.rooms.facts import SOURCES, Participant, Track
from vtp.rooms.replay import Ring, View

USERS = [uuid4() for _ in range(4)]


class Lessons(RuleBasedStateMachine):
    """The model beside the class: who should be there, by what was done."""

    people = Bundle("people")
    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.lesson = a_class()
        self.view = View()
        self.ring = Ring(kept=8)
        self.snapshots: list[View] = [self.snapshot()]
        # What the shell would have open, by doing what it is told.
        self.open: set[tuple[object, object]] = set()
        self.flowing: dict[object, bool] = {}

    def snapshot(self) -> View:
        state = self.lesson.state
        return View(
            state.seq, dict(state.participants), dict(state.tracks), over=state.over is not None
        )

    def do(self, act: Any) -> Any:
        """Refusals are part of life; they must change nothing."""
        before, known = self.lesson.state, len(self.lesson.events)
        self.lesson.effects = []
        result = None
        try:
            result = act()
        except Problem:
            assert self.lesson.state is before
        new = self.lesson.events[known:]
        for event in new:
            self.view.take(event)
        self.ring.add(new)
        self._carry_out()
        self.snapshots.append(self.snapshot())
        return result

    def _carry_out(self) -> None:
        for effect in self.lesson.effects:
            match effect:
                case effects.Begin(who, kind):
                    assert (who, kind) not in self.open
                    self.open.add((who, kind))
                case effects.Finish(who, kind):
                    self.open.remove((who, kind))
                case effects.Stop(track_id):
                    del self.flowing[track_id]
                case effects.Hold(track_id, paused):
                    assert self.flowing[track_id] == paused
                    self.flowing[track_id] = not paused
                case effects.Drop() | effects.Close():
                    pass

    @rule(target=people, user=st.sampled_from(USERS), role=st.sampled_from(["host", "member"]))
    def join(self, user: Any, role: Any) -> Participant | None:
        joined: Participant | None = self.do(lambda: self.lesson.join(role, user_id=user))
        return joined

    @rule(who=people)
    def cut(self, who: Participant | None) -> None:
        if who:
            self.do(lambda: self.lesson.do(moves.Cut(who.id)))

    @rule(who=people)
    def resume(self, who: Participant | None) -> None:
        """Within its time it is the same participant with the same tracks."""
        if who is None:
            return
        before = self.lesson.state
        was = before.participants.get(who.id)
        sent = list(before.sent_by(who.id))
        self.do(lambda: self.lesson.do(moves.Resume(who.id)))
        if was is not None:
            now = self.lesson.state.participants[who.id]
            assert (now.id, now.joined_at, now.hand_at) == (was.id, was.joined_at, was.hand_at)
            assert now.connection == "live"
            assert list(self.lesson.state.sent_by(who.id)) == sent

    @rule(who=people)
    def leave(self, who: Participant | None) -> None:
        if who:
            self.do(lambda: self.lesson.do(moves.Leave(who.id)))
            assert who.id not in self.lesson.state.participants

    @rule(target=sent, who=people, source=st.sampled_from(SOURCES), paused=st.booleans())
    def publish(self, who: Participant | None, source: Any, paused: bool) -> Track | None:
        if who is None:
            return None
        track: Track | None = self.do(lambda: self.lesson.send(who, source, paused=paused))
        if track is not None:
            self.flowing[track.id] = not track.paused
        return track

    @rule(track=sent, paused=st.booleans())
    def pause(self, track: Track | None, paused: bool) -> None:
        if track:
            self.do(lambda: self.lesson.do(moves.Pause(track.participant_id, track.id, paused)))

    @rule(track=sent)
    def unpublish(self, track: Track | None) -> None:
        if track:
            self.do(lambda: self.lesson.do(moves.Unpublish(track.participant_id, track.id)))

    @rule(track=sent)
    def mute(self, track: Track | None) -> None:
        if track:
            self.do(lambda: self.lesson.do(moves.Mute(track.id)))

    @rule(who=people, raised=st.booleans())
    def raise_hand(self, who: Participant | None, raised: bool) -> None:
        if who:
            self.do(lambda: self.lesson.do(moves.RaiseHand(who.id, raised)))

    @rule(user=st.sampled_from(USERS))
    def remove(self, user: Any) -> None:
        self.do(lambda: self.lesson.do(moves.Remove(user)))

    @rule(user=st.sampled_from(USERS))
    def readmit(self, user: Any) -> None:
        self.do(lambda: self.lesson.do(moves.Readmit(user)))

    @rule(who=people, role=st.sampled_from(["host", "member"]))
    def change_role(self, who: Participant | None, role: Any) -> None:
        if who:
            self.do(lambda: self.lesson.do(moves.ChangeRole(who.id, role)))

    @rule(sources=st.frozensets(st.sampled_from(SOURCES)))
    def change_sources(self, sources: Any) -> None:
        self.do(lambda: self.lesson.allow(*sources))

    @rule(seconds=st.sampled_from([0.0, 1.0, 29.0, 31.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.do(lambda: self.lesson.after(seconds))

    @rule(chance=st.integers(0, 19))
    def end(self, chance: int) -> None:
        if chance == 0:
            self.do(lambda: self.lesson.do(moves.End("ended")))

    # --- what always holds --------------------------------------------------------------------
    @invariant()
    def who_took_every_event_knows_the_state(self) -> None:
        assert self.view == self.snapshot()

    @invariant()
    def who_comes_back_with_a_snapshot_and_the_rest_knows_it_too(self) -> None:
        for old in self.snapshots[-4:]:
            missed = self.ring.since(old.seq)
            again = View(old.seq, dict(old.participants), dict(old.tracks), over=old.over)
            if missed is not None:
                for event in missed:
                    again.take(event)
                assert again == self.snapshot()

    @invariant()
    def presence_and_media_are_what_the_state_says(self) -> None:
        assert self.open == present(self.lesson.state)
        tracks = self.lesson.state.tracks.values()
        assert self.flowing == {track.id: not track.paused for track in tracks}

    @invariant()
    def everybody_sends_only_what_they_may_and_each_once(self) -> None:
        state = self.lesson.state
        seen = set()
        for track in state.tracks.values():
            sender = state.participants[track.participant_id]
            assert rights.may_publish(sender.role, track.source, state.member_sources)
            assert facts.KIND_OF[track.source] == track.kind
            assert (sender.id, track.source) not in seen
            seen.add((sender.id, track.source))

    @invariant()
    def places_are_kept_for_those_who_are_there_and_nobody_else(self) -> None:
        state = self.lesson.state
        away = {one.id for one in state.participants.values() if one.connection == "away"}
        assert set(state.away) == away
        assert set(state.tokens.values()) == set(state.participants)
        assert not any(state.order.kept_out(one.user_id) for one in state.participants.values())
        assert len(state.participants) <= state.rules.participants
        assert all(until > self.lesson.now.ticks - 61 for until in state.away.values())

    @invariant()
    def an_empty_class_ends_in_time(self) -> None:
        state = self.lesson.state
        assert state.over is not None or bool(state.participants) == (state.vacant is None)


TestLessons = Lessons.TestCase
TestLessons.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)


# --- the ring ---------------------------------------------------------------------------------
def test_the_ring_gives_what_came_after_a_number_or_says_that_it_cannot() -> None:
    lesson, ring = a_class(), Ring(kept=3)
    assert ring.since(0) == []
    assert ring.since(1) is None
    for _ in range(5):
        lesson.join()
    ring.add(lesson.events)
    assert [event.seq for event in ring.since(3) or []] == [4, 5]
    assert ring.since(5) == []
    assert [event.seq for event in ring.since(2) or []] == [3, 4, 5]
    assert ring.since(1) is None
    assert ring.since(6) is None


def test_an_event_that_was_seen_before_is_passed_over() -> None:
    lesson, view = a_class(), View()
    with suppress(Problem):
        lesson.do(moves.Leave(lesson.join().id))
    for event in [*lesson.events, *lesson.events]:
        view.take(event)
    assert view.participants == {}


@pytest.mark.parametrize("seq", [0, 7])
def test_the_hand_of_somebody_unknown_is_nobodys(seq: int) -> None:
    view = View(seq=seq)
    view.take(
        facts.Hand(
            seq=8, at=a_class().now.wall, participant_id=facts.ParticipantId(uuid4()), hand_at=None
        )
    )
    assert view.participants == {}
