"""Whether a new password is hard enough to guess, and a sentence that helps where it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zxcvbn import zxcvbn
from zxcvbn.matching import L33T_TABLE

from vtp.accounts.problems import WeakPassword

SHORTEST = 8  # characters
# Of 0 to 4: at least about 10^6 guesses, which our throttling turns into years.
ENOUGH = 2
# zxcvbn tries every pair of characters, and every meaning of the signs that may stand for
# letters: 40 characters with all 20 signs took 0.4 s, with 8 of them 8 ms.
_JUDGED = 40
_SIGNS = 8
_SIGN = frozenset(sign for signs in L33T_TABLE.values() for sign in signs)
_ADVICE = "Three or four words that do not belong together are easy to keep and hard to guess."


@dataclass(frozen=True, slots=True)
class Judged:
    score: int  # 0 to 4
    advice: str  # what is weak about it; empty where it may be used

    @property
    def enough(self) -> bool:
        return not self.advice


def judged(password: str, *, about: Iterable[str]) -> Judged:
    if not password:  # of which zxcvbn makes nothing
        return Judged(0, f"Use at least {SHORTEST} characters.")
    found = zxcvbn(judged_part(password), user_inputs=_words(about))
    if len(password) < SHORTEST:
        return Judged(min(found["score"], 1), f"Use at least {SHORTEST} characters.")
    if found["score"] < ENOUGH:
        warning: str = found["feedback"]["warning"] or WeakPassword.title()
        return Judged(found["score"], warning if warning.endswith(".") else f"{warning}.")
    return Judged(found["score"], "")


def require(password: str, *, about: Iterable[str], field: str = "password") -> None:
    """Return when it may be used; else raise `WeakPassword`."""
    found = judged(password, about=about)
    if not found.enough:
        raise WeakPassword(f"{found.advice} {_ADVICE}", field=field)


def judged_part(password: str) -> str:
    """Its beginning: enough to know whether it is strong, short enough to know it soon."""
    seen: set[str] = set()
    for at, character in enumerate(password[:_JUDGED]):
        if character in _SIGN:
            seen.add(character)
        if len(seen) > _SIGNS:
            return password[:at]
    return password[:_JUDGED]


def _words(about: Iterable[str]) -> list[str]:
    """Also the parts of what is known, because "ines.carvalho" is guessed by "carvalho"."""
    words: list[str] = []
    for text in about:
        words += [text, *text.replace("@", " ").replace(".", " ").split()]
    return words[:20]
