"""API keys: made once, shown once, kept as a hash."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from vtp.accounts import fields, opaque
from vtp.accounts.model import ApiKey
from vtp.accounts.problems import KeyLimit
from vtp.accounts.service.endings import Endings
from vtp.accounts.store import keys
from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import Invalid, NotFound
from vtp.ids import KeyId, uuid7

MOST = 50  # of one person
LONGEST = timedelta(days=3653)  # ten years

_log = structlog.get_logger()


class InvalidKey(Invalid):
    """Something in what you sent needs to be changed."""

    code = "invalid_input"


class OwnKeys:
    """Everybody's are their own: those of others are not found."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        endings: Endings,
        scopes: frozenset[str],
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._endings = endings
        self.scopes = scopes

    async def create(
        self,
        actor: Actor,
        *,
        name: str,
        scopes: Iterable[str] | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[ApiKey, str]:
        """The key, and its secret, which nobody can show again. No scopes: all that you may do."""
        user_id = actor.require_user()
        secret = opaque.new_key()
        key = ApiKey(
            id=KeyId(uuid7()),
            name=fields.name(name),
            prefix=secret[: opaque.SHOWN],
            scopes=self._known(scopes),
            created_at=self._clock.now(),
            expires_at=self._in_time(expires_at),
            last_used_at=None,
        )
        digest = opaque.digest(secret)
        async with self._db.transaction() as tx:
            if not await keys.insert(tx, key, user_id=user_id, key_hash=digest, most=MOST):
                raise KeyLimit
            await self._audit.record(
                tx,
                actor,
                action="made",
                noun="key",
                target_id=key.id,
                details={
                    "name": key.name,
                    "prefix": key.prefix,
                    "scopes": None if key.scopes is None else sorted(key.scopes),
                },
            )
        _log.info("accounts.key_made", user_id=str(user_id), key_id=str(key.id))
        return key, secret

    async def listed(self, actor: Actor, *, before: UUID | None, limit: int) -> list[ApiKey]:
        """The newest first."""
        return await keys.of_user(self._db, actor.require_user(), before=before, limit=limit)

    async def delete(self, actor: Actor, key_id: UUID) -> None:
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            if not await keys.delete(tx, key_id, user_id=user_id):
                raise NotFound
            await self._audit.record(tx, actor, action="revoked", noun="key", target_id=key_id)
        await self._endings.one(user_id, key_id)

    def _known(self, scopes: Iterable[str] | None) -> frozenset[str] | None:
        if scopes is None:
            return None
        wanted = frozenset(scopes)
        if not wanted:
            raise InvalidKey(fields={"scopes": "Name at least one, or leave them out for all."})
        if unknown := sorted(wanted - self.scopes):
            raise InvalidKey(fields={"scopes": f"There is no scope {', '.join(unknown)}."})
        return wanted

    def _in_time(self, expires_at: datetime | None) -> datetime | None:
        if expires_at is None:
            return None
        now = self._clock.now()
        if not now < expires_at <= now + LONGEST:
            raise InvalidKey(fields={"expires_at": "Choose a time within the next ten years."})
        return expires_at
