"""Making an account, whoever asks for it: a visitor, an admin, the first admin's link."""

from __future__ import annotations

from dataclasses import replace

from vtp.accounts import fields, hooks, zones
from vtp.accounts.model import NewUser, User
from vtp.accounts.passwords import Passwords
from vtp.accounts.problems import EmailTaken
from vtp.accounts.store import users
from vtp.actor import Role
from vtp.clock import Clock
from vtp.db import Db
from vtp.ids import UserId, uuid7
from vtp.webhooks.service import Webhooks


class Newcomers:
    def __init__(self, passwords: Passwords, clock: Clock, webhooks: Webhooks) -> None:
        self.passwords = passwords
        self.webhooks = webhooks
        self._clock = clock

    async def checked(
        self,
        *,
        email: str,
        name: str,
        password: str,
        roles: frozenset[Role],
        time_zone: str = zones.DEFAULT,
    ) -> NewUser:
        """The person as they will be stored, but for the hash of the password."""
        good = fields.together(
            email=lambda: fields.email(email),
            name=lambda: fields.name(name),
            time_zone=lambda: fields.time_zone(time_zone),
        )
        await self.passwords.require_strong(password, about=(good["email"], good["name"]))
        return NewUser(
            id=UserId(uuid7()),
            email=good["email"],
            name=good["name"],
            roles=roles,
            password_hash=None,
            created_at=self._clock.now(),
            time_zone=good["time_zone"],
        )

    async def hashed(self, new: NewUser, password: str) -> NewUser:
        return replace(new, password_hash=await self.passwords.hash(password))

    async def insert(self, tx: Db, new: NewUser) -> User:
        """The account, and word of it to programs of others."""
        if not await users.insert(tx, new):
            raise EmailTaken
        user = User(
            id=new.id,
            email=new.email,
            name=new.name,
            time_zone=new.time_zone,
            theme="auto",
            roles=new.roles,
            picture_id=None,
            created_at=new.created_at,
            invited_at=new.invited_at,
        )
        await self.webhooks.tell(tx, hooks.CREATED, hooks.created(user))
        return user
