"""From facts to a mark, and from marks to the share of a course. Pure.

The order of the questions is the policy of every course; only its numbers differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from vtp.attendance.facts import Facts
from vtp.attendance.policy import Mark, Policy, counts
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


@dataclass(frozen=True, slots=True)
class Counted:
    """A class of a student: the mark that holds, and how long it was."""

    mark: Mark
    need: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`so_far` is None before anything counts."""

    so_far: float | None
    reachable: float
    counted: int


def standing(classes: Iterable[Counted], coming: Iterable[int], policy: Policy) -> Standing:
    """Of the classes that were held, and what is reachable with those that come."""
    earned = possible = 0.0
    counted = 0
    for one in classes:
        worth = counts(policy, one.mark)
        if worth is None or not one.need:
            continue
        size = 1.0 if policy.every_class_counts_the_same else float(one.need)
        earned, possible, counted = earned + worth * size, possible + size, counted + 1
    future = sum(1.0 if policy.every_class_counts_the_same else float(need) for need in coming)
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
