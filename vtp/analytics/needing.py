"""Who could do with a word of their teacher, and by which rule. Pure.

Two rules, both shown where the list is: attendance below what the course asks for, and of the last
three classes at least two of which they have seen less than half, live or on a recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Why = Literal["attendance", "unseen"]
LAST, MISSED, HALF = 3, 2, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    person: UUID
    so_far: float | None
    at_risk: bool
    # Of the last classes, the latest last: the share that they have seen.
    lately: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    case: Case
    why: tuple[Why, ...]


def needing(cases: Sequence[Case]) -> list[Needs]:
    """Whom most rules name first, then who has the least."""
    found = [Needs(one, why) for one in cases if (why := tuple(_why(one)))]
    found.sort(key=lambda one: (-len(one.why), one.case.so_far or 0.0, one.case.person))
    return found


def _why(case: Case) -> list[Why]:
    why: list[Why] = []
    if case.at_risk:
        why.append("attendance")
    lately = case.lately[-LAST:]
    if len(lately) >= MISSED and sum(1 for share in lately if share < HALF) >= MISSED:
        why.append("unseen")
    return why
