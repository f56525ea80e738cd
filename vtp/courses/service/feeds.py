"""The calendar of a person, at a private address that they may take back."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.courses import ical
from vtp.courses.service.chronicle import Chronicle
from vtp.courses.store import classes
from vtp.courses.store import enrolments as store
from vtp.db import Database
from vtp.errors import NotFound

_BACK, _AHEAD = timedelta(days=90), timedelta(days=400)
_MOST = 2000


class Feeds:
    def __init__(self, db: Database, *, clock: Clock, chronicle: Chronicle, origin: str) -> None:
        self._db = db
        self._clock = clock
        self._chronicle = chronicle
        self._origin = origin

    async def since(self, actor: Actor) -> datetime | None:
        """Whether there is an address; it is shown only when it is made."""
        return await store.feed_since(self._db, actor.require_user())

    async def make(self, actor: Actor) -> str:
        """A new address in place of the one before, which opens nothing any more."""
        secret = secrets.token_urlsafe(24)
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            await store.set_feed(tx, user_id, secret_hash=_hashed(secret), at=self._clock.now())
            await self._chronicle.beside(tx, actor, "calendar.made", user_id)
        return f"{self._origin}/calendar/{secret}.ics"

    async def end(self, actor: Actor) -> None:
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            await store.forget_feed(tx, user_id)
            await self._chronicle.beside(tx, actor, "calendar.ended", user_id)

    async def read(self, secret: str) -> str:
        found = await store.feed_of(self._db, _hashed(secret))
        if found is None:
            raise NotFound
        user_id, name = found
        now = self._clock.now()
        planned = await classes.of_person(
            self._db, user_id, since=now - _BACK, until=now + _AHEAD, limit=_MOST
        )
        return ical.calendar(planned, name=name, origin=self._origin, now=now)


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
