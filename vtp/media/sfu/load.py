"""How much this process forwards, and whether one more may come.

Refusing the next one is better than a class that stutters for all: above a share of what the
machine showed that it can do, nobody is let in until it is less again.
"""

from __future__ import annotations

# Of the capacity; the rest is for key frames, repairs and whatever else the loop does.
_SHARE = 0.85
_SMOOTH = 0.3


class Load:
    """Packets a second, sent and received, smoothed over about three seconds."""

    def __init__(self, capacity: float) -> None:
        self.capacity = capacity
        self.rate = 0.0
        self._counted = 0
        self._at = -1.0

    def tick(self, packets: int, now: float) -> None:
        """`packets` so far, of all who are here; it falls when somebody leaves."""
        if self._at >= 0 and now > self._at:
            fresh = max(0, packets - self._counted) / (now - self._at)
            self.rate += _SMOOTH * (fresh - self.rate)
        self._counted, self._at = packets, now

    @property
    def full(self) -> bool:
        return self.rate >= _SHARE * self.capacity
