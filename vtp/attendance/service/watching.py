"""What people have seen of recordings, and where they stopped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from vtp.actor import Actor
from vtp.attendance import seen, stirs
from vtp.attendance.seen import Report, Watched
from vtp.attendance.store import stirs as stir_store
from vtp.attendance.store import watching as store
from vtp.attendance.stretches import Span, total
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.ids import RecordingId, UserId


@dataclass(frozen=True, slots=True)
class Length:
    """Of a recording, in ms; what grows is longer a moment later. Hosts are no audience."""

    ms: int
    grows: bool
    host: bool = False


class Recorded(Protocol):
    """Recordings, as those see them who watch; `recordings` answers."""

    async def length(self, actor: Actor, id: RecordingId) -> Length:
        """Not found where it is not for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    recording_id: RecordingId
    seen: tuple[Span, ...]
    position: int
    watched_at: datetime | None
    completed_at: datetime | None


class Watching:
    def __init__(self, db: Database, *, clock: Clock, recorded: Recorded) -> None:
        self._db = db
        self._clock = clock
        self._recorded = recorded
        # Told who has seen how many ms of what, once that is written.
        self.on_seen: list[Callable[[UserId, RecordingId, int], Awaitable[None]]] = []

    async def report(self, actor: Actor, id: RecordingId, report: Report) -> Progress:
        """Saying it again changes nothing, and neither does another order."""
        user_id = actor.require_user()
        length = await self._recorded.length(actor, id)
        now = self._clock.now()
        async with self._db.transaction() as tx:
            before = await store.lock(tx, user_id=user_id, id=id, new=seen.nothing(now))
            made = seen.told(before, report, now=now, length=length.ms)
            done = made.completed_at is None and not length.grows
            if done and seen.complete(made.seen, length.ms):
                made = replace(made, completed_at=now)
            await store.write(tx, user_id=user_id, id=id, watched=made)
            if not length.host:
                await _stir(tx, user_id, id, report, length.ms)
        for told in self.on_seen if made.seen != before.seen else ():
            await told(user_id, id, total(made.seen))
        return _progress(id, made)

    async def mine(self, actor: Actor, id: RecordingId) -> Progress:
        await self._recorded.length(actor, id)
        found = await store.by_id(self._db, user_id=actor.require_user(), recording_id=id)
        return _progress(id, found)

    async def lately(
        self, actor: Actor, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Progress]:
        """One's own, what was watched last first."""
        user_id = actor.require_user()
        found = await store.lately(self._db, user_id=user_id, before=before, limit=limit)
        return [_progress(known, one) for known, one in found]

    async def of(self, actor: Actor, ids: Collection[RecordingId]) -> dict[RecordingId, Progress]:
        """One's own of these, of which the caller knows that they may be seen."""
        user_id = actor.require_user()
        found = await store.of_recordings(self._db, user_id=user_id, recording_ids=ids)
        return {known: _progress(known, one) for known, one in found.items()}

    async def viewers(self, ids: Collection[RecordingId]) -> dict[RecordingId, int]:
        """How many people have seen something of each of these."""
        return await store.viewers(self._db, recording_ids=ids)


async def _stir(tx: Db, user_id: UserId, id: RecordingId, report: Report, length: int) -> None:
    """Counted once, however often it is told."""
    said = report.stirred
    if said is None or not (found := stirs.counted(said, report.seen, length)):
        return
    if await stir_store.first(
        tx, user_id=user_id, recording_id=id, visit=report.visit, turn=said.turn
    ):
        await stir_store.add(tx, recording_id=id, stirs=found)


def _progress(id: RecordingId, watched: Watched | None) -> Progress:
    if watched is None:
        return Progress(recording_id=id, seen=(), position=0, watched_at=None, completed_at=None)
    return Progress(
        recording_id=id,
        seen=watched.seen,
        position=watched.position,
        watched_at=watched.watched_at,
        completed_at=watched.completed_at,
    )
