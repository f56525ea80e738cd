"""How a course makes marks out of facts. Pure.

A policy is never changed: a new version follows it, and a class keeps the one that it was given.
Bounds count in the student's favour: who is exactly five minutes late is not late.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

Mark = Literal["present", "late", "left_early", "partial", "absent", "made_up", "excused"]
MARKS: tuple[Mark, ...] = (
    "present",
    "late",
    "left_early",
    "partial",
    "absent",
    "made_up",
    "excused",
)

Seconds = Annotated[int, Meta(ge=0, le=3600)]
Share = Annotated[float, Meta(ge=0, le=1)]


class Policy(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The words of a course about attendance; all of them have a sensible default."""

    late_after: Annotated[Seconds, Meta(description="Who comes later than this is late.")] = 300
    early_before: Annotated[Seconds, Meta(description="Who leaves before that left early.")] = 300
    absent_below: Annotated[Share, Meta(description="Of what was required.")] = 0.30
    partial_below: Annotated[Share, Meta(description="Of what was required.")] = 0.75
    bridged: Annotated[Seconds, Meta(description="A gap this short is a reconnect.")] = 60
    make_up_share: Annotated[Share, Meta(description="Live and watched together.")] = 0.90
    make_up_days: Annotated[int, Meta(ge=0, le=365, description="0: nothing is made up.")] = 7
    final_after_hours: Annotated[int, Meta(ge=0, le=720)] = 24
    late_counts: Share = 0.8
    left_early_counts: Share = 0.8
    partial_counts: Share = 0.5
    made_up_counts: Share = 0.8
    every_class_counts_the_same: Annotated[
        bool, Meta(description="Else a long class counts more than a short one.")
    ] = False
    at_risk_below: Annotated[Share, Meta(description="Of the course so far.")] = 0.75
    at_risk_after: Annotated[int, Meta(ge=1, le=100, description="Classes that were held.")] = 4


def counts(policy: Policy, mark: Mark) -> float | None:
    """What a class with this mark is worth; None: it is not counted at all."""
    worth: Mapping[Mark, float | None] = {
        "present": 1.0,
        "late": policy.late_counts,
        "left_early": policy.left_early_counts,
        "partial": policy.partial_counts,
        "made_up": policy.made_up_counts,
        "absent": 0.0,
        "excused": None,
    }
    return worth[mark]


def contradiction(policy: Policy) -> str | None:
    """The field that does not go with another."""
    return "partial_below" if policy.partial_below < policy.absent_below else None
