"""The address of an account: shown to be read by its owner, changed, and changed back."""

from __future__ import annotations

from datetime import datetime

import structlog

from vtp.accounts import fields
from vtp.accounts.kinds import ADDRESS_CHANGED, CHANGE, MOVED, TAKEN, VERIFY
from vtp.accounts.model import MailedLink, Purpose, User
from vtp.accounts.problems import AddressVerified, EmailTaken, WrongPassword
from vtp.accounts.service.endings import Endings
from vtp.accounts.service.guesses import Guesses
from vtp.accounts.service.links import Links, owner, recipient
from vtp.accounts.service.proofs import Proofs
from vtp.accounts.service.recovery import MailLimit
from vtp.accounts.store import factors, identities, keys, links, passkeys, sessions, users
from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Unauthenticated
from vtp.mail.model import Bounce
from vtp.mail.service import Mails, NoMailServer
from vtp.notices.service import Notices

_log = structlog.get_logger()
VERIFY_PATH = "/address/verify?token="
CONFIRM_PATH = "/address/confirm?token="
UNDO_PATH = "/address/undo?token="


class Addresses:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        made: Links,
        guesses: Guesses,
        proofs: Proofs,
        endings: Endings,
        mails: Mails,
        notices: Notices,
        limit: MailLimit,
        demo: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._links = made
        self._guesses = guesses
        self._proofs = proofs
        self._endings = endings
        self._mails = mails
        self._notices = notices
        self._limit = limit
        self._demo = demo

    async def bounce(self, actor: Actor) -> Bounce | None:
        """Why mail to one's own address is refused, when it is."""
        user = await users.by_id(self._db, actor.require_user())
        return await self._mails.bounce_of(user.email) if user else None

    # --- showing that it is read ------------------------------------------------------------------
    async def ask(self, tx: Db, user: User) -> None:
        """Write to a new account; where no mail is sent, nothing is asked of anybody."""
        if not self._mails.arrives:
            return
        made = await self._links.make(tx, user, Purpose.VERIFY)
        await self._mails.send(
            tx,
            VERIFY,
            to=recipient(user),
            path=VERIFY_PATH,
            secret=made.token,
            not_after=made.expires_at,
        )

    async def ask_again(self, actor: Actor, *, network: str) -> None:
        user = await self._me(actor)
        if user.email_verified_at is not None:
            raise AddressVerified
        await self._limit.mail(network=network, address=user.email.casefold())
        async with self._db.transaction() as tx:
            await self.ask(tx, user)

    async def verify(self, token: str) -> None:
        async with self._db.transaction() as tx:
            link, user = await self._links.use(tx, token, Purpose.VERIFY)
            await users.set_verified(tx, user.id, address=link.address, at=self._clock.now())
            await links.end(tx, user.id, Purpose.VERIFY)
            await self._record(tx, user, "address_verified")
        _log.info("accounts.address_verified", user_id=str(user.id))

    # --- another one ------------------------------------------------------------------------------
    async def change(self, actor: Actor, *, email: str, password: str | None, network: str) -> None:
        """Write to the new address; nothing changes until its reader confirms.

        Without a password, after a fresh proof of another kind. Whether the address belongs to
        somebody else, only its reader is told.
        """
        user, cleaned = await self._me(actor), fields.email(email)
        await self._prove(actor, user, password)
        await self._limit.mail(network=network, address=cleaned.casefold())
        async with self._db.transaction() as tx:
            holder = await users.by_email(tx, cleaned)
            if holder is not None and holder.id != user.id:
                await self._mails.send(tx, TAKEN, to=recipient(holder), path="/login")
                return
            made = await self._links.make(tx, user, Purpose.CHANGE, cleaned)
            await self._mails.send(
                tx,
                CHANGE,
                to=recipient(user, cleaned),
                path=CONFIRM_PATH,
                secret=made.token,
                not_after=made.expires_at,
            )

    async def confirm(self, token: str) -> None:
        """The new address is theirs; the old one is told, and may take it back."""
        async with self._db.transaction() as tx:
            link, user = await self._links.use(tx, token, Purpose.CHANGE)
            await self._move(tx, user, link)
            await links.end(tx, user.id, Purpose.RESET, Purpose.VERIFY, Purpose.CHANGE)
            made = await self._links.make(tx, user, Purpose.UNDO)
            values = {"email": link.address}
            await self._mails.send(
                tx,
                MOVED,
                to=recipient(user),
                values=values,
                path=UNDO_PATH,
                secret=made.token,
                not_after=made.expires_at,
            )
            await self._record(tx, user, "address_changed")
            await self._notices.tell(tx, user.id, ADDRESS_CHANGED, values)
        _log.info("accounts.address_changed", user_id=str(user.id))

    async def undo(self, token: str) -> str:
        """The old address again, with nothing left that opens the account; a token for `reset`.

        Whoever changed it knew the password, so that ends, with sessions, keys and everything
        that was made since: links, factors, passkeys, accounts elsewhere. Older links stay: what
        was changed twice is undone by the first.
        """
        async with self._db.transaction() as tx:
            link, user = await self._links.use(tx, token, Purpose.UNDO)
            await self._move(tx, user, link)
            await links.end_later(tx, user.id, since=link.created_at)
            await self._close_ways_in(tx, user, since=link.created_at)
            await links.end(tx, user.id, Purpose.RESET, Purpose.VERIFY, Purpose.CHANGE)
            made = await self._links.make(tx, user, Purpose.RESET, link.address)
            await self._record(tx, user, "address_change_undone")
            await self._notices.tell(tx, user.id, ADDRESS_CHANGED, {"email": link.address})
        await self._endings.all(user.id)
        _log.warning("accounts.address_change_undone", user_id=str(user.id))
        return made.token

    async def require_open(self, token: str, purpose: Purpose) -> MailedLink:
        """What the link proves while it can be used, else raise `LinkEnded`."""
        return await self._links.look(token, purpose)

    async def _record(self, tx: Db, user: User, action: str) -> None:
        await self._audit.record(tx, owner(user), action=action, noun="user", target_id=user.id)

    async def _move(self, tx: Db, user: User, link: MailedLink) -> None:
        if not await users.set_email(tx, user.id, link.address, at=self._clock.now()):
            raise EmailTaken

    async def _close_ways_in(self, tx: Db, user: User, *, since: datetime) -> None:
        await users.close_password(tx, user.id)
        await sessions.end_all(tx, user.id)
        await keys.delete_all(tx, user.id)
        await passkeys.delete_later(tx, user.id, since=since)
        await identities.delete_later(tx, user.id, since=since)
        await factors.remove_later(tx, user.id, since=since)
        # They may have been read or made anew by whoever was in.
        await factors.replace_codes(tx, user.id, [])

    async def _prove(self, actor: Actor, user: User, password: str | None) -> None:
        if password is None:
            await self._proofs.require(actor)
            return
        login = await users.login_of(self._db, user.id, demo=self._demo)
        stored = login.password_hash if login and login.open else None
        place = f"session:{actor.credential_id}"
        account = user.email.casefold()
        if not await self._guesses.right(password, stored, account=account, place=place):
            raise WrongPassword(field="password")

    async def _me(self, actor: Actor) -> User:
        if not self._mails.arrives:
            raise NoMailServer
        user = await users.by_id(self._db, actor.require_user())
        if user is None:
            raise Unauthenticated
        return user
