"""Buckets, the wheel and liveness: time is given, so a day passes in no time."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp import settings
from vtp.edge.sockets.bucket import Bucket, Rate
from vtp.edge.sockets.hub import _terms
from vtp.edge.sockets.liveness import Liveness, Pace, Verdict
from vtp.edge.sockets.wheel import Wheel

RATE = Rate(20, 60)
steps = st.lists(st.floats(0, 30), min_size=1, max_size=200)


@given(steps)
def test_no_more_is_taken_than_burst_and_rate_allow(pauses: list[float]) -> None:
    now, taken, bucket = 1000.0, 0, Bucket(RATE, now=1000.0)
    for pause in pauses:
        now += pause
        taken += bucket.take(RATE, now=now) == 0.0
    assert taken <= RATE.burst + RATE.per_second * (now - 1000.0) + 1e-6


@given(steps)
def test_the_wait_that_a_bucket_names_is_long_enough(pauses: list[float]) -> None:
    now, bucket = 0.0, Bucket(RATE, now=0.0)
    for _ in range(RATE.burst):
        assert bucket.take(RATE, now=now) == 0.0
    for pause in pauses:
        now += min(pause, 0.01)
        if wait := bucket.take(RATE, now=now):
            assert Bucket.take(bucket, RATE, now=now + wait + 1e-9) == 0.0
            now += wait + 1e-9


def test_a_bucket_does_not_mind_a_clock_that_goes_back() -> None:
    bucket = Bucket(Rate(1, 1), now=100.0)
    assert bucket.take(Rate(1, 1), now=50.0) == 0.0
    assert bucket.take(Rate(1, 1), now=50.0) == 1.0


@given(st.lists(st.floats(0, 100), max_size=40), st.lists(st.floats(0, 20), max_size=40))
def test_the_wheel_gives_each_back_once_never_early_and_at_most_a_slot_late(
    times: list[float], pauses: list[float]
) -> None:
    now, slot = 500.0, 0.25
    wheel: Wheel[float] = Wheel(slot=slot, now=now)
    for at in times:
        wheel.put(now + at, at=now + at)
    waiting = sorted(now + at for at in times)
    for pause in [*pauses, 1000.0]:
        now += pause
        due = wheel.due(now)
        assert all(at <= now for at in due)
        for at in due:
            waiting.remove(at)
        assert all(at > now - slot - 1e-9 for at in waiting)
    assert not waiting
    assert not wheel


def test_what_is_already_late_comes_out_next_time() -> None:
    wheel: Wheel[str] = Wheel(slot=1.0, now=10.0)
    wheel.due(20.0)
    wheel.put("late", at=12.0)
    assert wheel.due(20.5) == []
    assert wheel.due(21.0) == ["late"]


PACE = Pace(ping_interval=25, ping_timeout=20, connect_timeout=10, close_timeout=2)


def accepted() -> Liveness:
    liveness = Liveness(PACE, now=0.0)
    liveness.accepted()
    return liveness


@pytest.mark.parametrize(
    "pace",
    [PACE, Pace(ping_interval=2, ping_timeout=20, connect_timeout=10, close_timeout=2)],
    ids=["interval longer", "timeout longer"],
)
def test_who_answers_is_pinged_at_the_interval_for_ever(pace: Pace) -> None:
    liveness, pings, now = Liveness(pace, now=0.0), 0, 0.0
    liveness.accepted()
    while now < 1000:
        now = liveness.due
        verdict = liveness.check(now=now)
        assert verdict in {Verdict.PING, Verdict.WAIT}
        if verdict is Verdict.PING:
            pings += 1
            liveness.heard()
    assert pings == int(1000 / pace.ping_interval)


def test_who_is_silent_after_a_ping_is_given_up_when_the_timeout_ends() -> None:
    liveness = accepted()
    liveness.heard()  # before the ping: proves nothing
    assert liveness.due == 25
    assert liveness.check(now=25.0) is Verdict.PING
    assert liveness.due == 45
    assert liveness.check(now=44.9) is Verdict.WAIT
    assert liveness.check(now=45.0) is Verdict.SILENT


def test_a_ping_is_not_followed_by_another_before_its_answer() -> None:
    liveness = Liveness(
        Pace(ping_interval=2, ping_timeout=5, connect_timeout=10, close_timeout=2), now=0.0
    )
    liveness.accepted()
    assert liveness.check(now=2.0) is Verdict.PING
    assert liveness.check(now=4.0) is Verdict.WAIT
    assert liveness.due == 7.0
    liveness.heard()
    assert liveness.check(now=7.0) is Verdict.PING


def test_who_is_not_accepted_in_time_is_closed_however_much_it_talks() -> None:
    liveness = Liveness(PACE, now=0.0)
    liveness.heard()
    assert liveness.due == 10
    assert liveness.check(now=9.9) is Verdict.WAIT
    assert liveness.check(now=10.0) is Verdict.UNINTRODUCED


def test_who_was_told_to_go_has_a_last_moment() -> None:
    liveness = accepted()
    liveness.closing(now=100.0)
    liveness.heard()
    assert liveness.due == 102
    assert liveness.check(now=101.9) is Verdict.WAIT
    assert liveness.check(now=102.0) is Verdict.OVERDUE


@given(st.lists(st.tuples(st.floats(0, 40), st.booleans()), max_size=60))
def test_there_is_always_a_next_moment_and_it_is_not_past_for_long(
    steps: list[tuple[float, bool]],
) -> None:
    liveness, now = accepted(), 0.0
    for pause, heard in steps:
        now += pause
        if heard:
            liveness.heard()
        if liveness.check(now=now) is Verdict.SILENT:
            return
        assert now < liveness.due < inf


def test_who_does_not_say_who_they_are_is_found_in_time_even_by_the_latest_look() -> None:
    options = settings.Sockets()
    pace = _terms(options).pace
    late = 0.0
    for tenth in range(10):  # how the timer stands to the slots
        wheel: Wheel[str] = Wheel(slot=options.sweep, now=0.0)
        wheel.put("stranger", at=Liveness(pace, now=0.0).due)
        now = options.sweep * tenth / 10
        while not wheel.due(now):
            now += options.sweep
        late = max(late, now)
    assert late <= options.connect_timeout
