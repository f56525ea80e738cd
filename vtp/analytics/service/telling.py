"""Pages tell how what they play arrives: of oneself, and only where one was let in."""

from __future__ import annotations

from datetime import timedelta

from vtp.accounts.agents import family
from vtp.actor import Actor
from vtp.analytics.model import Seat, Told
from vtp.analytics.store import plays
from vtp.audit.addresses import network_of
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import Limited

# Nobody opens more pages than this in a day; what a program makes up is bounded by it.
_MOST, _DAY = 300, timedelta(days=1)
_AGAIN = 3600.0  # s


class Telling:
    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def tell(self, actor: Actor, told: Told, *, agent: str, address: str) -> None:
        """The last word of a page counts. Of the address the network alone is kept."""
        user_id, now = actor.require_user(), self._clock.now()
        seat = Seat(family(agent), network_of(address))
        if not await plays.known(self._db, id=told.id):
            begun = await plays.count(self._db, user_id=user_id, since=now - _DAY)
            if begun >= _MOST:
                raise Limited(retry_after=_AGAIN)
        async with self._db.transaction() as tx:
            await plays.tell(tx, told, user_id=user_id, seat=seat, at=now)
