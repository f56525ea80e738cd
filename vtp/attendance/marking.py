"""From facts to a mark, and from marks to the share of a course. Pure.

The order of the questions is the policy of every course; only its numbers differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from vtp.attendance.facts import Facts
from vtp.attendance.policy import MARKS, Mark, Policy, counts
from vtp.attendance.stretches import Span, merged, total

_SECOND = 1000


def marked(facts: Facts, policy: Policy) -> Mark:
    """By what was received live, and nothing else."""
    if facts.first_in is None or facts.share < policy.absent_below:
        return "absent" if facts.need else "present"
    left = facts.early > policy.early_before * _SECOND
    if facts.share < policy.partial_below:
        return "left_early" if left else "partial"
    if facts.late > policy.late_after * _SECOND:
        return "late"
    return "left_early" if left else "present"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """What somebody was there for and what they watched, on the recording; and in which time."""

    live: Sequence[Span]
    watched: Sequence[Span]
    length: int
    after: timedelta


def share_of(made: MadeUp) -> float:
    if not made.length:
        return 0.0
    spans = merged(
        (max(start, 0), min(end, made.length)) for start, end in (*made.live, *made.watched)
    )
    return total(spans) / made.length


def can_be_made_up(mark: Mark, policy: Policy, *, after: timedelta) -> bool:
    """Only what was missed, and in time: nobody gets a worse mark for watching."""
    gains = (counts(policy, "made_up") or 0.0) > (counts(policy, mark) or 0.0)
    in_time = policy.make_up_days > 0 and after <= timedelta(days=policy.make_up_days)
    return mark != "excused" and gains and in_time


def made_up(mark: Mark, made: MadeUp, policy: Policy) -> Mark:
    enough = made.length > 0 and share_of(made) >= policy.make_up_share
    return "made_up" if enough and can_be_made_up(mark, policy, after=made.after) else mark


class Counted(NamedTuple):
    """A class of a student: the mark that holds, and how long it was."""

    mark: Mark
    need: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`so_far` is None before anything counts."""

    so_far: float | None
    reachable: float
    counted: int


# Of each mark: in how many classes, and how many ms they required.
Sums = dict[Mark, tuple[int, int]]


def standing(classes: Iterable[Counted], coming: Collection[int], policy: Policy) -> Standing:
    """Of the classes that were held, and what is reachable with those that come."""
    return stands(summed(classes), coming, policy)


def summed(classes: Iterable[tuple[Mark, int]]) -> Sums:
    """Those of which nothing was required are left out."""
    found: Sums = {}
    for mark, need in classes:
        if need:
            many, needs = found.get(mark, (0, 0))
            found[mark] = many + 1, needs + need
    return found


def stands(sums: Sums, coming: Collection[int], policy: Policy) -> Standing:
    """Whole ms are added up before they are weighed: their order makes no difference."""
    same = policy.every_class_counts_the_same
    earned, possible, counted = 0.0, 0, 0
    for mark in MARKS:
        if mark in sums and (worth := counts(policy, mark)) is not None:
            many, needs = sums[mark]
            size = many if same else needs
            earned, possible, counted = earned + worth * size, possible + size, counted + many
    future = len(coming) if same else sum(coming)
    whole = possible + future
    return Standing(
        so_far=earned / possible if possible else None,
        reachable=(earned + future) / whole if whole else 1.0,
        counted=counted,
    )


def at_risk(standing: Standing, policy: Policy) -> bool:
    so_far = standing.so_far
    enough = standing.counted >= policy.at_risk_after
    return so_far is not None and enough and so_far < policy.at_risk_below
