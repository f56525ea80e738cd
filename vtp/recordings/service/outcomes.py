"""What the recorder tells of recordings: kept until the database takes it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from vtp.clock import Clock
from vtp.db import Database
from vtp.ids import RecordingId
from vtp.media.capture import wire
from vtp.recordings import store
from vtp.recordings.kinds import State
from vtp.recordings.service.orders import Orders

_log = structlog.get_logger()


class Outcomes:
    def __init__(self, db: Database, *, clock: Clock, orders: Orders) -> None:
        self._db = db
        self._orders = orders
        self._clock = clock
        self._sizes: dict[RecordingId, tuple[float, int]] = {}
        self._ends: dict[RecordingId, tuple[State, str, datetime]] = {}

    def heard(self, news: wire.Grew | wire.Finished | wire.Failed) -> RecordingId | None:
        """The recording, when it is over by that."""
        try:
            known = RecordingId(UUID(news.recording))
        except ValueError:
            return None
        if isinstance(news, wire.Failed):
            _log.error("recordings.failed", recording_id=news.recording, code=news.code)
            self._ends[known] = "failed", news.code, self._clock.now()
            return known
        self._sizes[known] = news.seconds, news.bytes
        if isinstance(news, wire.Grew):
            return None
        self._ends[known] = "ready", "", self._clock.now()
        return known

    async def flush(self) -> None:
        """Sizes first: what failed with something written can be played."""
        for known, (seconds, size) in list(self._sizes.items()):
            await store.set_size(self._db, id=known, seconds=seconds, bytes=size)
            if self._sizes.get(known) == (seconds, size):
                del self._sizes[known]
        for known, (state, reason, at) in list(self._ends.items()):
            async with self._db.transaction() as tx:
                done = await store.finish(tx, id=known, state=state, reason=reason, at=at)
                if done is not None and done.state == "ready":
                    await self._orders.put(tx, known, "pictures", owner_id=done.started_by)
            self._ends.pop(known, None)
