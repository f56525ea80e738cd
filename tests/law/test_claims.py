"""The rules of HLS and DASH that the manual claims are those that are tested, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.streaming_rules import RULES

_MANUAL = Path(__file__).parents[2] / "docs" / "API.md"


def test_the_manual_claims_what_is_tested() -> None:
    claimed = re.findall(r"^- ((?:draft|dash|DASH-IF).*)$", _MANUAL.read_text(), re.MULTILINE)
    assert claimed == list(RULES)
