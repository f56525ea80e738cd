"""When a publisher is asked for a key frame: many may want one, few are asked for.

A picture loss on one simulcast layer makes browsers send key frames on all of them, so requests
of one track are counted together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# Seconds between two requests for one track, however many subscribers ask.
_APART = 0.5
# Seconds after which an unanswered request is made again, and for how often.
_AGAIN = 1.0
_TRIES = 30


class KeyFrames:
    """The requests for one track. Layers are numbers."""

    __slots__ = ("_asked_at", "_tries", "_wanted")

    def __init__(self) -> None:
        self._asked_at = -_AGAIN
        self._wanted: set[int] = set()
        self._tries = 0

    def want(self, layer: int) -> None:
        if layer not in self._wanted:
            self._wanted.add(layer)
            self._tries = 0
        elif self._tries >= _TRIES:
            self._tries = 1  # somebody still waits; the sender may have been away

    def arrived(self, layer: int) -> None:
        self._wanted.discard(layer)

    def drop(self, layers: Iterable[int]) -> None:
        """Nobody waits for these any more."""
        self._wanted.difference_update(layers)

    def moved(self, order: Sequence[int]) -> None:
        """Layer `n` is what `order[n]` was until now."""
        self._wanted = {order.index(layer) for layer in self._wanted}

    @property
    def wanted(self) -> bool:
        return bool(self._wanted)

    def due(self, now: float) -> tuple[int, ...]:
        """The layers to ask for now; asking is then counted as done."""
        if not self._wanted or self._tries >= _TRIES:
            return ()
        if now - self._asked_at < (_AGAIN if self._tries else _APART):
            return ()
        self._asked_at = now
        self._tries += 1
        return tuple(sorted(self._wanted))
