"""The record of what was done, over HTTP and as a page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from vtp import settings
from vtp.actor import Role
from vtp.app.archive import exporting
from vtp.audit.service.exporting import Export
from vtp.ids import JobId
from vtp.jobs.model import State


@pytest.fixture
async def school(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as application:
        yield application


def as_page(person: Person, school: Application) -> dict[str, str]:
    return {"Cookie": f"{school.by_cookie}={person.cookie}", "Origin": school.url}


async def test_admins_find_who_did_what_and_are_written_down_for_it(school: Application) -> None:
    admin = await school.person(Role.ADMIN, name="Amara Okafor")
    noor = await school.person(name="Noor Haddad")
    path = "/api/v1/audit?who=noor&noun=session&action=begun&limit=1"
    status, first = await school.call("GET", path, headers=admin.bearer)
    assert status == 200
    (row,) = first["items"]
    assert (row["actor_name"], row["noun"], row["action"]) == ("Noor Haddad", "session", "begun")
    status, second = await school.call(
        "GET", f"{path}&cursor={first['next']}", headers=admin.bearer
    )
    assert second["items"][0]["id"] < row["id"]
    status, looked = await school.call(
        "GET", "/api/v1/audit?noun=audit&action=searched", headers=admin.bearer
    )
    assert {one["actor_name"] for one in looked["items"]} == {"Amara Okafor"}
    status, own = await school.call("GET", "/api/v1/users/me/activity", headers=noor.bearer)
    assert {one["action"] for one in own["items"]} == {"begun", "registered"}


async def test_refusals_are_found_with_their_address(school: Application) -> None:
    admin = await school.person(Role.ADMIN)
    noor = await school.person()
    wrong = {"email": noor.user.email, "password": "not this one at all"}
    await school.call("POST", "/api/v1/auth/login", json=wrong)
    status, found = await school.call("GET", "/api/v1/audit?result=refused", headers=admin.bearer)
    assert status == 200
    (row,) = found["items"]
    assert (row["target_name"], row["actor_id"]) == (noor.user.name, None)
    assert row["address"] == "127.0.0.1"
    status, own = await school.call("GET", "/api/v1/users/me/activity", headers=noor.bearer)
    assert own["items"][0]["result"] == "refused"


async def test_an_export_is_made_by_a_job_and_fetched_for_a_day(school: Application) -> None:
    admin = await school.person(Role.ADMIN, name="=cmd|' /C calc'!A0")
    status, begun = await school.call(
        "POST",
        "/api/v1/audit/exports",
        headers=admin.bearer,
        json={"format": "csv", "noun": "user"},
    )
    assert status == 202
    job_id, path = JobId(UUID(begun["job_id"])), f"/api/v1/audit/exports/{begun['job_id']}"
    assert (await school.call("GET", path, headers=admin.bearer))[0] == 404
    parts = school.parts
    made = await exporting(parts).write(job_id, Export(format="csv", noun="user"))
    async with parts.db.transaction() as tx:
        await tx.execute(
            """
            update job set state = $2, result = $3::jsonb, finished_at = now() where id = $1
            """,
            job_id,
            State.SUCCEEDED.value,
            f'{{"format": "csv", "rows": {made.rows}}}',
        )
    status, text = await school.call("GET", path, headers=admin.bearer)
    assert status == 200
    lines = text.splitlines()
    assert lines[0].startswith("at,actor_id,via")
    assert len(lines) == 1 + made.rows


async def test_the_page_shows_rows_in_words(school: Application) -> None:
    admin = await school.person(Role.ADMIN, name="Amara <b>Okafor</b>")
    status, text = await school.call(
        "GET", "/admin/audit?who=amara&noun=session", headers=as_page(admin, school)
    )
    assert status == 200
    assert "signed in" in text
    assert "Amara &lt;b&gt;Okafor" in text
    status, text = await school.call(
        "GET", "/admin/audit?since=never&result=odd&cursor=", headers=as_page(admin, school)
    )
    assert status == 200
    status, text = await school.call("GET", "/profile?tab=activity", headers=as_page(admin, school))
    assert "signed in" in text
