"""Who gets which layer: everyone's smallest first, then by priority, and little changes."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.media.rtp.allocation import Allocation, Priority, Want, allocate

CAMERA = (150.0, 500.0, 1700.0)


def camera(key: str = "a", priority: int = 1, wish: int = 2) -> Want:
    return Want(key, priority, CAMERA, wish)


@st.composite
def wanted(draw: st.DrawFn) -> list[Want]:
    rates = st.lists(st.just(0.0) | st.floats(10, 4000), min_size=1, max_size=3).map(tuple)
    many = draw(
        st.lists(st.tuples(rates, st.sampled_from([1, 3, 4]), st.integers(0, 2)), max_size=12)
    )
    return [
        Want(str(n), priority, layers, min(wish, len(layers) - 1))
        for n, (layers, priority, wish) in enumerate(many)
    ]


def total(wants: list[Want], layers: list[int]) -> float:
    return sum(want.rates[layer] for want, layer in zip(wants, layers, strict=True) if layer >= 0)


@given(wanted(), st.floats(0, 20_000))
def test_the_budget_is_kept_and_only_what_flows_is_given(wants: list[Want], budget: float) -> None:
    layers = allocate(budget, wants)
    assert total(wants, layers) <= budget
    for want, layer in zip(wants, layers, strict=True):
        assert layer == -1 or layer in want.ladder()


@given(wanted())
def test_without_a_limit_everyone_gets_the_wish(wants: list[Want]) -> None:
    layers = allocate(inf, wants)
    assert layers == [want.ladder()[-1] if want.ladder() else -1 for want in wants]


@given(wanted(), st.floats(0, 20_000))
def test_a_choice_that_fits_is_stable(wants: list[Want], budget: float) -> None:
    allocation = Allocation()
    allocation.allocate(inf, wants, 0.0)
    for second in range(1, 8):
        given_ = allocation.allocate(budget, wants, second * 1.0)
    assert allocation.allocate(budget, wants, 9.0) == given_


def test_everyone_is_seen_before_anyone_is_seen_well() -> None:
    wants = [camera("teacher", 3), camera("b"), camera("c")]
    assert allocate(600.0, wants) == [0, 0, 0]
    assert allocate(1000.0, wants) == [1, 0, 0]
    assert allocate(2300.0, wants) == [2, 0, 0]


def test_when_not_all_can_be_seen_the_important_are() -> None:
    wants = [camera("b"), camera("teacher", Priority.SPEAKER), camera("c")]
    assert allocate(200.0, wants) == [-1, 0, -1]


def test_equals_rise_together() -> None:
    assert allocate(1300.0, [camera("a"), camera("b")]) == [1, 1]


def test_a_layer_larger_than_wanted_is_not_given_unless_it_is_the_only_one() -> None:
    assert allocate(inf, [camera(wish=0)]) == [0]
    assert allocate(inf, [Want("a", 1, (0.0, 500.0, 1700.0), 0)]) == [1]


@pytest.mark.parametrize("swing", [0.9, 1.0, 1.1])
def test_a_layer_is_kept_through_the_swings_of_its_rate(swing: float) -> None:
    allocation = Allocation()
    budget = 560.0
    assert allocation.allocate(budget, [camera()], 0.0) == [1]
    swung = Want("a", 1, (150.0, 500.0 * swing, 1700.0), 2)
    assert allocation.allocate(budget, [swung], 1.0) == [1]


def test_what_is_kept_does_not_pay_for_anything_new() -> None:
    wants = [camera(str(n), wish=0) for n in range(8)]
    assert allocate(1080.0, wants, [0, 0, 0, 0, 0, -1, -1, -1]) == [0, 0, 0, 0, 0, 0, -1, -1]


def test_a_budget_that_falls_is_obeyed_at_once() -> None:
    allocation = Allocation()
    assert allocation.allocate(inf, [camera()], 0.0) == [2]
    assert allocation.allocate(1600.0, [camera()], 0.05) == [1]
    assert allocation.allocate(1000.0, [camera("a", 3), camera("b")], 1.0) == [1, 0]


def test_who_fell_rests_before_it_rises() -> None:
    allocation = Allocation()
    allocation.allocate(inf, [camera()], 0.0)
    allocation.allocate(600.0, [camera()], 0.05)
    assert allocation.allocate(5000.0, [camera()], 1.0) == [1]
    assert allocation.allocate(5000.0, [camera()], 3.0) == [2]


def test_a_smaller_window_is_not_a_fall() -> None:
    allocation = Allocation()
    allocation.allocate(5000.0, [camera()], 0.0)
    assert allocation.allocate(5000.0, [camera(wish=0)], 1.0) == [0]
    assert allocation.allocate(5000.0, [camera(wish=2)], 1.1) == [2]


def test_less_than_the_wish_means_the_network_and_nothing_else() -> None:
    allocation = Allocation()
    only_small = Want("a", 1, (150.0, 0.0, 0.0), 2)
    nothing = Want("b", 1, (0.0, 0.0, 0.0), 2)
    assert allocation.allocate(inf, [only_small, nothing], 0.0) == [2, 2]
    assert allocation.allocate(100.0, [camera("c"), only_small], 1.0) == [-1, 2]


def test_a_burst_of_the_only_picture_does_not_end_it() -> None:
    allocation = Allocation()
    slides = Want("slides", Priority.SCREEN, (20.0,), 0)
    allocation.allocate(inf, [slides], 0.0)
    new_slide = Want("slides", Priority.SCREEN, (1200.0,), 0)
    assert allocation.allocate(750.0, [new_slide], 1.0) == [0]
    scrolled = Want("slides", Priority.SCREEN, (1700.0,), 0)
    assert allocation.allocate(450.0, [scrolled], 2.0) == [-1]


def test_the_next_step_is_the_cheapest_that_is_missing() -> None:
    allocation = Allocation()
    wants = [camera("teacher", 3), camera("b", wish=0)]
    allocation.allocate(400.0, wants, 0.0)
    assert allocation.next_step(wants) == 650.0
    allocation.allocate(200.0, wants, 1.0)
    assert allocation.next_step(wants) == 300.0
    allocation.allocate(inf, wants, 5.0)
    assert allocation.next_step(wants) is None


def test_who_left_is_forgotten() -> None:
    allocation = Allocation()
    allocation.allocate(inf, [camera()], 0.0)
    allocation.allocate(600.0, [camera()], 0.1)
    allocation.allocate(600.0, [], 0.2)
    assert allocation.allocate(5000.0, [camera()], 0.3) == [2]
