"""Going back and slowing down are counted in ten seconds, and only of what was played."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vtp.attendance.stirs import BUCKET, Stir, Stirred, counted

LENGTH = 60_000


def test_each_sign_counts_in_its_ten_seconds() -> None:
    said = Stirred(turn=1, back=[100, 9_999, 10_000], slow=[59_999], again=[(8_000, 21_000)])
    assert counted(said, [(5_000, 20_000)], LENGTH) == {
        0: Stir(backs=2, again_ms=2_000),
        1: Stir(backs=1, again_ms=10_000),
        5: Stir(slows=1),
    }


def test_what_is_not_on_the_recording_counts_nowhere() -> None:
    assert counted(Stirred(turn=1, back=[-1, LENGTH], slow=[LENGTH]), [], LENGTH) == {}
    assert counted(Stirred(turn=1, again=[(0, 9_000)]), [], LENGTH) == {}


_spans = st.lists(st.tuples(st.integers(-5_000, 70_000), st.integers(-5_000, 70_000)), max_size=6)


@given(_spans, _spans)
def test_what_was_seen_again_adds_up_to_what_both_say(
    again: list[tuple[int, int]], seen: list[tuple[int, int]]
) -> None:
    found = counted(Stirred(turn=1, again=again), seen, LENGTH)
    # By every stretch between two edges.
    edges = sorted({0, LENGTH, *(edge for span in (*again, *seen) for edge in span)})
    whole = sum(
        end - start
        for start, end in pairwise(edges)
        if start >= 0
        and end <= LENGTH
        and any(one[0] <= start and end <= one[1] for one in again)
        and any(one[0] <= start and end <= one[1] for one in seen)
    )
    assert sum(one.again_ms for one in found.values()) == whole
    assert all(0 < one.again_ms <= BUCKET for one in found.values())
    assert list(found) == sorted(found)
