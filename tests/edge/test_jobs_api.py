"""Jobs over HTTP and Socket.IO, in the whole application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.jobs import BRISK
from tests.support.socket_client import Client, connected
from vtp import settings
from vtp.accounts.model import ForgetPicture
from vtp.actor import SYSTEM, Role
from vtp.app.work import bound
from vtp.ids import JobId, uuid7
from vtp.jobs.worker import run_worker

PATH = "/api/v1/jobs"


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    chosen = some_settings(database_settings, tmp_path, jobs=BRISK)
    async with an_application(chosen) as running:
        yield running


async def put(app: Application, owner: Person | None = None) -> JobId:
    async with app.parts.db.transaction() as tx:
        return await app.parts.jobs.enqueue(
            tx,
            ForgetPicture(uuid7()),
            subject="trial:1",
            owner_id=owner.user.id if owner else None,
        )


async def ids(app: Application, person: Person, query: str = "") -> list[str]:
    status, page = await app.call("GET", PATH + query, headers=person.bearer)
    assert status == 200, page
    return [item["id"] for item in page["items"]]


async def test_a_job_is_listed_looked_at_cancelled_and_begun_anew(app: Application) -> None:
    person = await app.person()
    job_id = str(await put(app, person))
    assert await ids(app, person) == [job_id]
    status, job = await app.call("GET", f"{PATH}/{job_id}", headers=person.bearer)
    assert status == 200
    assert (job["kind"], job["state"], job["subject"]) == (
        "accounts.forget_picture",
        "queued",
        "trial:1",
    )
    assert (job["progress"], job["attempt"], job["error"]) == (0, 0, None)
    assert "payload" not in job
    status, job = await app.call("POST", f"{PATH}/{job_id}/cancel", headers=person.bearer)
    assert (status, job["state"]) == (202, "cancelled")
    status, problem = await app.call("POST", f"{PATH}/{job_id}/cancel", headers=person.bearer)
    assert (status, problem["code"]) == (409, "job_finished")
    status, job = await app.call("POST", f"{PATH}/{job_id}/retry", headers=person.bearer)
    assert (status, job["state"]) == (202, "queued")
    status, problem = await app.call("POST", f"{PATH}/{job_id}/retry", headers=person.bearer)
    assert (status, problem["code"]) == (409, "job_not_finished")


async def test_everybody_sees_their_own_and_the_staff_all(app: Application) -> None:
    one, other, manager = await app.person(), await app.person(), await app.person(Role.MANAGER)
    theirs, nobodys = str(await put(app, one)), str(await put(app))
    assert await ids(app, one) == [theirs]
    assert await ids(app, other) == []
    assert await ids(app, manager) == [nobodys, theirs]
    for person, job_id in ((other, theirs), (one, nobodys)):
        for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/retry")):
            status, _ = await app.call(method, f"{PATH}/{job_id}{path}", headers=person.bearer)
            assert status == 404
    status, _ = await app.call("GET", PATH)
    assert status == 401


async def test_a_list_comes_in_pages_and_is_filtered(app: Application) -> None:
    admin = await app.person(Role.ADMIN)
    made = [str(await put(app)) for _ in range(5)]
    await app.parts.jobs.cancel(SYSTEM, job_id=JobId(UUID(made[2])))
    found: list[str] = []
    query = "?limit=2"
    while True:
        status, page = await app.call("GET", PATH + query, headers=admin.bearer)
        assert status == 200
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query = f"?limit=2&cursor={page['next']}"
    assert found == made[::-1]
    assert await ids(app, admin, "?state=cancelled") == [made[2]]
    assert await ids(app, admin, "?kind=accounts.picture") == []
    assert len(await ids(app, admin, "?kind=accounts.forget_picture&state=queued")) == 4
    for wrong in ("?state=sleeping", "?cursor=nowhere", "?limit=0"):
        status, problem = await app.call("GET", PATH + wrong, headers=admin.bearer)
        assert status == 422, problem


async def news_of(client: Client, job_id: str, state: str, *, never: str = "") -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            name, job = await client.told()
            assert name == "jobs.changed"
            assert job["id"] != never
            if job["id"] == job_id and job["state"] == state:
                found: dict[str, Any] = job
                return found


def port_of(app: Application) -> int:
    return app.parts.settings.server.port


def signed(app: Application, person: Person) -> Any:
    return connected(
        port_of(app), Host=f"127.0.0.1:{port_of(app)}", auth={"token": person.access_token}
    )


async def test_whoever_watches_a_job_is_told_until_its_end(app: Application) -> None:
    person = await app.person()
    job_id = str(await put(app, person))
    stop = asyncio.Event()
    async with signed(app, person) as client:
        answer = await client.call("jobs.watch", {"id": job_id})
        assert answer["ok"]["job"]["state"] == "queued", answer
        async with asyncio.TaskGroup() as group:
            group.create_task(
                run_worker(
                    app.parts.db,
                    app.parts.settings.database,
                    BRISK,
                    app.parts.jobs,
                    bound(app.parts),
                    stop=stop,
                    shutdown_timeout=5,
                )
            )
            job = await news_of(client, job_id, "succeeded")
            stop.set()
    assert job["progress"] == 1


async def test_watching_all_is_all_that_one_may_see(app: Application) -> None:
    one, admin = await app.person(), await app.person(Role.ADMIN)
    async with signed(app, one) as client, signed(app, admin) as staff:
        assert (await client.call("jobs.watch", {}))["ok"] == {"job": None}
        assert (await staff.call("jobs.watch"))["ok"] == {"job": None}
        hidden, theirs = str(await put(app)), str(await put(app, one))
        assert (await news_of(client, theirs, "queued", never=hidden))["owner_id"] == str(
            one.user.id
        )
        await news_of(staff, theirs, "queued")
        await app.parts.jobs.cancel(SYSTEM, job_id=JobId(UUID(hidden)))
        await app.parts.jobs.cancel(SYSTEM, job_id=JobId(UUID(theirs)))
        await news_of(staff, hidden, "cancelled")
        await news_of(client, theirs, "cancelled", never=hidden)


async def test_a_job_of_somebody_else_cannot_be_watched(app: Application) -> None:
    one, other = await app.person(), await app.person()
    job_id = str(await put(app, one))
    async with signed(app, other) as client:
        answer = await client.call("jobs.watch", {"id": job_id})
        assert answer["error"]["code"] == "not_found"


@pytest.mark.parametrize("alone", [False, True], ids=["all", "one job"])
async def test_whoever_is_of_the_staff_no_more_is_told_of_no_job_of_others_any_more(
    app: Application, alone: bool
) -> None:
    manager, admin = await app.person(Role.MANAGER), await app.person(Role.ADMIN)
    job_id = str(await put(app))
    async with signed(app, manager) as client, signed(app, admin) as witness:
        for one in (client, witness):
            assert "ok" in await one.call("jobs.watch", {"id": job_id} if alone else {})
        await app.parts.accounts.administration.set_roles(
            SYSTEM, manager.user.id, frozenset({Role.STUDENT})
        )
        await app.parts.jobs.cancel(SYSTEM, job_id=JobId(UUID(job_id)))
        await news_of(witness, job_id, "cancelled")
        await client.call("jobs.watch", {})  # what was told before this answer has come
        # That it was put may be told as late as that.
        assert "cancelled" not in {job["state"] for _, job in client.news}
