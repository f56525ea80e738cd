"""Whose things changed in any process: heard in PostgreSQL, each person once however often."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from uuid import UUID

from vtp import settings
from vtp.db.database import connect
from vtp.errors import Unavailable
from vtp.ids import UserId
from vtp.jobs.listening import Listener

_PAUSE = 1.0  # s, while the database is away

Act = Callable[[Collection[UserId]], Awaitable[None]]


class ChangedPeople:
    """Its owner runs it as a task and cancels it. `most` are remembered at once, no more."""

    def __init__(
        self, database: settings.Database, channel: str, act: Act, *, most: int, gather: float = 0.0
    ) -> None:
        self._act = act
        self._most = most
        self._gather = gather
        self._listener = Listener(partial(connect, database), (channel,))
        self._listener.hear(channel, self._heard)
        self._changed: set[UserId] = set()
        self._news = asyncio.Event()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listener.run())
            group.create_task(self._pump())

    def _heard(self, user_id: str) -> None:
        if len(self._changed) < self._most:
            self._changed.add(UserId(UUID(user_id)))
        self._news.set()

    async def _pump(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(self._gather)
            self._news.clear()
            changed, self._changed = self._changed, set()
            try:
                await self._act(changed)
            except Unavailable:
                self._changed |= changed
                self._news.set()
                await asyncio.sleep(_PAUSE)
