"""The marks of one student over the classes of a course, in their order: a letter each. Pure.

A term of two hundred students has twelve thousand marks: as texts they are read, counted and
shown without an object for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from vtp.attendance.marking import Counted, Sums
from vtp.attendance.policy import Mark

# In capitals where staff decided it.
LETTERS: dict[Mark, str] = {
    "present": "p",
    "late": "l",
    "left_early": "e",
    "partial": "h",
    "absent": "a",
    "made_up": "m",
    "excused": "x",
}
NOT_EXPECTED = "-"
MARK_OF: dict[str, Mark] = {
    sign: mark for mark, letter in LETTERS.items() for sign in (letter, letter.upper())
}

_SIGNS = tuple((mark, letter, letter.upper()) for mark, letter in LETTERS.items())


class Strip(NamedTuple):
    """How each class went for somebody, and how much of it was required of them, in ms."""

    letters: str
    needs: Sequence[int]

    def marks(self, *, since: int = 0) -> Iterator[tuple[int, Mark]]:
        """Of the classes in which they were expected, with the place of each."""
        for place, letter in enumerate(self.letters[since:], since):
            if letter != NOT_EXPECTED:
                yield place, MARK_OF[letter]

    def sums(self, chosen: Sequence[bool]) -> Sums:
        """As `marking.summed` of `counted`, without a value for each."""
        many, needs = dict.fromkeys(MARK_OF, 0), dict.fromkeys(MARK_OF, 0)
        for letter, need in compress(zip(self.letters, self.needs, strict=True), chosen):
            if need:
                many[letter] += 1
                needs[letter] += need
        return {
            mark: (many[letter] + many[set_], needs[letter] + needs[set_])
            for mark, letter, set_ in _SIGNS
            if many[letter] or many[set_]
        }

    def counted(self, chosen: Sequence[bool]) -> Iterator[Counted]:
        """Those of the chosen classes in which they were expected."""
        for letter, need, holds in zip(self.letters, self.needs, chosen, strict=True):
            if holds and letter != NOT_EXPECTED:
                yield Counted(MARK_OF[letter], need)


def laid(places: Sequence[int], letters: str, needs: Sequence[int], *, classes: int) -> Strip:
    """Out of the classes in which they were expected, with the place of each from 0."""
    if places == list(range(classes)):
        return Strip(letters, needs)
    signs, required = [NOT_EXPECTED] * classes, [0] * classes
    for place, letter, need in zip(places, letters, needs, strict=True):
        signs[place], required[place] = letter, need
    return Strip("".join(signs), required)
