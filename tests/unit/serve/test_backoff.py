from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vtp.serve.backoff import Pace, Restarts

PACE = Pace(first=0.5, most=15.0, good_run=30.0)


def pauses(*runs: float) -> list[float]:
    restarts = Restarts(PACE)
    return [restarts.ended(ran_for=run) for run in runs]


def test_a_single_accident_is_mended_at_once() -> None:
    assert pauses(5.0) == [0.0]


def test_a_crash_loop_slows_down_to_a_bound() -> None:
    assert pauses(*[0.1] * 9) == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]


def test_a_good_run_forgets_what_was_before() -> None:
    assert pauses(0.1, 0.1, 0.1, 30.0, 0.1) == [0.0, 0.5, 1.0, 0.0, 0.5]


def test_a_crash_loop_is_called_one_from_the_third_end_on() -> None:
    restarts = Restarts(PACE)
    told = []
    for _ in range(4):
        restarts.ended(ran_for=0.0)
        told.append(restarts.looping)
    assert told == [False, False, True, True]


@given(st.lists(st.floats(0.0, 1e6), max_size=200))
def test_no_pause_is_ever_longer_than_the_bound(runs: list[float]) -> None:
    assert all(0.0 <= pause <= PACE.most for pause in pauses(*runs))
