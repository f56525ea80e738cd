"""Changing one's password, or giving the account its first one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from vtp.accounts.kinds import PASSWORD_CHANGED
from vtp.accounts.model import Login, User
from vtp.accounts.passwords import Passwords
from vtp.accounts.problems import PasswordChangedMeanwhile, WrongPassword
from vtp.accounts.service.endings import Endings
from vtp.accounts.service.guesses import Guesses
from vtp.accounts.service.proofs import Proofs
from vtp.accounts.store import sessions, users
from vtp.accounts.strength import Judged
from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.db import Database
from vtp.errors import Unauthenticated
from vtp.notices.service import Notices


class StrengthLimit(Protocol):
    async def strength(self, address: str) -> None:
        """Count one that is to be judged; raise `Limited` when it was one too many."""


class OwnPassword:
    def __init__(
        self,
        db: Database,
        *,
        audit: Audit,
        passwords: Passwords,
        guesses: Guesses,
        proofs: Proofs,
        endings: Endings,
        notices: Notices,
        limit: StrengthLimit,
        demo: bool,
    ) -> None:
        self._db = db
        self._audit = audit
        self._passwords = passwords
        self._guesses = guesses
        self._proofs = proofs
        self._endings = endings
        self._notices = notices
        self._limit = limit
        self._demo = demo

    async def change(
        self, actor: Actor, *, current: str | None, new: str, end_others: bool = True
    ) -> None:
        """With the present one, or without it after a fresh proof of another kind.

        What asked for it goes on; everything else that was signed in ends, unless it shall not.
        """
        user, login = await self._found(actor)
        await self._prove(actor, user, login, current)
        await self._passwords.require_strong(new, about=(user.email, user.name), field="new")
        made = await self._passwords.hash(new)
        ended = []
        async with self._db.transaction() as tx:
            version = login.password_version
            if not await users.set_password(tx, user.id, made, version=version):
                raise PasswordChangedMeanwhile
            if end_others:
                ended = await sessions.end_all(tx, user.id, but=actor.credential_id)
            await self._audit.record(
                tx, actor, action="password_changed", noun="user", target_id=user.id
            )
            await self._notices.tell(tx, user.id, PASSWORD_CHANGED)
        await self._endings.several(user.id, ended)

    async def judged(
        self, actor: Actor, password: str, *, about: Iterable[str], network: str
    ) -> Judged:
        """While it is typed: by somebody who changes theirs, or has no account yet."""
        await self._limit.strength(network)
        known = list(about)
        if actor.user_id is not None:
            user = await users.by_id(self._db, actor.user_id)
            known = [user.email, user.name] if user else known
        return await self._passwords.judged(password, about=known)

    async def _found(self, actor: Actor) -> tuple[User, Login]:
        user_id = actor.require_user()
        user = await users.by_id(self._db, user_id)
        login = await users.login_of(self._db, user_id, demo=self._demo)
        if user is None or login is None:
            raise Unauthenticated
        return user, login

    async def _prove(self, actor: Actor, user: User, login: Login, current: str | None) -> None:
        if current is None:
            await self._proofs.require(actor)
            return
        # A place of its own: whoever sits at a forgotten screen cannot lock its owner out.
        place = f"session:{actor.credential_id}"
        if not await self._guesses.right(
            current, login.password_hash, account=user.email.casefold(), place=place
        ):
            raise WrongPassword
