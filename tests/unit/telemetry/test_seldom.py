from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vtp.telemetry.seldom import Seldom


def test_the_first_line_of_a_key_passes_and_the_next_says_how_many_did_not() -> None:
    seldom = Seldom(every=1.0)
    assert seldom.held_back("a", now=5.0) == 0
    assert seldom.held_back("a", now=5.5) is None
    assert seldom.held_back("a", now=5.9) is None
    assert seldom.held_back("b", now=5.9) == 0
    assert seldom.held_back("a", now=6.0) == 2
    assert seldom.held_back("a", now=7.0) == 0


@given(st.lists(st.floats(0, 0.5), max_size=200))
def test_never_more_than_one_line_a_second_and_every_line_is_accounted_for(
    pauses: list[float],
) -> None:
    seldom, now = Seldom(every=1.0), 0.0
    passed: list[float] = []
    told = 0
    for pause in [*pauses, 2.0]:
        now += pause
        skipped = seldom.held_back("a", now=now)
        if skipped is not None:
            passed.append(now)
            told += 1 + skipped
    assert all(b - a >= 1.0 for a, b in pairwise(passed))
    assert told == len(pauses) + 1


def test_it_forgets_rather_than_grows() -> None:
    seldom = Seldom(every=1000.0)
    for n in range(5000):
        seldom.held_back(str(n), now=1.0)
    assert len(seldom._seen) <= 1024
    assert seldom.held_back("4999", now=2.0) is None
