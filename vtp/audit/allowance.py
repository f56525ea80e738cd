"""How many refusals are written down: whoever guesses must not fill the record. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Allowance:
    """So many at once, and so many more with each second; the others are counted."""

    most: float
    per_second: float
    left: float = -1.0
    asked_at: float = 0.0
    passed_over: int = 0

    def take(self, *, now: float) -> int | None:
        """None: this one is passed over. Else how many were since the last that was not."""
        before = self.most if self.left < 0 else self.left
        self.left = min(self.most, before + (now - self.asked_at) * self.per_second)
        self.asked_at = now
        if self.left < 1:
            self.passed_over += 1
            return None
        self.left -= 1
        passed, self.passed_over = self.passed_over, 0
        return passed
