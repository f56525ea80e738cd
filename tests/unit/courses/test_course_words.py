"""Names and texts of a course: one spelling, and nothing that turns a page around."""

from __future__ import annotations

import pytest

from vtp.courses import words
from vtp.courses.problems import BadText, BadTimes


def test_a_line_is_put_into_one_spelling() -> None:
    assert words.line("  Alge\u0301bra \n II ", field="title") == "Algébra II"


@pytest.mark.parametrize("text", ["", " \n", "a\x1b[2J", "a\u202eb", "a\u2066b", "x" * 201])
def test_a_line_that_nobody_can_read_is_refused(text: str) -> None:
    with pytest.raises(BadText):
        words.line(text, field="title")


def test_a_text_keeps_its_lines() -> None:
    assert words.lines(" one\r\n\ttwo ", field="body") == "one\n\ttwo"
    assert words.lines("", field="body") == ""


@pytest.mark.parametrize("text", ["x" * 10_001, "a\x00b"])
def test_a_text_that_is_too_long_or_harmful_is_refused(text: str) -> None:
    with pytest.raises(BadText):
        words.lines(text, field="body")


def test_a_time_zone_is_one_that_there_is() -> None:
    assert words.zone("Europe/Lisbon") == "Europe/Lisbon"
    with pytest.raises(BadTimes):
        words.zone("Europe/Atlantis")
