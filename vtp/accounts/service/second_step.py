"""After the password: the second step, and setting one up where the school asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec

from vtp.accounts.model import BrowserSession, Caller, Factors, Login, ProvedBy, Tokens, User
from vtp.accounts.problems import (
    ChallengeEnded,
    PasskeyRefused,
    SecondFactorMissing,
    SecondFactorNeeded,
    WrongCode,
)
from vtp.accounts.service.answers import Answer, Answers
from vtp.accounts.service.authenticators import Authenticators
from vtp.accounts.service.browsers import Browsers
from vtp.accounts.service.challenges import Challenges, Held
from vtp.accounts.service.clients import Clients
from vtp.accounts.store import factors, users
from vtp.actor import Actor, Role, Via
from vtp.audit.service import Audit
from vtp.db import Database, Db
from vtp.ids import UserId


class PasswordProved(msgspec.Struct, frozen=True):
    """Its person may go on to the second step, unless the password is changed meanwhile."""

    password_version: int


class PasswordProvedAlone(msgspec.Struct, frozen=True):
    """The same for somebody who has no second factor, and must have one."""

    password_version: int
    secret: bytes  # sealed; of the app that is to be set up


class SecondStep:
    def __init__(
        self,
        db: Database,
        *,
        audit: Audit,
        challenges: Challenges,
        answers: Answers,
        authenticators: Authenticators,
        browsers: Browsers,
        clients: Clients,
        demanded: Callable[[], frozenset[Role]],
        demo: bool,
    ) -> None:
        self._db = db
        self._audit = audit
        self._challenges = challenges
        self._answers = answers
        self._authenticators = authenticators
        self._browsers = browsers
        self._clients = clients
        self._demanded = demanded
        self._demo = demo

    async def require(self, login: Login) -> None:
        """Return when the password is enough; else raise what says how to go on."""
        found = await factors.of(self._db, login.user_id)
        demanded = not self._demanded().isdisjoint(login.roles)
        if found.authenticator or (found.passkeys and demanded):
            token = await self._issue(login, PasswordProved(login.password_version))
            raise SecondFactorNeeded(
                token, methods=methods(found), expires_in=self._challenges.expires_in
            )
        if demanded:
            secret = self._authenticators.sealed(login.user_id)
            facts = PasswordProvedAlone(login.password_version, secret)
            token = await self._issue(login, facts)
            raise SecondFactorMissing(token, expires_in=self._challenges.expires_in)

    async def browser(
        self, token: str, answer: Answer, caller: Caller, *, replaces: str = ""
    ) -> BrowserSession:
        login, proved_by = await self._answered(token, answer)
        return await self._browsers.open(login, caller, proved_by=proved_by, replaces=replaces)

    async def client(self, token: str, answer: Answer, caller: Caller) -> Tokens:
        login, proved_by = await self._answered(token, answer)
        return await self._clients.open(login, caller, proved_by=proved_by)

    async def whose(self, token: str) -> UserId:
        """Who is at the second step; for asking only for their passkeys."""
        async with self._db.transaction() as tx:
            return (await self._challenges.hold(tx, token, PasswordProved)).owner

    async def ways(self, token: str) -> list[str]:
        """How the one at the second step can take it."""
        return methods(await factors.of(self._db, await self.whose(token)))

    async def app_to_set_up(self, token: str) -> tuple[User, bytes]:
        """Who must set up an app, and its secret."""
        async with self._db.transaction() as tx:
            held = await self._challenges.hold(tx, token, PasswordProvedAlone)
            user = await users.by_id(tx, held.owner)
        if user is None:
            raise ChallengeEnded
        return user, self._authenticators.opened(user.id, held.facts.secret)

    async def set_up_browser(
        self, token: str, code: str, caller: Caller, *, replaces: str = ""
    ) -> tuple[BrowserSession, list[str]]:
        login, made = await self._set_up(token, code)
        opened = await self._browsers.open(
            login, caller, proved_by=ProvedBy.CODE, replaces=replaces
        )
        return opened, made

    async def set_up_client(
        self, token: str, code: str, caller: Caller
    ) -> tuple[Tokens, list[str]]:
        login, made = await self._set_up(token, code)
        return await self._clients.open(login, caller, proved_by=ProvedBy.CODE), made

    async def _issue(self, login: Login, facts: msgspec.Struct) -> str:
        async with self._db.transaction() as tx:
            return await self._challenges.issue(tx, facts, user_id=login.user_id)

    async def _answered(self, token: str, answer: Answer) -> tuple[Login, ProvedBy]:
        """A wrong answer is counted, and committed, before it is refused."""
        async with self._db.transaction() as tx:
            held = await self._challenges.hold(tx, token, PasswordProved)
            proved_by = await self._answers.judge(tx, held.owner, answer)
            if proved_by is None:
                await self._challenges.failed(tx, token)
                await self._record_wrong(tx, held.owner)
            else:
                await self._challenges.take(tx, token, PasswordProved)
        if proved_by is None:
            raise refusal(answer)
        return await self._login(held), proved_by

    async def _set_up(self, token: str, code: str) -> tuple[Login, list[str]]:
        made = None
        async with self._db.transaction() as tx:
            held = await self._challenges.hold(tx, token, PasswordProvedAlone)
            actor = Actor(held.owner, frozenset(), Via.NOTHING)
            made = await self._authenticators.set(tx, actor, held.facts.secret, code)
            if made is None:
                await self._challenges.failed(tx, token)
            else:
                await self._challenges.take(tx, token, PasswordProvedAlone)
        if made is None:
            raise WrongCode
        return await self._login(held), made

    async def _login(self, held: Held[PasswordProved] | Held[PasswordProvedAlone]) -> Login:
        """As it was when the password was proved; a session is refused where that changed."""
        login = await users.login_of(self._db, held.owner, demo=self._demo)
        if login is None or not login.open:
            raise ChallengeEnded
        return replace(login, password_version=held.facts.password_version)

    async def _record_wrong(self, tx: Db, user_id: UserId) -> None:
        await self._audit.record(
            tx,
            Actor(None, frozenset(), Via.NOTHING),
            action="second_factor_wrong",
            noun="user",
            target_id=user_id,
            result="refused",
        )


def methods(found: Factors) -> list[str]:
    """The names under which an answer may be sent."""
    given = {
        "code": found.authenticator,
        "passkey": found.passkeys > 0,
        "recovery_code": found.recovery_codes > 0,
    }
    return [name for name, there in given.items() if there]


def refusal(answer: Answer) -> WrongCode | PasskeyRefused:
    if answer.passkey is not None:
        return PasskeyRefused()
    return WrongCode(field="recovery_code" if answer.recovery_code else "code")
