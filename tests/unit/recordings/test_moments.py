"""The time of a class, and the time of its recording."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vtp.recordings.moments import Moments, Pause

NINE = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def paused(*spans: tuple[float, float | None]) -> Moments:
    pauses: list[Pause] = [(at(a), None if b is None else at(b)) for a, b in spans]
    return Moments(NINE, pauses)


def test_pauses_are_taken_out_and_what_was_in_them_is_not_there() -> None:
    moments = paused((10, 40), (60, None))
    assert [moments.at(at(s)) for s in (-1, 0, 9, 10, 39, 40, 59, 60, 99)] == [
        *(None, 0, 9, None, None, 10, 29, None, None)
    ]
    assert moments.within(at(-5), at(5)) == (0, 5)
    assert moments.within(at(5), at(45)) == (5, 15)
    assert moments.within(at(15), at(20)) is None
    assert moments.within(at(50), at(90)) == (20, 30)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=4),
    st.integers(0, 60),
)
def test_it_is_the_seconds_that_were_recorded_until_then(
    steps: list[tuple[int, int]], when: int
) -> None:
    spans, since = [], 0
    for gap, length in steps:
        spans.append((since + gap, since + gap + length))
        since += gap + length
    recorded = [s for s in range(when) if not any(a <= s < b for a, b in spans)]
    found = paused(*spans).at(at(when))
    if any(a <= when < b for a, b in spans):
        assert found is None
    else:
        assert found == len(recorded)
