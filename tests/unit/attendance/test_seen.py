"""What counts as seen: late, twice, in any order, and never more than time allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.attendance import seen
from vtp.attendance.problems import TooMuchSeen
from vtp.attendance.seen import FASTEST, TOLERANCE, Report, Watched
from vtp.attendance.stretches import Span, merged, total

NINE = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
LENGTH = 600_000
ONE, TWO = UUID(int=1), UUID(int=2)


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def report(*spans: Span, position: int = 0, visit: UUID = ONE, age: float = 0) -> Report:
    return Report(visit=visit, seen=spans, position=position, age=timedelta(seconds=age))


def told(before: Watched, said: Report, now: float) -> Watched:
    return seen.told(before, said, now=at(now), length=LENGTH)


def opened(*visits: UUID) -> Watched:
    made = seen.nothing(NINE)
    for visit in visits or (ONE,):
        made = told(made, report(visit=visit), 0)
    return made


spans = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda two: (min(two), max(two)))


@given(st.lists(st.lists(spans, max_size=5), max_size=8), st.randoms(use_true_random=False))
def test_each_second_counts_once_in_whatever_order_it_is_told(
    said: list[list[Span]], shuffle: Random
) -> None:
    reports = [report(*((a * 1000, b * 1000) for a, b in one)) for one in said]
    again = [*reports, *shuffle.sample(reports, len(reports))]
    shuffle.shuffle(again)
    made = opened()
    for one in again:
        made = told(made, one, 3600)
    seconds = {second for one in said for a, b in one for second in range(a, b)}
    assert total(made.seen) == len(seconds) * 1000
    assert all((second * 1000, (second + 1) * 1000) in _seconds(made) for second in seconds)
    assert list(made.seen) == merged(made.seen)


def _seconds(made: Watched) -> set[Span]:
    return {(ms, ms + 1000) for a, b in made.seen for ms in range(a, b, 1000)}


@given(st.lists(st.tuples(st.integers(0, 30), spans), min_size=1, max_size=30))
def test_nobody_sees_more_than_the_time_allows(walk: list[tuple[int, Span]]) -> None:
    made, now = opened(ONE, TWO), 0.0
    for passed, (start, end) in walk:
        now += passed
        visit = ONE if start % 2 else TWO
        try:
            made = told(made, report((start * 10_000, end * 10_000), visit=visit), now)
        except TooMuchSeen:
            continue
        assert total(made.seen) <= now * 1000 * FASTEST + TOLERANCE


def test_what_was_refused_is_taken_once_time_allows_it() -> None:
    with pytest.raises(TooMuchSeen):
        told(opened(), report((0, 60_000)), 5)
    assert told(opened(), report((0, 60_000)), 20).seen == ((0, 60_000),)


def test_two_pages_at_once_do_not_make_time_pass_faster() -> None:
    made = told(opened(ONE, TWO), report((0, 50_000), visit=ONE), 20)
    with pytest.raises(TooMuchSeen):
        told(made, report((100_000, 150_000), visit=TWO), 20)


def test_what_waited_for_a_network_is_taken_late() -> None:
    made = told(opened(), report((0, 290_000), position=290_000, age=60), 400)
    assert made.seen == ((0, 290_000),)
    assert made.position_at == at(340)


def test_the_place_is_where_one_was_last_not_what_was_told_last() -> None:
    made = told(opened(), report(position=90_000), 100)
    late = told(made, report(position=30_000, age=60), 110)
    assert (late.position, late.seen) == (90_000, ())
    assert told(late, report(position=10_000), 120).position == 10_000


def test_nothing_lies_outside_of_the_recording() -> None:
    made = told(opened(), report((590_000, 700_000), position=900_000), 60)
    assert made.seen == ((590_000, LENGTH),)
    assert made.position == LENGTH


def test_old_visits_become_a_number_and_no_time_is_lost() -> None:
    made = seen.nothing(NINE)
    for number in range(2 * seen.MOST_VISITS):
        visit = UUID(int=number + 1)
        made = told(made, report(visit=visit), number * 100)
        made = told(made, report(visit=visit), number * 100 + 10)
    assert len(made.visits) == seen.MOST_VISITS
    assert seen.open_for(made) == 2 * seen.MOST_VISITS * 10_000
    assert seen.open_for(replace(made, visits=())) == seen.MOST_VISITS * 10_000


def test_nine_tenths_are_enough_and_the_end_is_forgiven() -> None:
    assert seen.complete([(0, 534_000)], LENGTH)
    assert not seen.complete([(0, 533_999)], LENGTH)
    assert seen.complete([(60_000, LENGTH)], LENGTH)
    assert seen.complete([(0, 1)], 4_000)
    assert not seen.complete([], 4_000)
