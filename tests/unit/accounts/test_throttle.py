"""How often a password may be guessed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.accounts.throttle import SOON, Throttle, pause_after, place_of

WINDOW = 900.0


def a_throttle(*, per_pair: int = 5, per_place: int = 50, entries: int = 1000) -> Throttle:
    return Throttle(per_pair=per_pair, per_place=per_place, window=WINDOW, entries=entries)


def fail(throttle: Throttle, account: str, place: str, *, now: float) -> bool:
    """One wrong guess; False when it was not let through."""
    if throttle.begin(account, place, now=now) > 0:
        return False
    throttle.failed(account, place, now=now)
    return True


def fail_patiently(
    throttle: Throttle, times: int, *, account: str = "ines", place: str = "a"
) -> float:
    """Wrong guesses, each as soon as it is allowed; when the last one was."""
    now = 0.0
    for _ in range(times):
        while not fail(throttle, account, place, now=now):
            now += 0.5
    return now


def test_a_slip_or_two_costs_no_waiting() -> None:
    throttle = a_throttle()
    assert fail(throttle, "ines", "a", now=0.0)
    assert fail(throttle, "ines", "a", now=0.0)
    assert throttle.begin("ines", "a", now=0.0) == 0


def test_the_pause_grows() -> None:
    assert [pause_after(n) for n in range(6)] == [0, 0, 0, 2, 8, 32]


def test_after_five_the_window_must_pass() -> None:
    throttle = a_throttle()
    last = fail_patiently(throttle, 5)
    assert throttle.begin("ines", "a", now=last) == pytest.approx(WINDOW - last)
    assert throttle.begin("ines", "a", now=WINDOW + 0.001) == 0


def test_other_places_and_other_accounts_are_free() -> None:
    throttle = a_throttle()
    fail_patiently(throttle, 5)
    assert throttle.begin("ines", "b", now=100.0) == 0
    assert throttle.begin("omar", "a", now=100.0) == 0


def test_success_forgives_the_account_but_not_the_place() -> None:
    throttle = a_throttle(per_place=6)
    fail_patiently(throttle, 4)
    throttle.succeeded("ines", "a")
    assert throttle.begin("ines", "a", now=60.0) == 0
    throttle.failed("ines", "a", now=60.0)
    assert fail(throttle, "omar", "a", now=60.0)
    assert throttle.begin("mei", "a", now=60.0) > 0


def test_one_place_cannot_try_one_password_on_every_account() -> None:
    throttle = a_throttle()
    tried = sum(fail(throttle, f"account {n}", "a", now=0.0) for n in range(1000))
    assert tried == 50


def test_guesses_that_are_being_judged_count_until_they_are() -> None:
    throttle = a_throttle()
    begun = [throttle.begin("ines", "a", now=0.0) for _ in range(8)]
    assert begun == [0.0] * 5 + [SOON] * 3
    throttle.abandoned("ines", "a", now=0.0)
    assert throttle.begin("ines", "a", now=0.0) == 0


def test_only_so_much_is_remembered() -> None:
    throttle = a_throttle(entries=100)
    for n in range(1000):
        fail(throttle, f"account {n}", f"place {n}", now=0.0)
    assert len(throttle._pairs) == len(throttle._places) == 100


def test_what_was_forgotten_meanwhile_can_still_end() -> None:
    throttle = a_throttle(entries=1)
    throttle.begin("ines", "a", now=0.0)
    throttle.begin("omar", "b", now=0.0)
    throttle.failed("ines", "a", now=0.0)
    throttle.succeeded("omar", "b")
    throttle.abandoned("mei", "c", now=0.0)


@given(st.lists(st.floats(0.0, 200.0), max_size=200))
def test_no_window_holds_more_than_five_guesses_however_they_are_timed(pauses: list[float]) -> None:
    throttle = a_throttle()
    let_through = [
        now for now in itertools.accumulate(pauses) if fail(throttle, "ines", "a", now=now)
    ]
    for first in let_through:
        assert sum(first <= at < first + WINDOW for at in let_through) <= 5


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ines", "omar"]),
            st.sampled_from(["a", "b"]),
            st.floats(0.0, 600.0),
            st.sampled_from(["failed", "succeeded", "abandoned"]),
        ),
        max_size=100,
    )
)
def test_whoever_waits_as_long_as_told_is_let_through(
    tries: list[tuple[str, str, float, str]],
) -> None:
    throttle, now = a_throttle(per_place=4), 0.0
    for account, place, pause, end in tries:
        now += pause
        while (wait := throttle.begin(account, place, now=now)) > 0:
            assert wait <= WINDOW
            now += wait + 0.001
        if end == "succeeded":
            throttle.succeeded(account, place)
        else:
            getattr(throttle, end)(account, place, now=now)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), ("fe80::1%eth0", "fe80::2"), ("unix", "unix")],
)
def test_these_are_one_place(one: str, other: str) -> None:
    assert place_of(one) == place_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("192.0.2.1", "192.0.2.2"), ("2001:db8:1:2::1", "2001:db8:1:3::1")]
)
def test_these_are_two_places(one: str, other: str) -> None:
    assert place_of(one) != place_of(other)
