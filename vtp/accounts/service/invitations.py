"""Invitations: an account that an admin prepares, and its owner makes theirs by a mailed link."""

from __future__ import annotations

from uuid import UUID

import structlog

from vtp.accounts import fields, hooks
from vtp.accounts.kinds import INVITED
from vtp.accounts.model import NewUser, Purpose, User
from vtp.accounts.passwords import Passwords
from vtp.accounts.problems import LinkEnded, NotInvited
from vtp.accounts.service.links import Links, owner, recipient
from vtp.accounts.service.newcomers import Newcomers
from vtp.accounts.store import invitations, links, users
from vtp.actor import Actor, Role
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Forbidden, NotFound
from vtp.ids import UserId, uuid7
from vtp.mail.service import Mails, NoMailServer
from vtp.webhooks.service import Webhooks

_log = structlog.get_logger()
PATH = "/invitation?token="


class Invitations:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        passwords: Passwords,
        newcomers: Newcomers,
        made: Links,
        mails: Mails,
        webhooks: Webhooks,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._passwords = passwords
        self._newcomers = newcomers
        self._links = made
        self._mails = mails
        self._webhooks = webhooks

    @property
    def possible(self) -> bool:
        return self._mails.arrives

    async def invite(self, actor: Actor, *, email: str, name: str, roles: frozenset[Role]) -> User:
        """Without a name they get that of their address, until they say their own."""
        _require_admin(actor)
        self._require_mail()
        if not roles:
            raise fields.InvalidField(fields={"roles": "Give at least one role."})
        cleaned = fields.email(email)
        called = fields.name(name.strip() or cleaned.partition("@")[0])
        async with self._db.transaction() as tx:
            return await self.put(tx, actor, email=cleaned, name=called, roles=roles)

    async def put(
        self, tx: Db, actor: Actor, *, email: str, name: str, roles: frozenset[Role]
    ) -> User:
        """What was checked already. Where no mail is sent, the account waits for a password."""
        now = self._clock.now()
        new = NewUser(
            id=UserId(uuid7()),
            email=email,
            name=name,
            roles=roles,
            password_hash=None,
            created_at=now,
            invited_at=now,
        )
        user = await self._newcomers.insert(tx, new)
        await self._write(tx, user)
        await self._audit.record(
            tx,
            actor,
            action="invited",
            noun="user",
            target_id=user.id,
            details={"roles": sorted(role.value for role in roles)},
        )
        return user

    async def again(self, actor: Actor, user_id: UUID) -> User:
        """Another letter; the link in the one before ends."""
        _require_admin(actor)
        self._require_mail()
        async with self._db.transaction() as tx:
            user = await self._waited_for(tx, user_id)
            await invitations.again(tx, user.id, self._clock.now())
            await self._write(tx, user)
            await self._record(tx, actor, user, "invited_again")
        return user

    async def revoke(self, actor: Actor, user_id: UUID) -> User:
        """The link ends, and the account is disabled: it may be enabled and invited again."""
        _require_admin(actor)
        async with self._db.transaction() as tx:
            user = await self._waited_for(tx, user_id)
            await links.end(tx, user.id, Purpose.INVITE)
            disabled = await users.set_disabled(tx, user.id, self._clock.now())
            if disabled is None:
                raise NotFound
            await self._record(tx, actor, user, "invitation_revoked")
            await self._webhooks.tell(tx, hooks.DISABLED, hooks.disabled(disabled))
        return disabled

    async def look(self, token: str) -> User:
        """Who was invited by it; raises `LinkEnded` when it cannot be used."""
        link = await self._links.look(token, Purpose.INVITE)
        user = await users.by_id(self._db, link.user_id)
        if user is None:
            raise LinkEnded
        return user

    async def accept(self, token: str, *, name: str, password: str) -> None:
        """The account has an owner from now on, whose address is proved by the link."""
        link = await self._links.look(token, Purpose.INVITE)
        called = fields.name(name)
        await self._passwords.require_strong(password, about=(link.address, called))
        made = await self._passwords.hash(password)
        async with self._db.transaction() as tx:
            link, user = await self._links.use(tx, token, Purpose.INVITE)
            await users.set_password(tx, user.id, made)
            await users.set_profile(tx, user.id, name=called, time_zone=None, theme=None)
            await users.set_verified(tx, user.id, address=link.address, at=self._clock.now())
            await links.end(tx, user.id, Purpose.INVITE, Purpose.RESET)
            await self._record(tx, owner(user), user, "invitation_accepted")
        _log.info("accounts.invitation_accepted", user_id=str(user.id))

    async def _waited_for(self, tx: Db, user_id: UUID) -> User:
        user = await users.lock(tx, UserId(user_id))
        if user is None:
            raise NotFound
        if user.standing != "invited":
            raise NotInvited
        return user

    async def _write(self, tx: Db, user: User) -> None:
        if not self._mails.arrives:
            return
        await links.end(tx, user.id, Purpose.INVITE)
        made = await self._links.make(tx, user, Purpose.INVITE)
        await self._mails.send(
            tx,
            INVITED,
            to=recipient(user),
            path=PATH,
            secret=made.token,
            not_after=made.expires_at,
        )

    async def _record(self, tx: Db, actor: Actor, user: User, action: str) -> None:
        await self._audit.record(tx, actor, action=action, noun="user", target_id=user.id)

    def _require_mail(self) -> None:
        if not self._mails.arrives:
            raise NoMailServer


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise Forbidden
