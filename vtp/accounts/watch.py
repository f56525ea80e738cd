"""What became of accounts in another process: a command on the terminal, another server, a job.

Heard in PostgreSQL as it is committed, so that whoever was disabled there is out here at once.
"""

from __future__ import annotations

import asyncio
from functools import partial
from uuid import UUID

from vtp import settings
from vtp.accounts.service.endings import Endings
from vtp.db.database import connect
from vtp.ids import UserId
from vtp.jobs.listening import Listener

_CHANGES = "vtp_account"
# More people than this at once are not remembered: all who are connected are looked at anyway,
# every `sockets.recheck_interval`.
_MOST = 10_000


class Watch:
    """Owned by the web application, which runs it as a task and cancels it."""

    def __init__(self, database: settings.Database, endings: Endings) -> None:
        self._endings = endings
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
            self._news.clear()
            changed, self._changed = self._changed, set()
            for user_id in changed:
                await self._endings.changed(UserId(user_id))
