"""What people write about themselves."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.accounts import fields, zones


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" ines@school.test ", "ines@school.test"),
        ("Ines+lists@School.Test", "Ines+lists@School.Test"),
        ("zoe\u0308@schule.test", "zo\u00eb@schule.test"),
        ("用户@例子.测试", "用户@例子.测试"),
    ],
)
def test_these_are_emails(written: str, kept: str) -> None:
    assert fields.email(written) == kept
    assert fields.email_or_nothing(written) == kept


@pytest.mark.parametrize(
    "written",
    ["", "@", "a@", "@b", "a b@c", "a@b@c", "a\x00@b", "a@b\nc", "x" * 65 + "@b", "a@" + "b" * 253],
)
def test_these_are_none(written: str) -> None:
    with pytest.raises(fields.InvalidField):
        fields.email(written)
    assert fields.email_or_nothing(written) == ""


def test_a_name_is_one_line_and_reads_from_its_beginning() -> None:
    assert fields.name("  Ines \t Carvalho ") == "Ines Carvalho"
    assert fields.name("Ada\u202etset") == "Adatset"
    assert fields.name("Ana María Núñez") == "Ana María Núñez"


@pytest.mark.parametrize("written", ["", "  ", "\u202e", "a\x07b", "a\x00b", "x" * 101])
def test_these_are_no_names(written: str) -> None:
    with pytest.raises(fields.InvalidField):
        fields.name(written)


@given(st.text(max_size=120))
def test_a_name_that_is_taken_stays_as_it_is(written: str) -> None:
    try:
        kept = fields.name(written)
    except fields.InvalidField:
        return
    assert fields.name(kept) == kept
    assert 0 < len(kept) <= 100


@pytest.mark.parametrize(
    "name", ["Europe/Lisbon", "UTC", "America/Argentina/Ushuaia", "Asia/Kolkata"]
)
def test_these_are_time_zones(name: str) -> None:
    assert fields.time_zone(name) == name


@pytest.mark.parametrize(
    "name", ["", "localtime", "../../etc/passwd", "Mars/Base", "europe/lisbon"]
)
def test_these_are_no_time_zones(name: str) -> None:
    with pytest.raises(fields.InvalidField):
        fields.time_zone(name)


def test_every_zone_that_can_be_chosen_can_be_used() -> None:
    for name in sorted(zones.known()):
        ZoneInfo(name)


def test_all_that_is_wrong_is_said_together() -> None:
    with pytest.raises(fields.InvalidField) as caught:
        fields.together(
            email=lambda: fields.email("x"),
            name=lambda: fields.name("Ines"),
            theme=lambda: fields.theme("pink"),
        )
    assert set(caught.value.fields) == {"email", "theme"}


@pytest.mark.parametrize(
    "written", ["", " ", "\u3000", "\u200b", "\ufeff", "\u00ad", "\u3164", "\u0301", "\u2066"]
)
def test_a_name_that_shows_nothing_is_none(written: str) -> None:
    with pytest.raises(fields.InvalidField):
        fields.name(written)
