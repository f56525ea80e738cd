"""Codes of apps, against the vectors of RFC 6238, and recovery codes as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.accounts import codes

_SECRET = b"12345678901234567890"
NOW = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_rfc(at: int, code: str) -> None:
    now = datetime.fromtimestamp(at, UTC)
    assert codes.code_at(_SECRET, codes.step_at(now)) == code


@pytest.mark.parametrize(
    ("drift", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_wrong_by_one_step(drift: int, taken: bool) -> None:
    code = codes.code_at(_SECRET, codes.step_at(NOW) + drift)
    assert (codes.step_of(_SECRET, code, now=NOW, after=0) is not None) == taken


def test_a_code_is_not_taken_again_nor_one_before_it() -> None:
    step = codes.step_at(NOW)
    assert codes.step_of(_SECRET, codes.code_at(_SECRET, step), now=NOW, after=step) is None
    assert codes.step_of(_SECRET, codes.code_at(_SECRET, step - 1), now=NOW, after=step) is None
    later = codes.code_at(_SECRET, step + 1)
    assert codes.step_of(_SECRET, later, now=NOW + timedelta(seconds=30), after=step) == step + 1


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_code_or_none(text: str) -> None:
    plain = codes.digits(text)
    assert plain == "" or (len(plain) == 6 and plain.isascii() and plain.isdigit())
    codes.step_of(_SECRET, text, now=NOW, after=0)
    assert codes.recovery(text) in {"", codes.recovery(text)}


def test_a_recovery_code_is_the_same_however_it_is_written() -> None:
    (code, *_) = codes.new_recovery_codes()
    plain = code.replace("-", "")
    assert {codes.recovery(code), codes.recovery(f" {code.upper()} "), codes.recovery(plain)} == {
        plain
    }
    assert codes.recovery(plain + "a") == ""


def test_an_app_is_given_its_name_and_its_secret() -> None:
    address = codes.address(_SECRET, account="ines@school.test", school="North & South")
    assert address.startswith("otpauth://totp/North%20%26%20South:ines%40school.test?secret=GEZD")
    assert codes.picture(address).startswith("data:image/svg+xml")
    assert codes.in_groups(_SECRET).startswith("GEZD GNBV ")
