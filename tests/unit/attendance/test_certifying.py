"""What earns a certificate, how its number is written, and when a report is due."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.attendance import certifying
from vtp.attendance.certifying import Reached, Rule
from vtp.attendance.marking import Counted
from vtp.attendance.policy import Policy
from vtp.attendance.reporting import following

LISBON = ZoneInfo("Europe/Lisbon")
HOUR = 3_600_000


def reached(attendance: float | None, done: int, total: int | None) -> Reached:
    return Reached(attendance=attendance, classes=4, done=done, total=total)


@pytest.mark.parametrize(
    ("found", "rule", "earned"),
    [
        (reached(0.75, 9, 10), Rule(), True),
        (reached(0.7499, 10, 10), Rule(), False),
        (reached(1.0, 8, 10), Rule(), False),
        (reached(None, 10, 10), Rule(), False),
        (reached(None, 10, 10), Rule(attendance=0, completion=1), True),
        (reached(1.0, 0, None), Rule(), False),
        (reached(1.0, 0, None), Rule(attendance=1, completion=0), True),
        (reached(0.1 + 0.2, 0, None), Rule(attendance=0.3, completion=0), True),
    ],
)
def test_both_are_asked_and_bounds_count_for_the_student(
    found: Reached, rule: Rule, earned: bool
) -> None:
    assert certifying.earned(found, rule) is earned


def test_a_rule_asks_something() -> None:
    assert certifying.asks_nothing(Rule(attendance=0, completion=0))
    assert not certifying.asks_nothing(Rule(attendance=0.5, completion=0))


def test_classes_that_are_not_final_count_as_missed() -> None:
    final = [Counted("present", HOUR), Counted("late", HOUR), Counted("excused", HOUR)]
    assert certifying.attended(final, [], Policy()) == pytest.approx(0.9)
    assert certifying.attended(final, [HOUR, HOUR], Policy()) == pytest.approx(0.45)
    assert certifying.attended([], [HOUR], Policy()) == 0.0
    assert certifying.attended([], [], Policy()) is None


@given(st.binary(min_size=certifying.RAW_BYTES, max_size=certifying.RAW_BYTES))
def test_a_number_is_read_however_it_was_typed(raw: bytes) -> None:
    serial = certifying.serial(raw)
    typed = serial.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert certifying.read(serial) == certifying.read(typed) == serial


@pytest.mark.parametrize("typed", ["", "7K3M", "7K3M-QX4T-92HD-1", "7K3M-QX4T-92H!", "U" * 12])
def test_what_cannot_be_a_number_is_none(typed: str) -> None:
    assert certifying.read(typed) is None


def test_a_report_is_due_in_the_morning_where_the_course_is() -> None:
    friday = datetime(2026, 3, 27, 12, tzinfo=UTC)
    assert following(friday, "week", LISBON) == datetime(2026, 3, 30, 6, tzinfo=LISBON)
    assert following(friday, "month", LISBON) == datetime(2026, 4, 1, 6, tzinfo=LISBON)
    early = datetime(2026, 3, 30, 5, 59, tzinfo=LISBON)
    assert following(early, "week", LISBON) == datetime(2026, 3, 30, 6, tzinfo=LISBON)
    at_six = datetime(2026, 3, 30, 6, tzinfo=LISBON)
    assert following(at_six, "week", LISBON) == datetime(2026, 4, 6, 6, tzinfo=LISBON)
