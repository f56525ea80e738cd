"""For administrators: in which sizes recordings are made smaller, and what all of them take."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vtp.actor import Actor, Role
from vtp.audit.service import Audit
from vtp.db import Database
from vtp.errors import Forbidden, NotFound
from vtp.recordings.model import Encoding, Large, Place, Taken
from vtp.recordings.store import made as store
from vtp.recordings.store import usage

# Rooms, and recordings, of which it is told what they take.
_MOST_PLACES, _MOST_LARGE = 50, 20


@dataclass(frozen=True, slots=True)
class Storage:
    taken: Taken
    free: int  # bytes of the disk that recordings lie on


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    storage: Storage
    kinds: Sequence[tuple[str, int]]
    places: Sequence[Place]
    largest: Sequence[Large]


class Upkeep:
    def __init__(self, db: Database, *, audit: Audit, root: Path) -> None:
        self._db = db
        self._audit = audit
        self._root = root

    async def encodings(self, actor: Actor) -> list[Encoding]:
        _require_admin(actor)
        return await store.encodings(self._db)

    async def set_encoding(self, actor: Actor, one: Encoding) -> Encoding:
        """What is made from now on; nothing that was made changes."""
        _require_admin(actor)
        async with self._db.transaction() as tx:
            await store.set_encoding(tx, one)
            await self._audit.record(
                tx, actor, action="changed", noun="encoding", target_id=one.name
            )
        return one

    async def remove_encoding(self, actor: Actor, name: str) -> None:
        _require_admin(actor)
        async with self._db.transaction() as tx:
            if not await store.remove_encoding(tx, name=name):
                raise NotFound
            await self._audit.record(tx, actor, action="removed", noun="encoding", target_id=name)

    async def storage(self, actor: Actor) -> Storage:
        _require_admin(actor)
        taken = await store.taken(self._db)
        free = await asyncio.to_thread(self._free)
        return Storage(taken, free)

    async def usage(self, actor: Actor) -> Usage:
        """What takes how much, the most first."""
        return Usage(
            storage=await self.storage(actor),
            kinds=await usage.kinds(self._db),
            places=await usage.places(self._db, limit=_MOST_PLACES),
            largest=await usage.largest(self._db, limit=_MOST_LARGE),
        )

    def _free(self) -> int:
        try:
            return shutil.disk_usage(self._root).free
        except FileNotFoundError:
            return 0  # nothing was recorded yet, or the disk is away


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise Forbidden
