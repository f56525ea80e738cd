"""What must never stand in a log, found by its name and by its shape. Pure.

A second line of defence: who writes a log line leaves secrets out. Hiding too much costs a
question, hiding too little costs a password, so in doubt it hides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from math import isfinite
from typing import Any
from uuid import UUID

HIDDEN = "[hidden]"

# Deeper or longer is a payload, which has no place in a log at all.
_DEEPEST = 4
_WIDEST = 50
LONGEST = 2048

_WORDS = (
    r"authorization|cookie|passw(?:or)?d|passphrase|pepper|csrf|secret|token"
    r"|(?:api|secret|private|access)[_-]?key"
)
_NAME = re.compile(rf"(?:^|_|-)(?:{_WORDS}|cookies|passwords|tokens)$", re.IGNORECASE)
_SHAPES = re.compile(
    r"""
      (?P<header>\b(?:authorization|cookie)["']?\s*[=:]\s*)[^\r\n]+
    | (?P<named>(?:\b|_)(?:WORDS|vtp-session)["']?\s*[=:]\s*)
      (?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|(?!\[hidden\])[^\s,;&"'})]+)
    | (?P<login>(?<=://)[^\s/:@]*:)(?:(?!://)\S)*(?=@)         # a password in a URL
    | (?P<scheme>\b(?:bearer|basic|digest)\s+)[A-Za-z0-9._~+/=-]{8,}
    | (?<![\w-])vtp_[A-Za-z0-9_-]{32,}                         # our API keys
    | (?<![\w-])eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){2,4}  # JWT and JWE
    | (?<![\w-])[A-Za-z0-9_-]{43}(?![\w=-])                   # 32 random bytes, as we write them
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----[\s\S]*?(?:-----END[ ][A-Z ]*-----|\Z)
    """.replace("WORDS", _WORDS),
    re.VERBOSE | re.IGNORECASE,
)
# Without one of these nothing above is found in less than 43 characters. Most fields of most
# lines are such, and this is much less work.
_HINTS = re.compile(":|=|eyj|vtp_|bearer|basic|digest|-----")
_SHORT = 43


def is_secret(name: str) -> bool:
    # A name that is longer than any of ours came from outside, and is not worth remembering.
    return _known(name) if len(name) <= _SHORT else _NAME.search(name) is not None


@lru_cache(maxsize=1024)  # the names of fields come again and again
def _known(name: str) -> bool:
    return _NAME.search(name) is not None


def text(given: str, *, longest: int = LONGEST) -> str:
    """The same text, or its beginning, without what looks like a secret."""
    if len(given) < _SHORT and given.isascii() and not _HINTS.search(given.lower()):
        return given
    return _SHAPES.sub(_without, given[:longest])


def _without(found: re.Match[str]) -> str:
    kept = found["header"] or found["named"] or found["login"] or found["scheme"] or ""
    return f"{kept}{HIDDEN}"


def value(given: Any, *, name: str = "", depth: int = 0) -> Any:
    """The same value without secrets, as something that JSON can hold."""
    if is_secret(name):
        return HIDDEN if given not in (None, "") else given
    if given is None or isinstance(given, bool | int):
        return given
    if isinstance(given, float):
        return given if isfinite(given) else str(given)
    if isinstance(given, UUID | date | timedelta):
        return str(given)
    if depth < _DEEPEST:
        if isinstance(given, Mapping):
            return _mapping(given, depth)
        if isinstance(given, list | tuple | set | frozenset):
            return [value(item, depth=depth + 1) for item in list(given)[:_WIDEST]]
    return text(given if isinstance(given, str) else repr(given))


def _mapping(given: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    some = list(given.items())[:_WIDEST]
    return {text(str(key)): value(item, name=str(key), depth=depth + 1) for key, item in some}
