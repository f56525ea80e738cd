"""Curves beside counting every second, where students got lost, rates, and who needs a word."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from vtp.analytics.confusion import CROWD, SIGNS, Moment, Sign, lost
from vtp.analytics.curves import Piece, Step, levels, most, on_axis, on_recording, pieces
from vtp.analytics.needing import Case, needing
from vtp.analytics.taking import Part, together

TAPE = UUID(int=9)
_HOUR = 3_600_000
_people = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90), st.booleans()), max_size=12)


def steps_of(spans: list[tuple[int, int, bool]]) -> list[Step]:
    """By counting each second."""
    found: list[Step] = []
    for second in range(92):
        live = sum(1 for start, end, there in spans if there and start <= second < end)
        later = sum(1 for start, end, there in spans if not there and start <= second < end)
        before = (found[-1].live, found[-1].later) if found else (0, 0)
        if (live, later) != before:
            found.append(Step(second, live, later))
    return found


@given(_people, st.integers(1, 40), st.integers(1, 90_000))
def test_a_curve_in_stretches_has_the_most_and_the_mean_of_its_seconds(
    spans: list[tuple[int, int, bool]], width: int, length: int
) -> None:
    made = levels(steps_of(spans), length, width=width)
    seconds = -(-length // 1000)
    assert [one.at for one in made] == list(range(0, seconds, width))
    for one in made:
        inside = range(one.at, min(one.at + width, seconds))
        counts = [
            [sum(1 for a, b, there in spans if there is live and a <= at < b) for at in inside]
            for live in (True, False)
        ]
        assert (one.live, one.later) == (max(counts[0]), max(counts[1]))
        assert abs(one.live_mean - sum(counts[0]) / len(inside)) < 1e-9
        assert abs(one.later_mean - sum(counts[1]) / len(inside)) < 1e-9


def test_the_peak_is_the_first_moment_with_most_in_class() -> None:
    assert most([]) is None
    assert most([Step(3, 2, 9), Step(5, 4, 0), Step(8, 4, 1)]) == Step(5, 4, 0)


_pauses = st.lists(st.integers(1, 30), max_size=6).map(
    lambda gaps: [
        (sum(gaps[: index + 1]), sum(gaps[: index + 2])) for index in range(0, len(gaps) - 1, 2)
    ]
)


@given(st.integers(-50, 50), _pauses, st.integers(0, 200))
def test_a_moment_of_a_recording_is_one_of_the_class_and_back(
    began: int, paused: list[tuple[int, int]], at: int
) -> None:
    laid = pieces(TAPE, began, [(began + start, began + end) for start, end in paused])
    # By counting every millisecond that was not in a pause.
    clock, left = began, at
    while left or any(began + start <= clock < began + end for start, end in paused):
        left -= not any(began + start <= clock < began + end for start, end in paused)
        clock += 1
    assert on_axis(laid, TAPE, at) == clock
    assert on_recording(laid, clock) == (TAPE, at)
    assert on_axis(laid, UUID(int=1), at) is None
    assert on_recording(laid, began - 1) is None


def test_a_recording_that_stays_paused_has_no_more() -> None:
    assert pieces(TAPE, 5, [(10, None)]) == [Piece(TAPE, 0, 5, 5)]
    assert pieces(TAPE, 5, [(5, None)]) == []


def moments(*signs: dict[Sign, int], people: int = 10) -> list[Moment]:
    return [Moment(at, people, one) for at, one in enumerate(signs)]


def test_a_place_stands_out_against_the_median_of_its_own_class() -> None:
    quiet: dict[Sign, int] = {"question": 1}
    found = lost(moments(*[quiet] * 9, {"back": 6, "again": 20_000}, {"lost": 3}, quiet))
    assert found.median == 0.1
    (place,) = found.places
    assert (place.start, place.end, place.peak, place.people) == (9, 11, 9, 10)
    assert dict(place.signs) == {"back": 6, "again": 20_000, "lost": 3}
    assert place.weight == 11
    assert found.points[9].rate == 0.8
    assert found.points[9].above is not None
    assert abs(found.points[9].above - 0.7) < 1e-9
    assert found.points[0].above == 0


def test_nothing_is_said_of_a_few_people() -> None:
    found = lost(moments({"back": 50}, people=CROWD - 1))
    assert found.hidden
    assert found.points[0].above is None
    assert found.places == ()
    assert not lost(moments({"back": 50}, people=CROWD)).hidden


def test_a_sign_or_two_is_no_place_and_near_ones_are_one() -> None:
    assert lost(moments({"back": 2}, {}, {}, {})).places == ()
    found = lost(moments({"back": 2}, {}, {"lost": 1}, {}, {}, {}, {"back": 3}, {}, {}, {}))
    assert [(one.start, one.end) for one in found.places] == [(0, 3), (6, 7)]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.dictionaries(st.sampled_from(SIGNS), st.integers(0, 9)),
        ),
        max_size=40,
    )
)
def test_places_never_overlap_and_never_show_a_few(told: list[tuple[int, dict[Sign, int]]]) -> None:
    made = [Moment(at, *one) for at, one in enumerate(told)]
    found = lost(made)
    assert len(found.points) == len(made)
    for one in found.places:
        assert one.people >= CROWD
        assert one.start <= one.peak < one.end
    ranges = sorted((one.start, one.end) for one in found.places)
    assert all(a[1] <= b[0] for a, b in pairwise(ranges))


def test_rates_are_of_the_occasions_that_somebody_had() -> None:
    whole = Part(person=UUID(int=1), live=_HOUR, seen=_HOUR, asked=2, answered=1, messages=3)
    caught = Part(person=UUID(int=2), live=_HOUR // 2, seen=_HOUR, hands=1, spoke=_HOUR // 4)
    later = Part(person=UUID(int=3), seen=_HOUR // 4)
    away = Part(person=UUID(int=4))
    assert (whole.answers, caught.answers) == (0.5, None)
    assert (caught.an_hour(1), away.an_hour(1)) == (2.0, None)
    found = together([whole, caught, later, away], _HOUR)
    assert (found.live, found.later_only, found.caught_up, found.below_half) == (2, 1, 1, 2)
    assert found.seen == (1 + 1 + 0.25 + 0) / 4
    assert (found.answers, found.messages) == (0.5, 2.0)
    assert found.hands is not None
    assert found.spoke is not None
    assert abs(found.hands - 1 / 1.5) < 1e-9
    assert abs(found.spoke - 0.25 / 1.5) < 1e-9


def test_a_class_that_nobody_taught_has_no_rates() -> None:
    found = together([Part(person=UUID(int=1))], 0)
    assert (found.seen, found.answers, found.messages, found.caught_up) == (None, None, None, 0)


def case(number: int, *lately: float, so_far: float | None = None, risk: bool = False) -> Case:
    return Case(person=UUID(int=number), so_far=so_far, at_risk=risk, lately=lately)


def test_who_needs_a_word_is_named_with_the_rule() -> None:
    found = needing(
        [
            case(1, 1, 1, 1, so_far=0.95),
            case(2, 0.2, 0.1, 1, so_far=0.8),
            case(3, 0, 0, 0, so_far=0.2, risk=True),
            case(4, 1, 1, 1, so_far=0.6, risk=True),
            case(5, 0.4),
            case(6, 0, 0, 0.5, 0.9, 0.4),
        ]
    )
    assert [(one.case.person.int, one.why) for one in found] == [
        (3, ("attendance", "unseen")),
        (4, ("attendance",)),
        (2, ("unseen",)),
    ]
