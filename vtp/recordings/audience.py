"""How many follow something live: whoever asked for some of it a moment ago. Pure."""

from __future__ import annotations

from uuid import UUID

# s without a question after which somebody has gone; a cache in front asks every few seconds.
_GONE = 15.0
# People who are remembered of one class; beyond that nobody is counted any more.
_MOST = 20_000


class Audience:
    def __init__(self) -> None:
        self._asked: dict[UUID, dict[object, float]] = {}

    def seen(self, of: UUID, who: object, *, now: float) -> None:
        people = self._asked.setdefault(of, {})
        if who in people or len(people) < _MOST:
            people[who] = now

    def count(self, of: UUID, *, now: float) -> int:
        self._forget(now)
        return len(self._asked.get(of, ()))

    def _forget(self, now: float) -> None:
        for of, people in list(self._asked.items()):
            kept = {who: at for who, at in people.items() if at > now - _GONE}
            if kept:
                self._asked[of] = kept
            else:
                del self._asked[of]
