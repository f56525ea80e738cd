"""Notices, live: heard in PostgreSQL from whichever process wrote them, counted, told on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from vtp import settings
from vtp.db import Database
from vtp.ids import UserId
from vtp.jobs.people import ChangedPeople
from vtp.notices import store

_CHANGES = "vtp_notice"
_GATHER = 0.1  # s, in which changes of one person become one
# More people than this at once are not remembered: their pages ask when they are opened next.
_MOST = 10_000

Tell = Callable[[UserId, int], Awaitable[None]]


def watch(db: Database, database: settings.Database, tell: Tell) -> ChangedPeople:
    async def tell_counts(changed: Collection[UserId]) -> None:
        counts = await store.unread(db, changed)
        for user_id in changed:
            await tell(user_id, counts.get(user_id, 0))

    return ChangedPeople(database, _CHANGES, tell_counts, most=_MOST, gather=_GATHER)
