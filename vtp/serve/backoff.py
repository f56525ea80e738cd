"""When a child that ended is started again. Pure: time comes in as an argument.

The first restart comes at once, because most ends are single accidents; then the pause doubles
up to a bound. It never gives up: what was broken outside (a full disk, a lost database) may heal.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    first: float = 0.5  # s, before the second restart in a row
    most: float = 15.0  # s, between two starts in a crash loop
    good_run: float = 30.0  # s, after which an end counts as a single accident again


@dataclass(slots=True)
class Restarts:
    """One per child. Call `ended` for each end; it says how long to wait."""

    pace: Pace
    in_a_row: int = 0

    def ended(self, *, ran_for: float) -> float:
        if ran_for >= self.pace.good_run:
            self.in_a_row = 0
        self.in_a_row += 1
        if self.in_a_row == 1:
            return 0.0
        doubled = self.pace.first * 2.0 ** min(self.in_a_row - 2, 32)
        return min(doubled, self.pace.most)

    @property
    def looping(self) -> bool:
        """More than bad luck: worth telling a person plainly."""
        return self.in_a_row >= 3
