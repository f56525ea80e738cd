"""The first page, in the whole application."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from vtp import settings
from vtp.accounts.model import ForgetPicture
from vtp.actor import Role
from vtp.ids import uuid7

_FIGURE = re.compile(r'href="/admin/jobs\?state=(\w+)"><strong>(\d+)</strong>')


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as running:
        yield running


async def home(app: Application, person: Person) -> str:
    cookie = {"Cookie": f"{app.by_cookie}={person.cookie}"}
    status, page = await app.call("GET", "/", headers=cookie)
    assert status == 200
    return str(page)


async def test_an_administrator_sees_how_many_jobs_wait_run_and_failed(app: Application) -> None:
    async with app.parts.db.transaction() as tx:
        for _ in range(2):
            await app.parts.jobs.enqueue(tx, ForgetPicture(uuid7()), subject="trial:wait")
        await app.parts.jobs.enqueue(tx, ForgetPicture(uuid7()), subject="trial:failed")
        await tx.execute(
            "update job set state = 'failed', finished_at = now() where subject = 'trial:failed'"
        )
    page = await home(app, await app.person(Role.ADMIN))
    assert _FIGURE.findall(page) == [("queued", "2"), ("running", "0"), ("failed", "1")]


async def test_others_see_nothing_of_the_system(app: Application) -> None:
    page = await home(app, await app.person())
    assert _FIGURE.findall(page) == []
    assert 'id="system"' not in page


@pytest.mark.parametrize("path", ["/", "/login", "/register", "/profile", "/admin/jobs"])
async def test_a_page_does_not_mind_what_others_add_to_its_address(
    app: Application, path: str
) -> None:
    """Mail and chat services mark the links that they pass on."""
    cookie = {"Cookie": f"{app.by_cookie}={(await app.person(Role.ADMIN)).cookie}"}
    for headers in (cookie, {}):
        plain = (await app.call("GET", path, headers=headers))[0]
        marked = (await app.call("GET", f"{path}?fbclid=a&tab=keys&fbclid=b", headers=headers))[0]
        assert plain == marked
        assert plain in (200, 303)


async def test_a_form_from_elsewhere_is_told_why_nothing_was_done(app: Application) -> None:
    status, page = await app.call(
        "POST", "/login", data={"email": "a", "password": "b"}, headers={"Origin": "null"}
    )
    assert status == 403
    assert "did not come from a page of this address" in page
    assert "for your role" not in page
