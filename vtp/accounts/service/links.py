"""Links that are mailed: a random end that proves one thing, once, and for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from vtp import settings
from vtp.accounts import opaque
from vtp.accounts.model import MailedLink, Purpose, User
from vtp.accounts.problems import LinkEnded
from vtp.accounts.store import links, users
from vtp.actor import Actor, Via
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.mail.model import Recipient


@dataclass(frozen=True, slots=True)
class Made:
    """What only the mail may carry, and until when it works."""

    token: str
    expires_at: datetime


class Links:
    def __init__(self, db: Database, *, clock: Clock, options: settings.Auth, demo: bool) -> None:
        self._db = db
        self._clock = clock
        self._demo = demo
        self._lifetimes = {
            Purpose.RESET: options.reset_lifetime,
            Purpose.VERIFY: options.verify_lifetime,
            Purpose.CHANGE: options.verify_lifetime,
            Purpose.UNDO: options.undo_lifetime,
            Purpose.INVITE: options.invite_lifetime,
        }

    async def make(self, tx: Db, user: User, purpose: Purpose, address: str = "") -> Made:
        """For `address`; where none is given, that of the account."""
        login = await users.login_of(tx, user.id, demo=self._demo)
        now, token = self._clock.now(), opaque.new()
        link = MailedLink(
            user_id=user.id,
            purpose=purpose,
            address=address or user.email,
            password_version=login.password_version if login else 0,
            created_at=now,
            expires_at=now + timedelta(seconds=self._lifetimes[purpose]),
        )
        await links.insert(tx, opaque.digest(token), link)
        return Made(token, link.expires_at)

    async def look(self, token: str, purpose: Purpose, db: Db | None = None) -> MailedLink:
        """What it proves, while it can be used; else raise `LinkEnded`."""
        link = None
        if opaque.plausible(token):
            link = await links.look(
                db or self._db,
                opaque.digest(token),
                purpose,
                now=self._clock.now(),
                demo=self._demo,
            )
        if link is None:
            raise LinkEnded
        return link

    async def use(self, tx: Db, token: str, purpose: Purpose) -> tuple[MailedLink, User]:
        """What it proves, from now on for nobody else; the account is ours until the commit."""
        seen = await self.look(token, purpose, tx)
        user = await users.lock(tx, seen.user_id)
        # Looked at once more under the lock: what ends it may have been under way.
        link = await self.look(token, purpose, tx)
        if user is None or not await links.use(tx, opaque.digest(token)):
            raise LinkEnded
        return link, user


def recipient(user: User, address: str = "") -> Recipient:
    return Recipient(
        address=address or user.email,
        user_id=user.id,
        language=user.language,
        time_zone=user.time_zone,
    )


def owner(user: User) -> Actor:
    """Who acts by a link, for the record: nothing is decided by it."""
    return Actor(user.id, frozenset(), Via.NOTHING)
