"""Where somebody is signed in, and ending that."""

from __future__ import annotations

from uuid import UUID

from vtp.accounts.model import Session
from vtp.accounts.service.endings import Endings
from vtp.accounts.store import sessions
from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import NotFound


class OwnSessions:
    """Everybody's are their own: those of others are not found."""

    def __init__(self, db: Database, *, clock: Clock, audit: Audit, endings: Endings) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._endings = endings

    async def listed(self, actor: Actor, *, before: UUID | None, limit: int) -> list[Session]:
        """The newest first."""
        return await sessions.of_user(
            self._db, actor.require_user(), now=self._clock.now(), before=before, limit=limit
        )

    async def end(self, actor: Actor, session_id: UUID) -> None:
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            if not await sessions.end(tx, session_id, user_id=user_id):
                raise NotFound
            await self._audit.record(
                tx, actor, action="ended", noun="session", target_id=session_id
            )
        await self._endings.one(user_id, session_id)

    async def end_others(self, actor: Actor) -> None:
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            ended = await sessions.end_all(tx, user_id, but=actor.credential_id)
            await self._audit.record(
                tx,
                actor,
                action="others_ended",
                noun="session",
                target_id=actor.credential_id,
                details={"count": len(ended)},
            )
        await self._endings.several(user_id, ended)

    async def sign_out(self, actor: Actor) -> None:
        """End what authenticated this call. Doing it twice is no mistake."""
        user_id = actor.require_user()
        if actor.credential_id is None:
            return
        async with self._db.transaction() as tx:
            if await sessions.end(tx, actor.credential_id, user_id=user_id):
                await self._audit.record(
                    tx, actor, action="signed_out", noun="session", target_id=actor.credential_id
                )
        await self._endings.one(user_id, actor.credential_id)
