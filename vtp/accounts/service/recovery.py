"""A new password for somebody who has forgotten theirs, by a link to their address.

Whoever asks learns nothing: the request puts the address aside unread, and the work process
finds out whether there is an account. So the answer and its time are the same for all.
"""

from __future__ import annotations

from typing import Protocol

import structlog

from vtp.accounts import fields
from vtp.accounts.kinds import PASSWORD_CHANGED, RESET
from vtp.accounts.model import ForgottenPassword, Purpose
from vtp.accounts.passwords import Passwords
from vtp.accounts.service.endings import Endings
from vtp.accounts.service.links import Links, owner, recipient
from vtp.accounts.service.pictures import Enqueue
from vtp.accounts.store import links, sessions, users
from vtp.actor import SYSTEM
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Unauthenticated
from vtp.mail.service import Mails, NoMailServer
from vtp.notices.service import Notices

_log = structlog.get_logger()
PATH = "/reset?token="


class MailLimit(Protocol):
    async def mail(self, *, network: str, address: str) -> None:
        """Count one that somebody asks for; raise `Limited` when it was one too many."""


class Recovery:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        passwords: Passwords,
        made: Links,
        endings: Endings,
        jobs: Enqueue,
        mails: Mails,
        notices: Notices,
        limit: MailLimit,
        demo: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._passwords = passwords
        self._links = made
        self._endings = endings
        self._jobs = jobs
        self._mails = mails
        self._notices = notices
        self._limit = limit
        self._demo = demo

    @property
    def possible(self) -> bool:
        return self._mails.arrives

    async def ask(self, *, email: str, network: str) -> None:
        """For somebody at `network`; the same for every address."""
        if not self.possible:
            raise NoMailServer
        cleaned = fields.email(email)
        await self._limit.mail(network=network, address=cleaned.casefold())
        async with self._db.transaction() as tx:
            await self._jobs.enqueue(tx, ForgottenPassword(cleaned), subject="password")

    async def write(self, tx: Db, email: str) -> None:
        """The mail, if there is an account; done by the work process."""
        login = await users.login(tx, email, demo=self._demo)
        user = await users.by_email(tx, email)
        if login is None or user is None or not login.open:
            return
        made = await self._links.make(tx, user, Purpose.RESET)
        await self._mails.send(
            tx,
            RESET,
            to=recipient(user),
            path=PATH,
            secret=made.token,
            not_after=made.expires_at,
        )
        await self._audit.record(
            tx, SYSTEM, action="password_reset_asked", noun="user", target_id=user.id
        )
        _log.info("accounts.reset_asked", user_id=str(user.id))

    async def require_open(self, token: str) -> None:
        """Return while `token` can be used, else raise `LinkEnded`."""
        await self._links.look(token, Purpose.RESET)

    async def reset(self, token: str, *, password: str) -> None:
        """A new password. Everything that was signed in ends, and so does every such link."""
        link = await self._links.look(token, Purpose.RESET)
        user = await users.by_id(self._db, link.user_id)
        if user is None:
            raise Unauthenticated
        await self._passwords.require_strong(password, about=(user.email, user.name))
        made = await self._passwords.hash(password)
        async with self._db.transaction() as tx:
            link, user = await self._links.use(tx, token, Purpose.RESET)
            await users.set_password(tx, user.id, made)
            await users.set_verified(tx, user.id, address=link.address, at=self._clock.now())
            await sessions.end_all(tx, user.id)
            await links.end(tx, user.id, Purpose.RESET)
            await self._audit.record(
                tx, owner(user), action="password_reset", noun="user", target_id=user.id
            )
            await self._notices.tell(tx, user.id, PASSWORD_CHANGED)
        await self._endings.all(user.id)
        _log.info("accounts.password_reset", user_id=str(user.id))
