"""What people write about themselves, checked and in one spelling. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from vtp.accounts import zones
from vtp.errors import Invalid

THEMES = ("auto", "light", "dark")
LANGUAGES = ("en",)
MAX_NAME = 100
MAX_EMAIL = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
# One @ between two parts without blanks and controls; whether it can be reached, only mail tells.
EMAIL_PATTERN = r"^[^@\s\x00-\x1f\x7f-\x9f]{1,64}@[^@\s\x00-\x1f\x7f-\x9f]{1,252}$"
# Something that can be seen, and nothing that controls a terminal.
NAME_PATTERN = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
ZONE_PATTERN = r"^[A-Za-z0-9_+/-]+$"

_EMAIL = re.compile(EMAIL_PATTERN)
_NAME = re.compile(NAME_PATTERN)
# Letters by their class that show nothing: the fillers of Hangul and the empty Braille cell.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# They turn the writing around, so that one name looks like another.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


class InvalidField(Invalid):
    """Something in what you sent needs to be changed."""

    code = "invalid_input"


def email(text: str) -> str:
    cleaned = _spelled(text)
    if len(cleaned) > MAX_EMAIL or not _EMAIL.match(cleaned):
        raise InvalidField(fields={"email": "Write it like name@example.org."})
    return cleaned


def email_or_nothing(text: str) -> str:
    """For signing in: what cannot be an email is the email of nobody."""
    cleaned = _spelled(text)
    return cleaned if len(cleaned) <= MAX_EMAIL and _EMAIL.match(cleaned) else ""


def name(text: str) -> str:
    cleaned = " ".join(_spelled(text.translate(_TURNING)).split())
    if not _NAME.match(cleaned) or not any(map(_seen, cleaned)):
        raise InvalidField(fields={"name": "Write the name that others should see."})
    if len(cleaned) > MAX_NAME:
        raise InvalidField(fields={"name": f"Use at most {MAX_NAME} characters."})
    return cleaned


def time_zone(text: str) -> str:
    if text not in zones.known():
        raise InvalidField(fields={"time_zone": "Choose a time zone like Europe/Lisbon."})
    return text


def theme(text: str) -> str:
    if text not in THEMES:
        raise InvalidField(fields={"theme": "Choose auto, light or dark."})
    return text


def language(text: str) -> str:
    if text not in LANGUAGES:
        raise InvalidField(fields={"language": "Choose one of the languages that there are: en."})
    return text


def together(**checks: Callable[[], str]) -> dict[str, str]:
    """All of them, or one error that says everything that is wrong."""
    good: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for field, check in checks.items():
        try:
            good[field] = check()
        except InvalidField as problem:
            wrong |= problem.fields
    if wrong:
        raise InvalidField(fields=wrong)
    return good


def _seen(character: str) -> bool:
    """Whether there is anything on the screen; a nameless person could not be called."""
    return unicodedata.category(character)[0] not in "CZM" and character not in _BLANK


def _spelled(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())
