"""What follows from how an attempt ended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    Limited,
    NotFound,
    Problem,
    Unavailable,
)
from vtp.jobs.outcomes import Again, Backoff, Failed, judge

BACKOFF = Backoff(base=2.0, cap=300.0)


def judged(error: BaseException, *, attempt: int = 1, of: int = 4) -> Failed | Again:
    return judge(error, attempt=attempt, max_attempts=of, backoff=BACKOFF, chance=0.0)


def test_pauses_double_up_to_the_cap() -> None:
    pauses = [BACKOFF.after(attempt, chance=0.0) for attempt in range(1, 11)]
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@given(
    attempt=st.integers(1, 10_000),
    chance=st.floats(0, 1, exclude_max=True),
    base=st.floats(0.001, 100),
    cap=st.floats(0.001, 10_000),
)
def test_a_pause_is_never_over_the_cap_nor_under_half_of_what_it_is_without_chance(
    attempt: int, chance: float, base: float, cap: float
) -> None:
    backoff = Backoff(base, cap)
    full = backoff.after(attempt, chance=0.0)
    assert full / 2 <= backoff.after(attempt, chance=chance) <= full <= cap


@given(attempt=st.integers(1, 100), chance=st.floats(0, 1, exclude_max=True))
def test_without_chance_pauses_never_shrink(attempt: int, chance: float) -> None:
    assert BACKOFF.after(attempt, chance=0.0) <= BACKOFF.after(attempt + 1, chance=0.0)


@pytest.mark.parametrize("kind", [Invalid, NotFound, Forbidden, Conflict, Gone])
def test_a_problem_that_stays_is_not_tried_again(kind: type[Problem]) -> None:
    assert judged(kind("Just so.")) == Failed(kind.code, "Just so.")


@pytest.mark.parametrize("kind", [Unavailable, Limited])
def test_a_problem_that_passes_is_tried_again(kind: type[Problem]) -> None:
    assert judged(kind()) == Again(kind.code, kind.title(), 2.0)


def test_who_says_when_is_not_asked_before() -> None:
    assert judged(Limited(retry_after=60)) == Again("limited", Limited.title(), 60.0)
    assert judged(Limited(retry_after=1), attempt=3) == Again("limited", Limited.title(), 8.0)


def test_a_bug_is_tried_again_and_keeps_its_words_to_itself() -> None:
    outcome = judged(KeyError("secret"))
    assert outcome == Again("internal", "Something went wrong.", 2.0)


def test_after_the_last_attempt_nothing_is_tried_again() -> None:
    assert judged(OSError(), attempt=4) == Failed("internal", "Something went wrong.")
    assert judged(Unavailable("Away."), attempt=1, of=1) == Failed("unavailable", "Away.")


def test_a_sentence_is_cut_to_what_is_kept() -> None:
    assert len(judged(Invalid("x" * 10_000)).detail) == 500
