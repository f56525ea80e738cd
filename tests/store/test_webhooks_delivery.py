"""Webhooks, from the transaction of the news to a server that takes it or does not."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
import pytest
from aiohttp import web

from vtp import settings
from vtp.actor import Actor, Role, Via
from vtp.audit.service import Audit
from vtp.clock import SetClock
from vtp.db import Database
from vtp.ids import UserId, uuid7
from vtp.jobs.model import Claim, JobView
from vtp.jobs.running import Running
from vtp.jobs.service import Jobs
from vtp.webhooks import signature
from vtp.webhooks.jobs import handlers
from vtp.webhooks.kinds import News
from vtp.webhooks.model import Deliver, Endpoint, State
from vtp.webhooks.sending import Sender
from vtp.webhooks.service import Webhooks
from vtp.webhooks.service.delivering import Delivering
from vtp.webhooks.service.endpoints import Endpoints, UnknownEvent
from vtp.webhooks.targets import BadTarget
from vtp.webhooks.vault import Vault

ADMIN = Actor(UserId(uuid7()), frozenset({Role.ADMIN}), Via.SESSION, uuid7())
HERE = settings.Webhooks(allowed_networks=("127.0.0.0/8",), timeout=2.0)


class Rang(msgspec.Struct, frozen=True):
    times: int


news = News("tests")
RANG = news.on("bell.rang", Rang, "The bell rang.")


@dataclass
class Receiver:
    """A server of somebody else."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status, headers=self.headers, body=b"x" * 100_000)


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        receiver.url = f"http://hooks.test:{runner.addresses[0][1]}/vtp"
        yield receiver
    finally:
        await runner.cleanup()


@dataclass
class School:
    db: Database
    clock: SetClock
    webhooks: Webhooks
    endpoints: Endpoints
    delivering: Delivering
    receiver: Receiver
    jobs: Jobs
    names: dict[str, list[str]]

    async def endpoint(self, *, url: str = "") -> tuple[Endpoint, bytes]:
        made, secret = await self.endpoints.create(
            ADMIN, url=url or self.receiver.url, description="register", events=["bell.rang"]
        )
        return made, base64.b64decode(secret.removeprefix(signature.PREFIX))

    async def ring(self, times: int = 1) -> None:
        async with self.db.transaction() as tx:
            await self.webhooks.tell(tx, RANG, Rang(times))

    async def waiting(self) -> list[JobView]:
        everything = Actor(None, frozenset(Role), Via.SYSTEM)
        return await self.jobs.listed(everything, state=None, kind="webhooks.deliver")

    async def work(self) -> None:
        """Carry out each job that waits, whenever it is due."""
        rows = await self.db.fetch(
            "select id, payload from job where kind = 'webhooks.deliver' and state = 'queued'"
        )
        for row in rows:
            lease = uuid7()
            async with self.db.transaction() as tx:
                await tx.execute(
                    "update job set state = 'running', lease = $2 where id = $1", row["id"], lease
                )
            claim = Claim(
                id=row["id"],
                lease=lease,
                kind="webhooks.deliver",
                subject="",
                owner_id=None,
                payload=b"",
                attempt=1,
                max_attempts=4,
            )
            work = msgspec.json.decode(row["payload"], type=Deliver)
            await self.delivering.attempt(Running(claim), work)

    async def only_delivery(self) -> tuple[State, int, int | None, str | None]:
        row = await self.db.fetchrow("select * from webhook_delivery order by id limit 1")
        assert row is not None
        return State(row["state"]), row["attempts"], row["last_status"], row["last_error"]


@pytest.fixture
async def school(db: Database, clock: SetClock) -> AsyncIterator[School]:
    async with AsyncExitStack() as stack:
        receiver = await stack.enter_async_context(a_receiver())
        audit = Audit(db, clock)
        jobs = Jobs(db, settings.Jobs(), [handlers])
        webhooks = Webhooks(db, clock=clock, audit=audit, jobs=jobs)
        vault, names = Vault(b"v" * 32), {"hooks.test": ["127.0.0.1"]}

        async def look_up(host: str, _port: int) -> list[str]:
            return names.get(host, [host])

        sender = Sender(HERE, clock=clock, look_up=look_up)
        yield School(
            db,
            clock,
            webhooks,
            Endpoints(webhooks, options=HERE, vault=vault, kinds=list(news)),
            Delivering(webhooks, options=HERE, vault=vault, sender=sender),
            receiver,
            jobs,
            names,
        )


def signed(secret: bytes, headers: dict[str, str], body: bytes) -> bool:
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = "v1," + base64.b64encode(hmac.digest(secret, said, hashlib.sha256)).decode()
    return made in headers["webhook-signature"].split()


async def test_news_reaches_who_chose_it_signed(school: School) -> None:
    _, secret = await school.endpoint()
    await school.ring(3)
    assert school.receiver.taken == []
    await school.work()
    ((headers, body),) = school.receiver.taken
    assert signed(secret, headers, body)
    told = msgspec.json.decode(body)
    assert (told["type"], told["data"]) == ("bell.rang", {"times": 3})
    assert await school.only_delivery() == (State.DELIVERED, 1, 200, None)


async def test_what_is_rolled_back_is_told_to_nobody(school: School) -> None:
    await school.endpoint()
    with pytest.raises(ZeroDivisionError):
        async with school.db.transaction() as tx:
            await school.webhooks.tell(tx, RANG, Rang(1))
            raise ZeroDivisionError
    await school.work()
    assert school.receiver.taken == []


async def test_the_secret_is_not_readable_in_the_database(school: School) -> None:
    _, secret = await school.endpoint()
    stored = await school.db.fetchval("select secret from webhook_endpoint")
    assert secret not in stored


async def test_both_secrets_sign_for_a_while_after_a_new_one_was_made(school: School) -> None:
    endpoint, old = await school.endpoint()
    shown = await school.endpoints.rotate(ADMIN, endpoint.id)
    new = base64.b64decode(shown.removeprefix(signature.PREFIX))
    await school.ring()
    await school.work()
    school.clock.advance(HERE.secret_overlap + 1)
    await school.ring()
    await school.work()
    first, second = school.receiver.taken
    assert signed(new, *first)
    assert signed(old, *first)
    assert signed(new, *second)
    assert not signed(old, *second)


async def test_a_failure_is_tried_again_later_and_given_up_in_the_end(school: School) -> None:
    await school.endpoint()
    await school.ring()
    school.receiver.status = 503
    for _ in range(12):
        await school.work()
    state, attempts, status, error = await school.only_delivery()
    assert (state, attempts, status, error) == (State.FAILED, 10, 503, "It answered 503.")
    ids = {headers["webhook-id"] for headers, _ in school.receiver.taken}
    assert len(school.receiver.taken) == 10
    assert len(ids) == 1


async def test_a_delivery_can_be_sent_again(school: School) -> None:
    endpoint, _ = await school.endpoint()
    await school.ring()
    school.receiver.status = 410
    await school.work()
    assert (await school.only_delivery())[0] is State.FAILED
    school.receiver.status = 204
    await school.endpoints.enable(ADMIN, endpoint.id)
    (one,) = await school.endpoints.deliveries(ADMIN, endpoint.id, before=None, limit=5)
    await school.endpoints.redeliver(ADMIN, endpoint.id, one.id)
    await school.work()
    assert await school.only_delivery() == (State.DELIVERED, 1, 204, None)


async def test_redirects_are_not_followed(school: School) -> None:
    await school.endpoint()
    school.receiver.status = 307
    school.receiver.headers = {"Location": school.receiver.url + "/elsewhere"}
    await school.ring()
    await school.work()
    assert len(school.receiver.taken) == 1
    assert "redirects are not followed" in str((await school.only_delivery())[3])


async def test_a_name_that_leads_inside_is_not_called(school: School) -> None:
    await school.endpoint()
    for addresses in (["10.0.0.5"], ["127.0.0.1", "169.254.169.254"], []):
        school.names["hooks.test"] = addresses
        await school.ring()
        await school.work()
    assert school.receiver.taken == []
    assert "private network" in str((await school.only_delivery())[3])


async def test_an_endpoint_that_fails_for_days_is_switched_off(school: School) -> None:
    endpoint, _ = await school.endpoint()
    given_up: list[Endpoint] = []

    async def note(_tx: object, one: Endpoint) -> None:
        given_up.append(one)

    school.delivering.on_given_up.append(note)
    school.receiver.status = 500
    await school.ring()
    await school.work()
    school.clock.advance(timedelta(days=6).total_seconds())
    await school.work()
    found = await school.endpoints.get(ADMIN, endpoint.id)
    assert (found.disabled_why, [one.id for one in given_up]) == ("failing", [endpoint.id])
    await school.ring()
    assert await school.db.fetchval("select count(*) from webhook_delivery") == 1
    written = await school.db.fetch("select action from audit_entry order by id")
    assert [row["action"] for row in written] == ["made", "disabled"]


async def test_what_cannot_be_a_webhook_is_refused(school: School) -> None:
    with pytest.raises(BadTarget):
        await school.endpoint(url="ftp://hooks.test/")
    with pytest.raises(UnknownEvent):
        await school.endpoints.create(ADMIN, url="https://h.test/", description="", events=["x.y"])
