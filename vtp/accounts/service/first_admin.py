"""The first admin: a link on the terminal of whoever started the server, for one hour, once."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from vtp import settings
from vtp.accounts import opaque, zones
from vtp.accounts.model import User
from vtp.accounts.problems import SetupLinkEnded
from vtp.accounts.service.addresses import Addresses
from vtp.accounts.service.newcomers import Newcomers
from vtp.accounts.store import setup, users
from vtp.actor import ANONYMOUS, Role
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database


class FirstAdmin:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        options: settings.Auth,
        newcomers: Newcomers,
        addresses: Addresses,
        origin: str,
        demo: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._options = options
        self._newcomers = newcomers
        self._addresses = addresses
        self._origin = origin
        self._demo = demo

    async def link(self) -> str | None:
        """A new link while there is no admin; older ones end. For the terminal, never for a log."""
        if await users.has_admin(self._db, demo=self._demo):
            return None
        token, now = opaque.new(), self._clock.now()
        ends = now + timedelta(seconds=self._options.setup_lifetime)
        async with self._db.transaction() as tx:
            await setup.replace(tx, opaque.digest(token), now=now, expires_at=ends)
        return f"{self._origin}/setup?{urlencode({'token': token})}"

    async def require_open(self, token: str) -> None:
        """Return while `token` can be used, else raise `SetupLinkEnded`."""
        held = opaque.plausible(token) and await setup.holds(
            self._db, opaque.digest(token), now=self._clock.now()
        )
        if not held or await users.has_admin(self._db, demo=self._demo):
            raise SetupLinkEnded

    async def complete(
        self,
        token: str,
        *,
        email: str,
        name: str,
        password: str,
        time_zone: str = zones.DEFAULT,
    ) -> User:
        await self.require_open(token)
        new = await self._newcomers.checked(
            email=email,
            name=name,
            password=password,
            roles=frozenset({Role.ADMIN}),
            time_zone=time_zone,
        )
        new = await self._newcomers.hashed(new, password)
        async with self._db.transaction() as tx:
            if not await setup.use(tx, opaque.digest(token), now=self._clock.now()):
                raise SetupLinkEnded
            user = await self._newcomers.insert(tx, new)
            await self._addresses.ask(tx, user)
            await self._audit.record(
                tx,
                ANONYMOUS,
                action="made",
                noun="user",
                target_id=user.id,
                details={"roles": [Role.ADMIN.value], "by": "setup_link"},
            )
            return user
