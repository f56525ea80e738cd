"""Merging two accounts of one person: everything goes to one, and the other is closed for good.

What other domains keep of people they move themselves, in the same transaction. Roles, passwords,
passkeys, second factors and keys are not moved: each was given to one account, and would open
another one with other roles. The record of what was done stays under whom it was done by.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import structlog

from vtp.accounts import hooks
from vtp.accounts.problems import LastAdmin, MergedAway, SameAccount
from vtp.accounts.service.endings import Endings
from vtp.accounts.store import merging, sessions, users
from vtp.actor import Actor, Role
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Forbidden, NotFound
from vtp.ids import UserId
from vtp.webhooks.service import Webhooks

_log = structlog.get_logger()


class Belongings(Protocol):
    """What a domain keeps of people, and how it goes from one to another; filled in by `app`."""

    async def __call__(self, tx: Db, *, source: UserId, target: UserId) -> None: ...


class Merging:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        endings: Endings,
        webhooks: Webhooks,
        belongings: Sequence[Belongings],
        demo: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._endings = endings
        self._webhooks = webhooks
        self._belongings = belongings
        self._demo = demo

    async def merge(self, actor: Actor, source_id: UUID, *, into: UUID) -> None:
        """It cannot be taken back."""
        if not actor.has(Role.ADMIN):
            raise Forbidden
        source, target = UserId(source_id), UserId(into)
        if source in (target, actor.user_id):
            raise SameAccount
        async with self._db.transaction() as tx:
            await self._require_two(tx, source, target)
            await sessions.end_all(tx, source)
            await merging.move(tx, source, target)
            for move in self._belongings:
                await move(tx, source=source, target=target)
            await self._close(tx, actor, source, target)
        await self._endings.all(source)
        _log.info("accounts.merged", user_id=str(source), into=str(target))

    async def _require_two(self, tx: Db, source: UserId, target: UserId) -> None:
        if await users.lock_admins(tx, demo=self._demo) == {source}:
            raise LastAdmin
        # In the order of their ids, so that two merges at once never wait for each other.
        for one in sorted((source, target)):
            user = await users.lock(tx, one)
            if user is None:
                raise NotFound
            if user.merged_into is not None:
                raise MergedAway

    async def _close(self, tx: Db, actor: Actor, source: UserId, target: UserId) -> None:
        await merging.close(tx, source, target, self._clock.now())
        emptied = await users.by_id(tx, source)
        if emptied is None:
            raise NotFound
        await self._webhooks.tell(tx, hooks.DISABLED, hooks.disabled(emptied))
        await self._record(tx, actor, source, "merged", into=target)
        await self._record(tx, actor, target, "was_given", of=source)

    async def _record(
        self, tx: Db, actor: Actor, user_id: UserId, action: str, **other: UserId
    ) -> None:
        await self._audit.record(
            tx,
            actor,
            action=action,
            noun="user",
            target_id=user_id,
            details={name: str(value) for name, value in other.items()},
        )
