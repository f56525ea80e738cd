"""The whole application, listening on a port of its own, with people who are signed in."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from tests.support.accounts import HOME, PASSWORD
from vtp import settings
from vtp.accounts.model import User
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.app.parts import Parts, open_parts
from vtp.app.web import serving
from vtp.clock import Clock
from vtp.edge.assets import Assets

_PLENTY = settings.Limits(
    requests_per_minute=1_000_000,
    anonymous_per_minute=1_000_000,
    registrations_per_hour=1_000_000,
    pictures_per_hour=1_000_000,
    streamed_per_minute=1_000_000,
    judged_passwords_per_minute=1_000_000,
    mails_per_hour=1_000_000,
    mails_per_person_per_hour=1_000_000,
)


def free_port() -> int:
    """The application checks the port in Host, so it must know its own before it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def some_settings(database: settings.Database, data: Path, **changed: Any) -> settings.Settings:
    """For a test: cheap hashes, no limits in the way, a port that is free."""
    chosen = settings.Settings(
        data=str(data),
        database=database,
        server=settings.Server(port=free_port(), shutdown_timeout=5),
        media=settings.Media(port=0, listen=("127.0.0.1",), capacity=1e9),
        rooms=settings.Rooms(drain_limit=0.0),  # nobody waits for the class of a test
        auth=settings.Auth(bcrypt_cost=4),
        limits=_PLENTY,
        log=settings.Log(level="warning"),
    )
    return msgspec.structs.replace(chosen, **changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    user: User
    cookie: str
    access_token: str
    refresh_token: str
    session_id: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"}

    @property
    def actor(self) -> Actor:
        return Actor(self.user.id, self.user.roles, Via.SESSION)


@dataclass
class Application:
    parts: Parts
    url: str
    http: aiohttp.ClientSession
    _made: int = field(default=0)

    @property
    def by_cookie(self) -> str:
        return "vtp-session"

    async def person(self, *roles: Role, name: str = "Noor Haddad") -> Person:
        """Somebody new, signed in as a browser and as a client."""
        self._made += 1
        email = f"person{self._made}@school.test"
        accounts = self.parts.accounts
        user = await accounts.sign_in.register(
            email=email, name=name, password=PASSWORD, address="192.0.2.1"
        )
        if roles:
            user = await accounts.administration.set_roles(SYSTEM, user.id, frozenset(roles))
        return await self.sign_in(user)

    async def sign_in(self, user: User) -> Person:
        """Once more, as a browser and as a client; `session_id` is that of the browser."""
        sign_in = self.parts.accounts.sign_in
        given = {"email": user.email, "password": PASSWORD}
        tokens = await sign_in.client(**given, caller=HOME)
        opened = await sign_in.browser(**given, caller=HOME)
        actor = await self.parts.accounts.credentials.by_session(opened.cookie)
        return Person(
            user=user,
            cookie=opened.cookie,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            session_id=str(actor.credential_id) if actor else "",
        )

    async def cookie_of(self, person: Person, kept: str = "") -> str:
        """One that opens: `kept` where it still does, else of a new session."""
        if kept and await self.parts.accounts.credentials.by_session(kept):
            return kept
        given = {"email": person.user.email, "password": PASSWORD}
        return (await self.parts.accounts.sign_in.browser(**given, caller=HOME)).cookie

    async def sign_in_by_form(self, email: str, password: str) -> str:
        """As a browser does; the cookie."""
        async with self.http.post(
            self.url + "/login",
            data={"email": email, "password": password},
            headers={"Origin": self.url},
            allow_redirects=False,
        ) as answer:
            return answer.cookies[self.by_cookie].value

    async def reset_password(self, user: User) -> None:
        await self.parts.accounts.administration.set_password(SYSTEM, user.id, PASSWORD)

    def asset(self) -> str:
        """The path of a built file."""
        return Assets().url("shell.js")

    async def call(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, Any]:
        """Status and body, which is None where there is none."""
        async with self.http.request(
            method, self.url + path, headers=headers, allow_redirects=False, **more
        ) as answer:
            raw = await answer.read()
            if "json" in answer.headers.get("Content-Type", ""):
                return answer.status, msgspec.json.decode(raw)
            return answer.status, raw.decode("utf-8", "replace") if raw else None


@asynccontextmanager
async def an_application(
    chosen: settings.Settings, *, clock: Clock | None = None, demo: bool = False
) -> AsyncIterator[Application]:
    async with (
        open_parts(chosen, clock=clock, demo=demo) as parts,
        serving(parts) as listener,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
    ):
        port = listener.addresses[0][1]
        yield Application(parts, f"http://127.0.0.1:{port}", http)
