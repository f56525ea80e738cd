from __future__ import annotations

import os

import pytest

from vtp.jobs.outcomes import worth_another
from vtp.sandbox.failures import Stuck
from vtp.sandbox.stillness import Stillness, processor_seconds


def _looks(stillness: Stillness, seconds: float, *, since: float, used: float) -> list[bool]:
    every = stillness.every
    return [
        stillness.look(used, since + number * every) for number in range(round(seconds / every) + 1)
    ]


def test_one_that_does_nothing_is_stuck_after_the_limit_and_not_before() -> None:
    stillness = Stillness(120.0)
    assert not stillness.look(3.0, 1000.0)
    assert not any(_looks(stillness, 115.0, since=1000.0, used=3.0))
    assert stillness.look(3.0, 1120.0)


def test_a_lock_that_is_looked_at_now_and_then_is_not_work() -> None:
    stillness = Stillness(120.0)
    stillness.look(3.0, 1000.0)
    assert any(stillness.look(3.0 + n * 0.001, 1000.0 + n * 5.0) for n in range(25))


def test_a_little_work_now_and_then_is_enough() -> None:
    stillness = Stillness(120.0)
    assert not any(stillness.look(n * 0.06, 1000.0 + n * 100.0) for n in range(100))
    slow = Stillness(120.0)
    assert not any(slow.look((n // 20) * 0.06, 1000.0 + n * 5.0) for n in range(1000))


def test_time_in_which_nobody_could_look_does_not_count() -> None:
    stillness = Stillness(120.0)
    stillness.look(3.0, 1000.0)
    assert not stillness.look(3.0, 9000.0)
    assert not any(_looks(stillness, 105.0, since=9000.0, used=3.0))


def test_the_kernel_tells_what_a_process_used() -> None:
    before = processor_seconds(os.getpid())
    assert before is not None
    assert before == pytest.approx(sum(os.times()[:2]), abs=0.5)
    assert processor_seconds(2**22 + 1) is None


def test_what_was_stuck_is_tried_again() -> None:
    assert worth_another(Stuck())
