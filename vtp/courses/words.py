"""Texts that people give, in one spelling. Pure."""

from __future__ import annotations

import unicodedata

from vtp.accounts import zones
from vtp.courses.problems import BadText, BadTimes

TITLE, NAME, DESCRIPTION, LETTER = 200, 100, 10_000, 5000
_LINES = frozenset("\n\t")


def line(text: str, *, field: str, most: int = TITLE) -> str:
    """One line that can be seen."""
    cleaned = " ".join(unicodedata.normalize("NFC", text).split())
    if not cleaned or len(cleaned) > most or not _harmless(cleaned):
        raise BadText(fields={field: f"Write something, up to {most} characters."})
    return cleaned


def lines(text: str, *, field: str, most: int = DESCRIPTION) -> str:
    """As many lines as wanted, or none."""
    cleaned = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if len(cleaned) > most or not _harmless(cleaned):
        raise BadText(fields={field: f"Write up to {most} characters."})
    return cleaned


def zone(name: str) -> str:
    if name not in zones.known():
        raise BadTimes(fields={"time_zone": "There is no such time zone."})
    return name


def _harmless(text: str) -> bool:
    """Nothing that controls a terminal, or turns writing around."""
    return all(
        one in _LINES or unicodedata.category(one) not in {"Cc", "Cs", "Co"} for one in text
    ) and not any(0x202A <= ord(one) <= 0x202E or 0x2066 <= ord(one) <= 0x2069 for one in text)
