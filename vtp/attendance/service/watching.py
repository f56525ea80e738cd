"""What people have seen of recordings, and where they stopped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from vtp.actor import Actor
from vtp.attendance import seen, stirs
from vtp.attendance.problems import TooMuchSeen
from vtp.attendance.seen import Report, Watched
from vtp.attendance.store import stirs as stir_store
from vtp.attendance.store import watching as store
from vtp.attendance.store.watching import Kept
from vtp.attendance.stretches import Span, total
from vtp.clock import Clock
from vtp.db import Database
from vtp.db.losses import OutcomeUnknown
from vtp.errors import Unavailable
from vtp.ids import RecordingId, UserId

# Of pages that tell of the same at once, one is always written: as many may wait for each other.
TRIES = 50
# Of as many people who watch at once; of who has seen a recording in more pieces it is read.
_MOST_KEPT, _SHORT = 2000, 100


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
        # What was written last of those who watch now. It may be old: it is written over its own
        # state only, and read again where that has changed.
        self._kept: dict[tuple[UserId, RecordingId], Kept] = {}
        # Told who has seen how many ms of what, once that is written.
        self.on_seen: list[Callable[[UserId, RecordingId, int], Awaitable[None]]] = []

    async def report(self, actor: Actor, id: RecordingId, report: Report) -> Progress:
        """Saying it again changes nothing, and neither does another order."""
        user_id = actor.require_user()
        length = await self._recorded.length(actor, id)
        before, made = await self._written(user_id, id, report, length)
        for told in self.on_seen if made.seen != before.seen else ():
            await told(user_id, id, total(made.seen))
        if not length.host:
            await self._stir(user_id, id, report, length.ms)
        return _progress(id, made)

    async def _written(
        self, user_id: UserId, id: RecordingId, report: Report, length: Length
    ) -> tuple[Watched, Watched]:
        """What was known, and what is known now."""
        if kept := self._kept.pop((user_id, id), None):
            # Other pages may have had it open for longer than was known here, or the answer was
            # lost: then it is read, and told again.
            with suppress(TooMuchSeen, OutcomeUnknown):
                if made := await self._over(kept, user_id, id, report, length):
                    return kept.watched, made
        for _ in range(TRIES):
            found = await store.read(self._db, user_id=user_id, id=id)
            before = found[1] if found else None
            if made := await self._over(before, user_id, id, report, length):
                return before.watched if before else seen.nothing(made.watched_at), made
        raise Unavailable(retry_after=1)

    async def _over(
        self,
        before: Kept | None,
        user_id: UserId,
        id: RecordingId,
        report: Report,
        length: Length,
    ) -> Watched | None:
        """Written over that state; None where it is another one by now."""
        now = self._clock.now()
        made = seen.told(
            before.watched if before else seen.nothing(now), report, now=now, length=length.ms
        )
        done = made.completed_at is None and not length.grows
        if done and seen.complete(made.seen, length.ms):
            made = replace(made, completed_at=now)
        kept = await store.write(self._db, user_id=user_id, id=id, before=before, watched=made)
        if kept is None:
            return None
        if len(made.seen) <= _SHORT:
            self._kept[user_id, id] = kept
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return made

    async def _stir(self, user_id: UserId, id: RecordingId, report: Report, length: int) -> None:
        """Counted once, however often it is told."""
        said = report.stirred
        if said is None or not (found := stirs.counted(said, report.seen, length)):
            return
        async with self._db.transaction() as tx:
            if await stir_store.first(
                tx, user_id=user_id, recording_id=id, visit=report.visit, turn=said.turn
            ):
                await stir_store.add(tx, recording_id=id, stirs=found)

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
