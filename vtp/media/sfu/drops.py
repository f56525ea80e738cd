"""What was thrown away, by reason: counted, never logged a packet."""

from __future__ import annotations


class Drops(dict[str, int]):
    __slots__ = ()

    def count(self, reason: str, by: int = 1) -> None:
        self[reason] = self.get(reason, 0) + by
