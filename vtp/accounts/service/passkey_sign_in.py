"""Coming in with a passkey and nothing else: the device knows who, and has verified the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vtp.accounts.model import BrowserSession, Caller, Login, ProvedBy, Tokens
from vtp.accounts.problems import PasskeyRefused
from vtp.accounts.service.browsers import Browsers
from vtp.accounts.service.clients import Clients
from vtp.accounts.service.passkeys import Passkeys
from vtp.accounts.store import users
from vtp.db import Database
from vtp.ids import UserId


class PasskeySignIn:
    def __init__(
        self,
        db: Database,
        *,
        passkeys: Passkeys,
        browsers: Browsers,
        clients: Clients,
        demo: bool,
    ) -> None:
        self._db = db
        self._passkeys = passkeys
        self._browsers = browsers
        self._clients = clients
        self._demo = demo

    @property
    def usable(self) -> bool:
        return self._passkeys.usable

    async def ask(self, of: UserId | None = None) -> dict[str, Any]:
        """Of anybody, or of somebody whose password was right and who is at the second step."""
        return await self._passkeys.ask(of)

    async def browser(
        self, answer: Mapping[str, Any], caller: Caller, *, replaces: str = ""
    ) -> BrowserSession:
        login = await self._answered(answer)
        return await self._browsers.open(
            login, caller, proved_by=ProvedBy.PASSKEY, replaces=replaces
        )

    async def client(self, answer: Mapping[str, Any], caller: Caller) -> Tokens:
        login = await self._answered(answer)
        return await self._clients.open(login, caller, proved_by=ProvedBy.PASSKEY)

    async def _answered(self, answer: Mapping[str, Any]) -> Login:
        """A closed account is as unknown as none."""
        async with self._db.transaction() as tx:
            passkey = await self._passkeys.judge(tx, answer, of=None)
        login = None
        if passkey is not None:
            login = await users.login_of(self._db, passkey.user_id, demo=self._demo)
        if login is None or not login.open:
            raise PasskeyRefused
        return login
