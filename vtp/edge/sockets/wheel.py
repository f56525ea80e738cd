"""One timer for all sockets: a wheel of slots in time. Pure.

A timer of its own per socket would cost a heap entry and a callback each; here a socket costs
one place in a list, and a slot is looked at once.
"""

from __future__ import annotations

from math import ceil
from typing import Generic, TypeVar

T = TypeVar("T")


class Wheel(Generic[T]):
    """What is put in comes out of `due` at its time, at most one slot late, never early."""

    def __init__(self, *, slot: float, now: float) -> None:
        self._slot = slot  # seconds
        self._slots: dict[int, list[T]] = {}
        self._next = int(now / slot)  # the first slot that has not come out

    def __len__(self) -> int:
        return sum(map(len, self._slots.values()))

    def put(self, item: T, *, at: float) -> None:
        self._slots.setdefault(max(self._next, ceil(at / self._slot)), []).append(item)

    def due(self, now: float) -> list[T]:
        last = int(now / self._slot)
        passed = range(self._next, last + 1)
        if len(passed) > len(self._slots):  # a long sleep: do not count through it
            numbers = sorted(number for number in self._slots if number <= last)
        else:
            numbers = [number for number in passed if number in self._slots]
        self._next = max(self._next, last + 1)
        return [item for number in numbers for item in self._slots.pop(number)]
