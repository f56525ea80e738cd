"""Who waits outside a class, with which connections."""

from __future__ import annotations

from uuid import UUID

from vtp.edge.sockets.channels import Sid


class Doorstep:
    def __init__(self) -> None:
        self._sids: dict[UUID, set[Sid]] = {}

    def come(self, sid: Sid, person: UUID) -> None:
        self._sids.setdefault(person, set()).add(sid)

    def go(self, sid: Sid, person: UUID) -> bool:
        """Whether that was the last connection of this person."""
        sids = self._sids.get(person, set())
        sids.discard(sid)
        if not sids:
            self._sids.pop(person, None)
        return not sids

    def here(self, sid: Sid, person: UUID) -> bool:
        return sid in self._sids.get(person, ())

    def answered(self, person: UUID) -> set[Sid]:
        """Their connections, which wait no more."""
        return self._sids.pop(person, set())
