"""How a course goes and what somebody can still do about it, out of marks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from vtp.attendance.marking import Counted, Standing, at_risk, standing
from vtp.attendance.policy import Mark, Policy, counts
from vtp.ids import ClassId, UserId


class Tally(NamedTuple):
    """A mark of somebody in a class, and how much of it was required of them, in ms."""

    class_id: ClassId
    user_id: UserId
    mark: Mark
    need: int
    overridden: bool = False


def worth(marks: Iterable[Mark], policy: Policy) -> float | None:
    """How well a class was attended; None where nothing of it counts."""
    known = [found for one in marks if (found := counts(policy, one)) is not None]
    return sum(known) / len(known) if known else None


def trend(
    classes: Sequence[ClassId], tallies: Iterable[Tally], policy: Policy
) -> list[tuple[ClassId, float]]:
    """Class by class, in the order given; one in which nothing was required says nothing."""
    marks: dict[ClassId, list[Mark]] = {}
    for one in tallies:
        if one.need:
            marks.setdefault(one.class_id, []).append(one.mark)
    found = ((known, worth(marks.get(known, ()), policy)) for known in classes)
    return [(known, share) for known, share in found if share is not None]


def standings(
    tallies: Iterable[Tally], coming: Sequence[int], policy: Policy
) -> dict[UserId, Standing]:
    """Of everybody, from what is final."""
    theirs: dict[UserId, list[Counted]] = {}
    for one in tallies:
        theirs.setdefault(one.user_id, []).append(Counted(one.mark, one.need))
    return {known: standing(classes, coming, policy) for known, classes in theirs.items()}


def risks(found: dict[UserId, Standing], policy: Policy) -> list[tuple[UserId, Standing]]:
    """Who needs a word, the worst first."""
    named = [(known, one) for known, one in found.items() if at_risk(one, policy)]
    return sorted(named, key=lambda one: (one[1].so_far or 0.0, one[0]))


def average(found: Iterable[Standing]) -> float | None:
    known = [one.so_far for one in found if one.so_far is not None]
    return sum(known) / len(known) if known else None
