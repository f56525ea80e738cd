"""How long one piece of work holds the loop at a stretch, between two of its waits."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

T = TypeVar("T")


class Held(Generator[Any, Any, T]):
    """Awaits `work` and then tells `note` the longest of its steps, in seconds.

    `response = await Held(handler(request), metrics.loop_held.labels(route).observe)`. What
    the work hands to tasks of its own is theirs.
    """

    __slots__ = ("_longest", "_note", "_steps")

    def __init__(self, work: Awaitable[T], note: Callable[[float], None]) -> None:
        self._steps = work.__await__()
        self._note = note
        self._longest = 0.0

    def __await__(self) -> Generator[Any, Any, T]:
        return self

    def send(self, value: Any) -> Any:
        return self._timed(self._steps.send, value)

    def throw(self, *error: Any) -> Any:
        return self._timed(self._steps.throw, *error)

    def _timed(self, step: Callable[..., Any], *given: Any) -> Any:
        ended, began = True, time.perf_counter()
        try:
            waits_for = step(*given)
            ended = False
            return waits_for
        finally:
            self._longest = max(self._longest, time.perf_counter() - began)
            if ended:
                self._note(self._longest)
