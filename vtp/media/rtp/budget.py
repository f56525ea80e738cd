"""A budget that falls at once and rises slowly, the slower the more often that was wrong."""

from __future__ import annotations

from math import inf

EASE = 0.75  # of what arrives: the queue must drain while the lower layer runs
_LEAST = 100_000.0  # bit/s; a still picture needs little, and a first fall must not end it
_AGAIN = 5.0  # s in which a second fall means that the first was not enough
_HOLD, _HOLD_MOST = 3.0, 40.0  # s after a fall in which nothing is tried
_TOO_SOON = 8.0  # s; a fall this soon after a step up says that the step was wrong


class Budget:
    """`value` is in bit/s. Whoever proves that more would fit asks `may_rise` first."""

    __slots__ = ("_before", "_fell_at", "_hold", "_until", "_up_at", "value")

    def __init__(self, value: float = inf) -> None:
        self.value = self._before = value
        self._hold = _HOLD
        self._until = 0.0
        self._up_at = self._fell_at = -inf

    def may_rise(self, now: float) -> bool:
        return now >= self._until

    def fall(self, to: float, now: float) -> None:
        again = now - self._fell_at < _AGAIN
        to = min(to, EASE * self.value) if again else max(_LEAST, to)
        self._before, self.value = self.value, min(self.value, to)
        if now - self._up_at < _TOO_SOON:
            self._hold = min(_HOLD_MOST, 2 * self._hold)
        elif not again:
            self._hold = _HOLD
        self._up_at = -inf  # one step is wrong once
        self._fell_at = now
        self._until = now + self._hold

    def undo_fall(self) -> None:
        self.value = self._before

    def at_least(self, value: float) -> None:
        """That much runs well already."""
        self.value = max(self.value, value)

    def rise(self, to: float, now: float, *, hold: float) -> None:
        self.at_least(to)
        self._up_at = now
        self.wait(now + hold)

    def wait(self, until: float) -> None:
        self._until = until
