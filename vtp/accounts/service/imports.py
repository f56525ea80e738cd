"""Importing people: what a list would change is shown first, and exactly that is applied.

Reading, comparing and applying are work for the work process. A list is seen by whoever sent it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from vtp.accounts import roster
from vtp.accounts.model import ApplyList, CompareList, Import, ImportState
from vtp.accounts.problems import EmailTaken, NothingToApply
from vtp.accounts.roster import Known, Outcome, Planned, UnreadableList
from vtp.accounts.service.endings import Endings
from vtp.accounts.service.invitations import Invitations
from vtp.accounts.service.pictures import Enqueue
from vtp.accounts.store import directory, imports, users
from vtp.actor import Actor, Role, Via
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Forbidden, NotFound
from vtp.ids import UserId, uuid7

_log = structlog.get_logger()
# s; a short list is compared within it, and its page shows that at once.
_PATIENCE, _LOOK = 2.0, 0.1
_CHANGED = "People were changed since the list was compared. Send it once more."
_NO_ADMIN = "Whoever sent this list is no administrator any more."

# Records the success of a job in a transaction (`vtp.jobs.running.Running.done`).
Done = Callable[[Db], Awaitable[None]]


class Imports:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        invitations: Invitations,
        endings: Endings,
        jobs: Enqueue,
        demo: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._invitations = invitations
        self._endings = endings
        self._jobs = jobs
        self._demo = demo

    # --- in web -----------------------------------------------------------------------------------
    async def send(self, actor: Actor, content: bytes) -> Import:
        """Put a list aside; a job compares it with who is there."""
        _require_admin(actor)
        made = Import(
            id=uuid7(),
            sent_by=actor.require_user(),
            sent_at=self._clock.now(),
            state=ImportState.COMPARING,
            fault="",
        )
        async with self._db.transaction() as tx:
            await imports.insert(tx, made, content)
            await self._enqueue(tx, CompareList(made.id), made)
            await self._audit.record(tx, actor, action="sent", noun="import", target_id=made.id)
        return made

    async def get(self, actor: Actor, import_id: UUID, *, patient: bool = False) -> Import:
        """`patient`: wait a moment for a job that is about to end."""
        _require_admin(actor)
        found = await self._found(actor, import_id)
        for _ in range(int(_PATIENCE / _LOOK) if patient else 0):
            if found.state not in (ImportState.COMPARING, ImportState.APPLYING):
                break
            await asyncio.sleep(_LOOK)
            found = await self._found(actor, import_id)
        return found

    async def _found(self, actor: Actor, import_id: UUID) -> Import:
        found = await imports.by_id(self._db, import_id, sent_by=actor.require_user())
        if found is None:
            raise NotFound
        return found

    async def counts(self, actor: Actor, import_id: UUID) -> dict[Outcome, int]:
        await self.get(actor, import_id)
        return await imports.counts(self._db, import_id)

    async def lines(
        self, actor: Actor, import_id: UUID, *, outcome: Outcome | None, after: int, limit: int
    ) -> list[Planned]:
        await self.get(actor, import_id)
        return await imports.lines(self._db, import_id, outcome=outcome, after=after, limit=limit)

    async def apply(self, actor: Actor, import_id: UUID) -> Import:
        """Have a job do what was shown, or refuse when that is not what it would do any more."""
        seen = await self.get(actor, import_id)
        async with self._db.transaction() as tx:
            locked = await imports.lock(tx, seen.id)
            counts = await imports.counts(tx, seen.id)
            if locked is None or locked[0].state is not ImportState.COMPARED:
                raise NothingToApply
            if not counts.get("new") and not counts.get("changed"):
                raise NothingToApply
            await imports.set_state(tx, seen.id, ImportState.APPLYING)
            await self._enqueue(tx, ApplyList(seen.id), seen)
            await self._audit.record(
                tx,
                actor,
                action="applied",
                noun="import",
                target_id=seen.id,
                details={str(name): count for name, count in counts.items()},
            )
        return await self.get(actor, import_id)

    async def _enqueue(self, tx: Db, work: CompareList | ApplyList, made: Import) -> None:
        subject = f"import:{made.id}"
        await self._jobs.enqueue(tx, work, subject=subject, owner_id=made.sent_by)

    # --- in the work process ----------------------------------------------------------------------
    async def compare(self, import_id: UUID, done: Done) -> None:
        async with self._db.transaction() as tx:
            locked = await imports.lock(tx, import_id)
            if locked is not None and locked[0].state is ImportState.COMPARING:
                await self._compare(tx, *locked)
            await done(tx)

    async def _compare(self, tx: Db, made: Import, content: bytes) -> None:
        try:
            planned, _ = await self._planned(tx, made, content)
        except UnreadableList as problem:
            await imports.set_state(tx, made.id, ImportState.UNREADABLE, str(problem)[:300])
            return
        await imports.put_lines(tx, made.id, planned)
        await imports.set_state(tx, made.id, ImportState.COMPARED)

    async def carry_out(self, import_id: UUID, done: Done) -> None:
        """All of it or nothing."""
        try:
            async with self._db.transaction() as tx:
                moved = await self._carry_out(tx, import_id)
                await done(tx)
        except EmailTaken:  # somebody came in between our looking and our writing
            async with self._db.transaction() as tx:
                await self._refuse(tx, import_id, _CHANGED)
                await done(tx)
            return
        for user_id in moved:
            await self._endings.changed(user_id)

    async def _carry_out(self, tx: Db, import_id: UUID) -> list[UserId]:
        """Whose roles are others now."""
        admins = await users.lock_admins(tx, demo=self._demo)
        locked = await imports.lock(tx, import_id)
        if locked is None or locked[0].state is not ImportState.APPLYING:
            return []
        made, content = locked
        if made.sent_by not in admins:
            await self._refuse(tx, made.id, _NO_ADMIN)
            return []
        planned, ids = await self._planned(tx, made, content)
        if planned != await imports.lines(tx, made.id, after=0, limit=None):
            await self._refuse(tx, made.id, _CHANGED)
            return []
        moved = await self._write(tx, made, planned, ids)
        await imports.set_state(tx, made.id, ImportState.APPLIED)
        _log.info("accounts.imported", import_id=str(made.id), lines=len(planned))
        return moved

    async def _planned(
        self, tx: Db, made: Import, content: bytes
    ) -> tuple[list[Planned], dict[str, UserId]]:
        """What the list would do now, and whose the addresses in it are."""
        lines = await asyncio.to_thread(roster.read, content)
        there = await directory.by_emails(tx, {line.email for line in lines if not line.wrong})
        known = {
            email: Known(
                name=user.name,
                roles=user.roles,
                disabled=user.disabled_at is not None,
                oneself=user.id == made.sent_by,
            )
            for email, user in there.items()
        }
        return roster.compare(lines, known), {email: user.id for email, user in there.items()}

    async def _write(
        self, tx: Db, made: Import, planned: list[Planned], ids: dict[str, UserId]
    ) -> list[UserId]:
        # Whoever sent the list, for the record: nothing is decided by it.
        actor = Actor(made.sent_by, frozenset(), Via.NOTHING)
        moved = []
        for one in planned:
            if one.outcome == "new":
                await self._invitations.put(
                    tx, actor, email=one.email, name=one.name, roles=one.roles
                )
            elif one.outcome == "changed":
                user_id = ids[one.email.lower()]
                await self._change(tx, actor, user_id, one)
                if one.roles != one.roles_before:
                    moved.append(user_id)
        return moved

    async def _change(self, tx: Db, actor: Actor, user_id: UserId, one: Planned) -> None:
        if one.name != one.name_before:
            await users.set_profile(tx, user_id, name=one.name, time_zone=None, theme=None)
            await self._audit.record(
                tx,
                actor,
                action="changed",
                noun="user",
                target_id=user_id,
                details={"fields": ["name"]},
            )
        if one.roles != one.roles_before:
            await users.set_roles(tx, user_id, one.roles)
            await self._audit.record(
                tx,
                actor,
                action="roles_set",
                noun="user",
                target_id=user_id,
                details={
                    "before": users.names_of(one.roles_before),
                    "roles": users.names_of(one.roles),
                },
            )

    async def _refuse(self, tx: Db, import_id: UUID, why: str) -> None:
        await imports.set_state(tx, import_id, ImportState.REFUSED, why)


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise Forbidden
