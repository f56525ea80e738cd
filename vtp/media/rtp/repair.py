"""Losses towards us: what to ask a sender for again, how often, and when to give up."""

from __future__ import annotations

_PATIENCE = 0.010  # s; packets overtake each other, more so on Wi-Fi
_SOONEST, _LATEST = 0.020, 0.400  # s between two requests
_GROWTH = 1.25
_TRIES = 8
_TOO_LATE = 0.5  # s and two round trips more: by then a jitter buffer has moved on
_MOST = 100  # packets; a gap wider than this is healed by a key frame, not by requests


class Missing:
    """One per incoming stream. `arrived` for every packet, `due` on every tick (10 to 20 ms)."""

    __slots__ = ("_given_up", "_newest", "_waiting")

    def __init__(self) -> None:
        self._newest = -1
        self._given_up = -1  # highest packet that will not come; -1 = none since the last key
        self._waiting: dict[int, list[float]] = {}  # ext -> [due, tries, since], oldest first

    @property
    def needs_key(self) -> bool:
        """Whether something was given up that only a key frame heals."""
        return self._given_up >= 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def arrived(self, ext: int, now: float) -> None:
        newest = self._newest
        if ext == newest + 1 or newest < 0:
            self._newest = ext
        elif ext > newest:
            self._newest = ext
            self._gap(newest + 1, ext, now)
        elif self._waiting:
            self._waiting.pop(ext, None)

    def _gap(self, first: int, stop: int, now: float) -> None:
        if len(self._waiting) + stop - first > _MOST:
            self._waiting.clear()
            self._given_up = stop - 1
            return
        for ext in range(first, stop):
            self._waiting[ext] = [now + _PATIENCE, 0.0, now]

    def due(self, now: float, rtt: float) -> list[int]:
        """Ask for these now. `rtt` in seconds, as good as it is known."""
        if not self._waiting:
            return []
        asked: list[int] = []
        hopeless: list[int] = []
        too_late = now - _TOO_LATE - 2 * rtt
        for ext, state in self._waiting.items():
            at, tries, since = state
            if at > now:
                continue
            if tries >= _TRIES or since < too_late:
                hopeless.append(ext)
                continue
            asked.append(ext)
            again = rtt * _GROWTH ** (tries + 1)
            state[0] = now + min(_LATEST, max(_SOONEST, again))
            state[1] = tries + 1
        for ext in hopeless:
            del self._waiting[ext]
            self._given_up = max(self._given_up, ext)
        return asked

    def key(self, ext: int) -> None:
        """A key frame begins here: what was before it is of no use any more."""
        if ext > self._given_up:
            self._given_up = -1
        if self._waiting:
            for old in [old for old in self._waiting if old < ext]:
                del self._waiting[old]
