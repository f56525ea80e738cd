"""Who was asked by staff to turn something on, and has not said anything yet."""

from __future__ import annotations

from vtp.rooms.facts import Askable, ParticipantId


class Asks:
    """Kept while both are here: it is of no use to anybody afterwards."""

    def __init__(self) -> None:
        self._by: dict[tuple[ParticipantId, Askable], ParticipantId] = {}

    def put(self, asked: ParticipantId, source: Askable, *, by: ParticipantId) -> None:
        """Of two who ask for the same, the later one hears the answer."""
        self._by[asked, source] = by

    def take(self, asked: ParticipantId, source: Askable) -> ParticipantId | None:
        """Who asked; an answer is given once."""
        return self._by.pop((asked, source), None)

    def forget(self, gone: ParticipantId) -> None:
        self._by = {
            (asked, source): by
            for (asked, source), by in self._by.items()
            if gone not in (asked, by)
        }
