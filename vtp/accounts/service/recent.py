"""What was proved in the last second: a busy client costs one query a second, not one a call. Pure.

Bounded in number and in age. `forget` drops everything, because what ended is rare and what was
dropped costs one query.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    def __init__(self, *, age: float, entries: int) -> None:
        self._age = age
        self._entries = entries
        self._kept: OrderedDict[Hashable, tuple[T, float]] = OrderedDict()
        # Counts `forget`; what was looked up before one is not kept after it.
        self.epoch = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, *, now: float) -> T | None:
        value, until = self._kept.get(key, (None, 0.0))
        return value if now < until else None

    def keep(self, key: Hashable, value: T, *, asked_at: float, epoch: int) -> None:
        """`asked_at` and `epoch` are of the moment before it was looked up."""
        if epoch != self.epoch:
            return
        self._kept.pop(key, None)
        self._kept[key] = (value, asked_at + self._age)
        if len(self._kept) > self._entries:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        self._kept.clear()
        self.epoch += 1
