"""How courses go, and what can still be made up, beside counting by hand."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.attendance import outlook
from vtp.attendance.glances import HEIGHT, WIDTH, line
from vtp.attendance.marking import Counted, Standing, at_risk, standing, summed
from vtp.attendance.policy import MARKS, Mark, Policy
from vtp.attendance.strips import LETTERS, MARK_OF, Strip, laid
from vtp.ids import UserId, uuid7

POLICY = Policy()
CLASSES = 5

# By the place of a class: the mark, whether staff set it, what was required.
Told = dict[int, tuple[Mark, bool, int]]
needs = st.sampled_from([0, 600_000, 3_300_000])
tolds = st.dictionaries(
    st.integers(0, CLASSES - 1), st.tuples(st.sampled_from(MARKS), st.booleans(), needs)
)


def a_strip(told: Told) -> Strip:
    """As the rows of a database give it, in whatever order."""
    letters = [LETTERS[mark].upper() if set_ else LETTERS[mark] for mark, set_, _ in told.values()]
    required = [need for _, _, need in told.values()]
    return laid(list(told), "".join(letters), required, classes=CLASSES)


@given(tolds, st.lists(st.booleans(), min_size=CLASSES, max_size=CLASSES))
def test_a_strip_says_what_was_put_into_it(told: Told, chosen: list[bool]) -> None:
    strip = a_strip(told)
    assert len(strip.letters) == len(strip.needs) == CLASSES
    assert list(strip.marks()) == [(place, told[place][0]) for place in sorted(told)]
    assert list(strip.marks(since=3)) == [one for one in strip.marks() if one[0] >= 3]
    assert list(strip.counted(chosen)) == [
        Counted(told[place][0], told[place][2]) for place in sorted(told) if chosen[place]
    ]
    assert strip.sums(chosen) == summed(strip.counted(chosen))
    assert {place for place in told if strip.letters[place].isupper()} == {
        place for place, (_, set_, _) in told.items() if set_
    }
    assert len(MARK_OF) == 2 * len(MARKS)


@given(tolds, st.randoms(use_true_random=False))
def test_the_order_of_classes_makes_no_difference_to_how_one_stands(
    told: Told, chance: Random
) -> None:
    every = list(a_strip(told).counted([True] * CLASSES))
    other = chance.sample(every, len(every))
    assert standing(every, [600_000], POLICY) == standing(other, [600_000], POLICY)


@given(st.lists(tolds, max_size=4))
def test_who_is_at_risk_comes_by_how_they_stand(found: list[Told]) -> None:
    stands = {
        UserId(uuid7()): standing(a_strip(one).counted([True] * CLASSES), [600_000], POLICY)
        for one in found
    }
    named = outlook.risks(stands, POLICY)
    assert {known for known, _ in named} == {k for k, one in stands.items() if at_risk(one, POLICY)}
    assert [one.so_far for _, one in named] == sorted(one.so_far or 0.0 for _, one in named)


@given(st.lists(tolds, max_size=4), st.integers(0, CLASSES - 1))
def test_a_class_has_the_marks_that_its_students_have(found: list[Told], place: int) -> None:
    strips = [a_strip(one) for one in found]
    here = [one[place] for one in found if place in one]
    assert outlook.tally(strips, place) == Counter(mark for mark, _, _ in here)
    required = outlook.required(strips, place)
    assert required == Counter(mark for mark, _, need in here if need)
    assert (outlook.worth(required, POLICY) is None) == (required.keys() <= {"excused"})


def test_a_class_is_worth_what_its_marks_are_and_excused_ones_are_not_counted() -> None:
    assert outlook.worth({"present": 1, "absent": 1, "excused": 1}, POLICY) == pytest.approx(0.5)
    assert outlook.worth({"late": 3}, POLICY) == pytest.approx(POLICY.late_counts)
    assert outlook.worth({"excused": 1}, POLICY) is None
    assert outlook.worth({}, POLICY) is None


def test_an_average_is_of_those_whose_classes_count() -> None:
    assert outlook.average([]) is None
    assert outlook.average([Standing(None, 1.0, 0)]) is None
    some = [Standing(0.5, 1.0, 2), Standing(1.0, 1.0, 2), Standing(None, 1.0, 0)]
    assert outlook.average(some) == pytest.approx(0.75)


def test_a_line_stays_in_its_picture() -> None:
    assert line([]) == ""
    for shares in ([0.5], [0.0, 1.0], [0.2, 0.9, 0.4]):
        points = [tuple(map(float, one.split(","))) for one in line(shares).split()]
        assert len(points) == max(2, len(shares))
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert line([0.0, 1.0]) == "0.0,44.0 240.0,4.0"
