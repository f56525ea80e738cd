"""Dice that always fall the same way for the same word. Pure.

A demo is looked at side by side: whoever fills it anew sees the same term again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")
_ALL = 1 << 32


class Chance:
    def __init__(self, word: str) -> None:
        self._word = word
        self._thrown = 0

    def _throw(self) -> int:
        self._thrown += 1
        said = f"{self._word}:{self._thrown}".encode()
        return int.from_bytes(hashlib.blake2b(said, digest_size=4).digest())

    def between(self, least: int, most: int) -> int:
        """Either end can come."""
        return least + self._throw() % (most - least + 1)

    def happens(self, often: float) -> bool:
        return self._throw() < often * _ALL

    def one_of(self, choices: Sequence[_T]) -> _T:
        return choices[self._throw() % len(choices)]
