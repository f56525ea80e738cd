"""What students did with the occasions that they had while they were there. Pure.

Rates, never a score: nobody who was away, and nobody in a class without polls, looks idle for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

_HOUR = 3_600_000
_HALF = 0.5
# As much as makes a class up.
_WHOLE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One person in one class; lengths in milliseconds."""

    person: UUID
    live: int = 0  # received, of what was taught
    seen: int = 0  # live or on a recording, each moment once
    asked: int = 0  # polls with names that were open while they were there
    answered: int = 0
    messages: int = 0
    hands: int = 0
    spoke: int = 0

    @property
    def answers(self) -> float | None:
        return self.answered / self.asked if self.asked else None

    def an_hour(self, count: int) -> float | None:
        return count * _HOUR / self.live if self.live else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """A class as a whole."""

    live: int
    later_only: int
    seen: float | None
    caught_up: int
    below_half: int
    answers: float | None
    messages: float | None
    hands: float | None
    spoke: float | None


def together(parts: Sequence[Part], taught: int) -> Together:
    """`parts`: everybody who was expected; `taught`: ms that there were to be seen."""
    there = [one for one in parts if one.live]
    hours = sum(one.live for one in there) / _HOUR
    asked = sum(one.asked for one in there)
    shares = [min(1.0, one.seen / taught) for one in parts] if taught else []
    return Together(
        live=len(there),
        later_only=sum(1 for one in parts if one.seen and not one.live),
        seen=sum(shares) / len(shares) if shares else None,
        caught_up=sum(1 for one in parts if _caught_up(one, taught)),
        below_half=sum(1 for share in shares if share < _HALF),
        answers=sum(one.answered for one in there) / asked if asked else None,
        messages=sum(one.messages for one in there) / hours if hours else None,
        hands=sum(one.hands for one in there) / hours if hours else None,
        spoke=sum(one.spoke for one in there) / _HOUR / hours if hours else None,
    )


def _caught_up(one: Part, taught: int) -> bool:
    """They had missed something, and have seen it since."""
    return one.live < taught * _WHOLE <= one.seen
