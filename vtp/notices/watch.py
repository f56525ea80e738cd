"""Notices, live: heard in PostgreSQL from whichever process wrote them, counted, told on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from vtp import settings
from vtp.db import Database
from vtp.db.database import connect
from vtp.errors import Unavailable
from vtp.ids import UserId
from vtp.jobs.listening import Listener
from vtp.notices import store

_CHANGES = "vtp_notice"
_GATHER = 0.1  # s, in which changes of one person become one
_PAUSE = 1.0  # s, while the database is away
# More people than this at once are not remembered: their pages ask when they are opened next.
_MOST = 10_000

Tell = Callable[[UserId, int], Awaitable[None]]


class Watch:
    """Owned by the web application, which runs it as a task and cancels it."""

    def __init__(self, db: Database, database: settings.Database, tell: Tell) -> None:
        self._db = db
        self._tell = tell
        self._listener = Listener(partial(connect, database), (_CHANGES,))
        self._listener.hear(_CHANGES, self._heard)
        self._changed: set[UUID] = set()
        self._news = asyncio.Event()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listener.run())
            group.create_task(self._pump())

    def _heard(self, user_id: str) -> None:
        if len(self._changed) < _MOST:
            self._changed.add(UUID(user_id))
        self._news.set()

    async def _pump(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(_GATHER)
            self._news.clear()
            changed, self._changed = self._changed, set()
            try:
                counts = await store.unread(self._db, changed)
            except Unavailable:
                self._changed |= changed
                self._news.set()
                await asyncio.sleep(_PAUSE)
                continue
            for user_id in changed:
                await self._tell(UserId(user_id), counts.get(UserId(user_id), 0))
