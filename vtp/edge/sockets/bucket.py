"""How often: a token bucket on a time that is given. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    per_second: float
    burst: int


class Bucket:
    """Full at first; each `take` costs one token."""

    __slots__ = ("_at", "_tokens")

    def __init__(self, rate: Rate, *, now: float) -> None:
        self._tokens = float(rate.burst)
        self._at = now

    def take(self, rate: Rate, *, now: float) -> float:
        """0.0 when there was a token; else the seconds until there will be one."""
        earned = max(0.0, now - self._at) * rate.per_second
        tokens = min(float(rate.burst), self._tokens + earned)
        self._at = max(now, self._at)
        if tokens >= 1.0:
            self._tokens = tokens - 1.0
            return 0.0
        self._tokens = tokens
        return (1.0 - tokens) / rate.per_second
