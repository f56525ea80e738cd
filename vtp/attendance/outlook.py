"""How a course goes and what somebody can still do about it, out of marks. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from vtp.attendance.marking import Standing, at_risk
from vtp.attendance.policy import MARKS, Mark, Policy, counts
from vtp.attendance.strips import MARK_OF, NOT_EXPECTED, Strip
from vtp.ids import UserId


def tally(strips: Iterable[Strip], place: int) -> Counter[Mark]:
    """How many have each mark in one class."""
    return _named(Counter(one.letters[place] for one in strips))


def required(strips: Iterable[Strip], place: int) -> Counter[Mark]:
    """As `tally`, of those of whom something was required."""
    return _named(Counter(one.letters[place] for one in strips if one.needs[place]))


def _named(letters: Mapping[str, int]) -> Counter[Mark]:
    found: Counter[Mark] = Counter()
    for letter, count in letters.items():
        if letter != NOT_EXPECTED:
            found[MARK_OF[letter]] += count
    return found


def worth(marks: Mapping[Mark, int], policy: Policy) -> float | None:
    """How well a class was attended; None where nothing of it counts."""
    earned, many = 0.0, 0
    for mark in MARKS:
        if (share := counts(policy, mark)) is not None and mark in marks:
            earned, many = earned + share * marks[mark], many + marks[mark]
    return earned / many if many else None


def risks(found: dict[UserId, Standing], policy: Policy) -> list[tuple[UserId, Standing]]:
    """Who needs a word, the worst first."""
    named = [(known, one) for known, one in found.items() if at_risk(one, policy)]
    return sorted(named, key=lambda one: (one[1].so_far or 0.0, one[0]))


def average(found: Iterable[Standing]) -> float | None:
    known = [one.so_far for one in found if one.so_far is not None]
    return sum(known) / len(known) if known else None
