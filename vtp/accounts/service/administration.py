"""What admins, the command line and the demo do with accounts of others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog

from vtp.accounts import fields, hooks, zones
from vtp.accounts.kinds import PASSWORD_CHANGED
from vtp.accounts.model import NewUser, User
from vtp.accounts.passwords import Passwords
from vtp.accounts.problems import LastAdmin, MergedAway
from vtp.accounts.service.endings import Endings
from vtp.accounts.service.newcomers import Newcomers
from vtp.accounts.store import sessions, users
from vtp.actor import Actor, Role
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Forbidden, NotFound
from vtp.ids import UserId, uuid7
from vtp.notices.service import Notices
from vtp.webhooks.service import Webhooks

_log = structlog.get_logger()


class Administration:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        passwords: Passwords,
        newcomers: Newcomers,
        endings: Endings,
        notices: Notices,
        webhooks: Webhooks,
        demo: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._passwords = passwords
        self._newcomers = newcomers
        self._endings = endings
        self._notices = notices
        self._webhooks = webhooks
        self._demo = demo

    async def create(
        self, actor: Actor, *, email: str, name: str, password: str, roles: frozenset[Role]
    ) -> User:
        _require_admin(actor)
        _require_some(roles)
        new = await self._newcomers.checked(email=email, name=name, password=password, roles=roles)
        new = await self._newcomers.hashed(new, password)
        async with self._db.transaction() as tx:
            user = await self._newcomers.insert(tx, new)
            await self._audit.record(
                tx,
                actor,
                action="made",
                noun="user",
                target_id=user.id,
                details={"roles": _names(roles)},
            )
            return user

    async def of_email(self, actor: Actor, email: str) -> User:
        _require_admin(actor)
        user = await users.by_email(self._db, fields.email_or_nothing(email))
        if user is None:
            raise NotFound
        return user

    async def set_roles(self, actor: Actor, user_id: UUID, roles: frozenset[Role]) -> User:
        """What was signed in stays so, with the new roles from now on."""
        _require_admin(actor)
        _require_some(roles)
        async with self._db.transaction() as tx:
            if Role.ADMIN not in roles:
                await self._keep_an_admin(tx, user_id)
            before = await users.by_id(tx, user_id)
            user = await users.set_roles(tx, UserId(user_id), roles)
            if before is None or user is None:
                raise NotFound
            await self._audit.record(
                tx,
                actor,
                action="roles_set",
                noun="user",
                target_id=user_id,
                details={"before": _names(before.roles), "roles": _names(roles)},
            )
        await self._endings.changed(user.id)
        _log.info("accounts.roles_set", user_id=str(user.id), by=str(actor.user_id))
        return user

    async def set_disabled(self, actor: Actor, user_id: UUID, *, disabled: bool) -> User:
        """A disabled account opens nothing, and what it had opened ends."""
        _require_admin(actor)
        async with self._db.transaction() as tx:
            if disabled:
                await self._keep_an_admin(tx, user_id)
            before = await users.lock(tx, UserId(user_id))
            at = self._clock.now() if disabled else None
            user = await users.set_disabled(tx, UserId(user_id), at)
            if user is None or before is None:
                raise NotFound
            if user.merged_into is not None:
                raise MergedAway
            if disabled:
                await sessions.end_all(tx, UserId(user_id))
            if disabled and before.disabled_at is None:
                await self._webhooks.tell(tx, hooks.DISABLED, hooks.disabled(user))
            action = "disabled" if disabled else "enabled"
            await self._audit.record(tx, actor, action=action, noun="user", target_id=user_id)
        if disabled:
            await self._endings.all(user.id)
        _log.info("accounts.disabled" if disabled else "accounts.enabled", user_id=str(user.id))
        return user

    async def sign_out(self, actor: Actor, user_id: UUID) -> User:
        """Everywhere. Keys stay: they are no sign-in, and have a list of their own."""
        _require_admin(actor)
        async with self._db.transaction() as tx:
            user = await users.lock(tx, UserId(user_id))
            if user is None:
                raise NotFound
            ended = await sessions.end_all(tx, user.id)
            await self._audit.record(
                tx,
                actor,
                action="signed_out_everywhere",
                noun="user",
                target_id=user.id,
                details={"sessions": len(ended)},
            )
        await self._endings.several(user.id, ended)
        return user

    async def set_password(self, actor: Actor, user_id: UUID, password: str) -> None:
        _require_admin(actor)
        user = await users.by_id(self._db, user_id)
        if user is None:
            raise NotFound
        await self._passwords.require_strong(password, about=(user.email, user.name))
        made = await self._passwords.hash(password)
        async with self._db.transaction() as tx:
            await users.set_password(tx, user.id, made)
            await sessions.end_all(tx, user.id)
            await self._audit.record(
                tx, actor, action="password_set", noun="user", target_id=user.id
            )
            await self._notices.tell(tx, user.id, PASSWORD_CHANGED)
        await self._endings.all(user.id)
        _log.info("accounts.password_set", user_id=str(user.id))

    async def put_demo(
        self, *, email: str, name: str, password: str, roles: frozenset[Role]
    ) -> None:
        """A demo account with a password that everybody knows, made again where it was changed.

        It opens nothing once the server runs without the demo.
        """
        login = await users.login(self._db, email, demo=True)
        if login and login.open and self._as_made(login.password_hash, login.password_version):
            return
        new = NewUser(
            id=UserId(uuid7()),
            email=email,
            name=name,
            roles=roles,
            password_hash=await self._passwords.hash(password),
            created_at=self._clock.now(),
            time_zone=zones.DEFAULT,
            demo=True,
        )
        async with self._db.transaction() as tx:
            await users.put_demo(tx, new)

    async def put_classmates(self, people: Mapping[str, str], *, at: datetime) -> dict[str, UserId]:
        """Who fills the classes of the demo, name by email: no password opens these accounts."""
        new = [
            NewUser(
                id=UserId(uuid7()),
                email=email,
                name=name,
                roles=frozenset({Role.STUDENT}),
                password_hash=None,
                created_at=at,
                time_zone=zones.DEFAULT,
                demo=True,
            )
            for email, name in people.items()
        ]
        async with self._db.transaction() as tx:
            return await users.put_classmates(tx, new)

    def _as_made(self, stored: str | None, version: int) -> bool:
        return version == 0 and stored is not None and self._passwords.readable(stored)

    async def _keep_an_admin(self, tx: Db, user_id: UUID) -> None:
        """Of two admins who remove each other at once, one is told that it cannot be."""
        if await users.lock_admins(tx, demo=self._demo) == {user_id}:
            raise LastAdmin


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise Forbidden


def _names(roles: frozenset[Role]) -> list[str]:
    return sorted(role.value for role in roles)


def _require_some(roles: frozenset[Role]) -> None:
    if not roles:
        raise fields.InvalidField(fields={"roles": "Give at least one role."})
