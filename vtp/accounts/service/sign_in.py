"""Coming in: registering, signing in with a password."""

from __future__ import annotations

from typing import Protocol

import structlog

from vtp import settings
from vtp.accounts import fields, zones
from vtp.accounts.model import BrowserSession, Caller, Login, ProvedBy, Tokens, User
from vtp.accounts.passwords import Passwords
from vtp.accounts.problems import RegistrationClosed, WrongCredentials
from vtp.accounts.service.addresses import Addresses
from vtp.accounts.service.browsers import Browsers
from vtp.accounts.service.clients import Clients
from vtp.accounts.service.guesses import Guesses
from vtp.accounts.service.newcomers import Newcomers
from vtp.accounts.service.second_step import SecondStep
from vtp.accounts.store import users
from vtp.accounts.throttle import place_of
from vtp.actor import ANONYMOUS, Role
from vtp.audit.service import Audit
from vtp.db import Database
from vtp.errors import Unauthenticated
from vtp.ids import UserId

_log = structlog.get_logger()


class RegistrationLimit(Protocol):
    async def registration(self, address: str) -> None:
        """Count one; raise `Limited` when it was one too many."""
        ...


class SignIn:
    def __init__(
        self,
        db: Database,
        *,
        audit: Audit,
        options: settings.Auth,
        passwords: Passwords,
        guesses: Guesses,
        newcomers: Newcomers,
        browsers: Browsers,
        clients: Clients,
        addresses: Addresses,
        second_step: SecondStep,
        limit: RegistrationLimit,
        demo: bool,
    ) -> None:
        self._db = db
        self._audit = audit
        self._options = options
        self._passwords = passwords
        self._guesses = guesses
        self._newcomers = newcomers
        self._browsers = browsers
        self._clients = clients
        self._addresses = addresses
        self._second_step = second_step
        self._limit = limit
        self._demo = demo

    @property
    def open_registration(self) -> bool:
        return self._options.open_registration

    async def register(
        self, *, email: str, name: str, password: str, address: str, time_zone: str = zones.DEFAULT
    ) -> User:
        """A new student. Only what passed every check counts as one more from that address."""
        if not self._options.open_registration:
            raise RegistrationClosed
        new = await self._newcomers.checked(
            email=email,
            name=name,
            password=password,
            roles=frozenset({Role.STUDENT}),
            time_zone=time_zone,
        )
        await self._limit.registration(address)
        new = await self._newcomers.hashed(new, password)
        async with self._db.transaction() as tx:
            user = await self._newcomers.insert(tx, new)
            await self._addresses.ask(tx, user)
            await self._audit.record(
                tx, ANONYMOUS, action="registered", noun="user", target_id=user.id
            )
        _log.info("accounts.registered", user_id=str(user.id), address=address)
        return user

    async def browser(
        self, *, email: str, password: str, caller: Caller, replaces: str = ""
    ) -> BrowserSession:
        """For the form: what to set as cookies. `replaces` is the session cookie that was sent."""
        login = await self._proved(email, password, caller)
        await self._second_step.require(login)
        return await self._browsers.open(login, caller, proved_by=ProvedBy.ALONE, replaces=replaces)

    async def client(self, *, email: str, password: str, caller: Caller) -> Tokens:
        login = await self._proved(email, password, caller)
        await self._second_step.require(login)
        return await self._clients.open(login, caller, proved_by=ProvedBy.ALONE)

    async def admit(self, user_id: UserId, caller: Caller, *, replaces: str = "") -> BrowserSession:
        """For somebody who has just proved who they are in another way, as by registering."""
        login = await users.login_of(self._db, user_id, demo=self._demo)
        if login is None or not login.open:
            raise Unauthenticated
        await self._second_step.require(login)
        return await self._browsers.open(login, caller, proved_by=ProvedBy.ALONE, replaces=replaces)

    async def _proved(self, email: str, password: str, caller: Caller) -> Login:
        """Whose email and password these are. A closed account is as wrong as none."""
        cleaned = fields.email_or_nothing(email)
        login = await users.login(self._db, cleaned, demo=self._demo)
        place = login and self._browsers.place_of(caller, login.user_id)
        stored = login.password_hash if login and login.open else None
        right = await self._guesses.right(
            password,
            stored,
            account=cleaned.casefold(),
            place=place or place_of(caller.address),
        )
        if login is None or stored is None or not right:
            _log.info("accounts.wrong_password", address=caller.address)
            await self._audit.refuse(
                ANONYMOUS,
                action="signed_in",
                noun="user",
                target_id=login.user_id if login else None,
            )
            raise WrongCredentials
        if self._passwords.outdated(stored):
            await self._rehash(login.user_id, stored, password)
        return login

    async def _rehash(self, user_id: UserId, stored: str, password: str) -> None:
        made = await self._passwords.hash(password)
        async with self._db.transaction() as tx:
            await users.rehash(tx, user_id, old=stored, new=made)
