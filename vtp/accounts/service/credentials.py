"""Who a credential stands for: the session cookie, the access token, the API key.

Each kind is looked for only where that kind is kept, so one is never taken for another.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from datetime import timedelta

from vtp import settings
from vtp.accounts import opaque
from vtp.accounts.access import AccessTokens
from vtp.accounts.model import Proof
from vtp.accounts.service.recent import Recent
from vtp.accounts.store import keys, sessions
from vtp.actor import Actor, Via
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import Unavailable

# s; "last seen" is for people, who do not mind a minute.
_NOTED_EVERY = timedelta(seconds=60)

Find = Callable[[], Awaitable[Proof | None]]


class Credentials:
    """Implements `vtp.edge.auth.Authenticate`."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        options: settings.Auth,
        access: AccessTokens,
        recent: Recent[Actor],
        demo: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._options = options
        self._access = access
        self._recent = recent
        self._demo = demo

    async def by_session(self, cookie: str) -> Actor | None:
        if not opaque.plausible(cookie):
            return None
        digest = opaque.digest(cookie)

        async def find() -> Proof | None:
            now = self._clock.now()
            return await sessions.proof_of_cookie(self._db, digest, now=now, demo=self._demo)

        return await self._actor(Via.SESSION, digest, find)

    async def by_token(self, token: str) -> Actor | None:
        claims = self._access.read(token, now=self._clock.now())
        if claims is None:
            return None

        async def find() -> Proof | None:
            now = self._clock.now()
            return await sessions.proof_of_client(
                self._db, claims.sid, claims.sub, now=now, demo=self._demo
            )

        return await self._actor(Via.JWT, (claims.sid, claims.sub), find)

    async def by_key(self, key: str) -> Actor | None:
        if not opaque.plausible_key(key):
            return None
        digest = opaque.digest(key)

        async def find() -> Proof | None:
            now = self._clock.now()
            return await keys.proof(self._db, digest, now=now, demo=self._demo)

        return await self._actor(Via.KEY, digest, find)

    async def _actor(self, via: Via, name: Hashable, find: Find) -> Actor | None:
        asked_at, epoch = self._clock.monotonic(), self._recent.epoch
        if (known := self._recent.get((via, name), now=asked_at)) is not None:
            return known
        proof = await find()
        if proof is None:
            return None
        actor = Actor(proof.user_id, proof.roles, via, proof.credential_id, proof.scopes)
        self._recent.keep((via, name), actor, asked_at=asked_at, epoch=epoch)
        await self._note(via, proof)
        return actor

    async def _note(self, via: Via, proof: Proof) -> None:
        now = self._clock.now()
        before = now - _NOTED_EVERY
        if proof.seen_at is not None and proof.seen_at >= before:
            return
        with suppress(Unavailable):  # what it was asked for may still work
            async with self._db.transaction() as tx:
                if via is Via.KEY:
                    await keys.touch(tx, proof.credential_id, now=now, before=before)
                    return
                await sessions.touch(
                    tx,
                    proof.credential_id,
                    now=now,
                    before=before,
                    idle_until=now + timedelta(seconds=self._options.session_idle),
                    ends=self._options.session_lifetime,
                )
