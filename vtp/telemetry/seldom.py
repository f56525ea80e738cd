"""Lines that would repeat: one for each key now and then, and how many were left out. Pure."""

from __future__ import annotations

from collections import OrderedDict
from math import inf

# Keys that are remembered; the one that was quiet for longest is forgotten first.
_MOST = 1024


class Seldom:
    def __init__(self, *, every: float = 1.0) -> None:
        self._every = every
        # When a key was last let through, and how often it was held back since.
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def held_back(self, key: str, *, now: float) -> int | None:
        """How many lines were held back before this one; None when this one is, too."""
        last, skipped = self._seen.pop(key, (-inf, 0))
        if now - last < self._every:
            self._seen[key] = (last, skipped + 1)
            return None
        self._seen[key] = (now, 0)
        if len(self._seen) > _MOST:
            self._seen.popitem(last=False)
        return skipped
