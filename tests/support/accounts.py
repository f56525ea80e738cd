"""Accounts for tests: the real services on a test's database, with cheap hashes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from tests.support.chronicle import some_webhooks
from tests.support.letters import some_mails, some_notices
from vtp import settings
from vtp.accounts.keyring import Keyring, Secrets
from vtp.accounts.model import BrowserSession, Caller, Tokens, User
from vtp.accounts.service import Accounts, open_accounts
from vtp.accounts.service.pictures import OwnJobs
from vtp.actor import SYSTEM, Actor, Role
from vtp.app import declared
from vtp.audit.service import Audit
from vtp.blob.memory import MemoryBlobs
from vtp.blob.port import Blobs
from vtp.blob.threads import Threads
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import NotFound
from vtp.ids import JobId, UserId, uuid7
from vtp.jobs.model import JobView, State
from vtp.mail.service import Mails

PASSWORD = "violet harbour tin whistle"
ORIGIN = "http://school.test"
SECRETS = Secrets(b"p" * 32, Keyring({"1": b"k" * 32}))
SCOPES = frozenset({"users:read", "users:write", "rooms:read"})
CHEAP = settings.Auth(bcrypt_cost=4)
HOME = Caller("192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
ELSEWHERE = Caller("198.51.100.20", "python-requests/2.32.3")


@dataclass(slots=True)
class Queue:
    """Takes jobs, and does nothing with them."""

    taken: list[msgspec.Struct] = field(default_factory=list)

    async def enqueue(
        self,
        tx: Db,
        payload: msgspec.Struct,
        *,
        subject: str,
        owner_id: UserId | None = None,
        key: str | None = None,
    ) -> JobId:
        self.taken.append(payload)
        return JobId(uuid7())

    async def listed(self, actor: Actor, *, state: State, kind: str) -> list[JobView]:
        return []

    async def cancel(self, actor: Actor, *, job_id: JobId) -> JobView:
        raise NotFound


class NoLimit:
    async def registration(self, address: str) -> None:
        pass

    async def picture(self, user_id: UserId) -> None:
        pass

    async def strength(self, address: str) -> None:
        pass

    async def mail(self, *, network: str, address: str) -> None:
        pass


def auth(**changed: object) -> settings.Auth:
    return msgspec.structs.replace(CHEAP, **changed)


@asynccontextmanager
async def some_accounts(
    db: Database,
    clock: Clock,
    *,
    options: settings.Auth = CHEAP,
    secrets: Secrets = SECRETS,
    blobs: Blobs | None = None,
    jobs: OwnJobs | None = None,
    mails: Mails | None = None,
    origin: str = ORIGIN,
    demo: bool = False,
) -> AsyncIterator[Accounts]:
    queue = jobs or Queue()
    writing = mails or some_mails(db, clock, queue)
    async with (
        Threads(1) as threads,
        open_accounts(
            db,
            clock=clock,
            audit=Audit(db, clock),
            options=options,
            oidc={},
            secrets=secrets,
            origin=origin,
            school=settings.School(name="The school"),
            limit=NoLimit(),
            scopes=SCOPES,
            blobs=blobs or MemoryBlobs(threads, clock),
            jobs=queue,
            mails=writing,
            notices=some_notices(db, clock, writing),
            webhooks=some_webhooks(db, clock),
            belongings=declared.BELONGINGS,
            demo=demo,
        ) as accounts,
    ):
        yield accounts


@dataclass(slots=True)
class Person:
    """Somebody with an account, and what they hold."""

    user: User
    accounts: Accounts

    async def browser(self, caller: Caller = HOME, *, replaces: str = "") -> BrowserSession:
        return await self.accounts.sign_in.browser(
            email=self.user.email, password=PASSWORD, caller=caller, replaces=replaces
        )

    async def client(self, caller: Caller = ELSEWHERE) -> Tokens:
        return await self.accounts.sign_in.client(
            email=self.user.email, password=PASSWORD, caller=caller
        )

    async def by_browser(self) -> Actor:
        return await actor_of_cookie(self.accounts, (await self.browser()).cookie)

    async def by_client(self) -> Actor:
        return await actor_of_token(self.accounts, (await self.client()).access_token)


async def a_person(accounts: Accounts, name: str = "Ines Carvalho", *roles: Role) -> Person:
    email = f"{name.split(maxsplit=1)[0].lower()}@school.test"
    user = await accounts.administration.create(
        SYSTEM,
        email=email,
        name=name,
        password=PASSWORD,
        roles=frozenset(roles or {Role.STUDENT}),
    )
    return Person(user, accounts)


async def actor_of_cookie(accounts: Accounts, cookie: str) -> Actor:
    actor = await accounts.credentials.by_session(cookie)
    assert actor is not None
    return actor


async def actor_of_token(accounts: Accounts, token: str) -> Actor:
    actor = await accounts.credentials.by_token(token)
    assert actor is not None
    return actor
