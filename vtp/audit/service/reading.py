"""Reading the record: admins all of it, everybody what is about themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from vtp.actor import Actor, Role
from vtp.audit.model import Found, Wanted
from vtp.audit.service.recording import Audit
from vtp.audit.store import finding
from vtp.db import Database
from vtp.errors import Forbidden

_MOST_PEOPLE = 50  # that one search for a name may mean


class Names(Protocol):
    """How people are called; accounts know."""

    async def names(self, ids: Iterable[UUID]) -> Mapping[UUID, str]: ...

    async def matching(self, words: str, *, limit: int) -> Sequence[UUID]: ...


class Reading:
    def __init__(self, db: Database, *, audit: Audit, names: Names) -> None:
        self._db = db
        self._audit = audit
        self._names = names

    async def listed(
        self, actor: Actor, wanted: Wanted, *, before: UUID | None, limit: int
    ) -> list[Found]:
        """Newest first. That somebody looked is written down once for each search."""
        if not actor.has(Role.ADMIN):
            raise Forbidden
        if before is None:
            await self._audit.record_alone(
                actor, action="searched", noun="audit", details=told(wanted)
            )
        return await finding.found(self._db, wanted, before=before, limit=limit)

    async def activity(self, actor: Actor, *, before: UUID | None, limit: int) -> list[Found]:
        """What one did, and what was done to one's account."""
        wanted = Wanted(about=actor.require_user())
        return await finding.found(self._db, wanted, before=before, limit=limit)

    async def whom(self, words: str) -> tuple[UUID, ...]:
        """An id, or whoever is called so."""
        try:
            return (UUID(words),)
        except ValueError:
            return tuple(await self._names.matching(words, limit=_MOST_PEOPLE))

    async def names(self, found: Iterable[Found]) -> Mapping[UUID, str]:
        """Of who did it, and of the accounts that it was done to."""
        ids: set[UUID] = set()
        for one in found:
            if one.entry.actor_id is not None:
                ids.add(one.entry.actor_id)
            if one.entry.noun == "user" and one.entry.target_id is not None:
                ids.add(UUID(one.entry.target_id))
        return await self._names.names(ids) if ids else {}


def told(wanted: Wanted) -> dict[str, str | list[str]]:
    """A search as a row of the record tells it."""
    said: dict[str, str | list[str]] = {}
    for name in ("noun", "action", "target", "result", "since", "until"):
        if (value := getattr(wanted, name)) is not None:
            said[name] = str(value)
    if wanted.actors is not None:
        said["actors"] = [str(one) for one in wanted.actors]
    return said
