"""How courses go, and what can still be made up, beside counting by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.attendance import outlook
from vtp.attendance.glances import HEIGHT, WIDTH, line
from vtp.attendance.marking import Counted, Standing, at_risk, standing
from vtp.attendance.outlook import Tally
from vtp.attendance.policy import MARKS, Policy
from vtp.ids import ClassId, UserId, uuid7

POLICY = Policy()
CLASSES = [ClassId(uuid7()) for _ in range(5)]
PEOPLE = [UserId(uuid7()) for _ in range(4)]

tallies = st.lists(
    st.builds(
        Tally,
        st.sampled_from(CLASSES),
        st.sampled_from(PEOPLE),
        st.sampled_from(MARKS),
        st.sampled_from([0, 600_000, 3_300_000]),
    ),
    max_size=20,
    unique_by=lambda one: (one.class_id, one.user_id),
)


@given(tallies)
def test_everybody_stands_as_the_matrix_says(found: list[Tally]) -> None:
    stands = outlook.standings(found, [600_000], POLICY)
    assert stands.keys() == {one.user_id for one in found}
    for known, one in stands.items():
        mine = [Counted(each.mark, each.need) for each in found if each.user_id == known]
        assert one == standing(mine, [600_000], POLICY)
    named = outlook.risks(stands, POLICY)
    assert {known for known, _ in named} == {k for k, one in stands.items() if at_risk(one, POLICY)}
    assert [one.so_far for _, one in named] == sorted(one.so_far or 0.0 for _, one in named)


@given(tallies)
def test_a_trend_has_each_class_that_counts_once_and_in_order(found: list[Tally]) -> None:
    made = outlook.trend(CLASSES, found, POLICY)
    assert [known for known, _ in made] == [
        one
        for one in CLASSES
        if any(each.class_id == one and each.need and each.mark != "excused" for each in found)
    ]
    assert all(0 <= share <= 1 for _, share in made)


def test_a_class_is_worth_what_its_marks_are_and_excused_ones_are_not_counted() -> None:
    assert outlook.worth(["present", "absent", "excused"], POLICY) == pytest.approx(0.5)
    assert outlook.worth(["late"], POLICY) == POLICY.late_counts
    assert outlook.worth(["excused"], POLICY) is None
    assert outlook.worth([], POLICY) is None


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
