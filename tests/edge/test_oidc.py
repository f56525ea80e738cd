"""Signing in with an account elsewhere, against the certified provider of npm."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import aiohttp
import msgspec
import pytest

from tests.support.accounts import PASSWORD
from tests.support.application import Application, an_application, some_settings
from tests.support.processes import ROOT
from vtp import settings
from vtp.actor import SYSTEM, Role

_PEERS = ROOT / "bench" / "peers"
_PERSON = {"sub": "n-1", "email": "noor@school.test", "email_verified": True, "name": "Noor Haddad"}
SECRET = "a secret: of the tests & more"


@asynccontextmanager
async def a_provider(redirect: str, person: dict[str, Any]) -> AsyncIterator[str]:
    """Its issuer."""
    if shutil.which("node") is None or not (_PEERS / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("oidc-provider is not installed (make peers)")
    process = await asyncio.create_subprocess_exec(
        *("node", str(_PEERS / "oidc.mjs"), redirect, json.dumps(person)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def a_school(
    database: settings.Database, folder: Path, person: dict[str, Any] | None = None, **options: Any
) -> AsyncIterator[Application]:
    """Whose people have accounts at a provider called `home`."""
    chosen = some_settings(database, folder)
    redirect = f"http://localhost:{chosen.server.port}/login/with/home/back"
    async with a_provider(redirect, _PERSON | (person or {})) as issuer:
        home = settings.Provider(
            title="Home", issuer=issuer, client_id="vtp", client_secret=SECRET, **options
        )
        chosen = msgspec.structs.replace(chosen, oidc={"home": home})
        async with an_application(chosen) as app:
            app.url = app.url.replace("127.0.0.1", "localhost")
            yield app


@asynccontextmanager
async def a_browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield http


async def go(http: aiohttp.ClientSession, url: str) -> tuple[int, str, str]:
    async with http.get(url) as answer:
        return answer.status, str(answer.url), await answer.text()


async def answered(http: aiohttp.ClientSession, app: Application) -> str:
    """The address with which the provider sends the browser back, not yet followed."""
    url = app.url + "/login/with/home"
    for _ in range(10):
        async with http.get(url, allow_redirects=False) as answer:
            url = urljoin(str(answer.url), answer.headers["Location"])
        if "/back?" in url:
            return url
    raise AssertionError(url)


async def test_somebody_new_gets_an_account_and_the_same_one_again(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    options = {"create": True, "roles_claim": "groups", "roles": {"teachers": "instructor"}}
    person = {"groups": ["teachers", "choir"]}
    async with a_school(database_settings, tmp_path, person, **options) as app:
        for _ in range(2):
            async with a_browser() as http:
                status, url, _ = await go(http, app.url + "/login/with/home?next=/profile")
                assert (status, url) == (200, app.url + "/profile")
        (user,) = await app.parts.accounts.people.listed(
            SYSTEM, words="noor@school.test", after=None, limit=5
        )
        assert (user.name, list(user.roles)) == ("Noor Haddad", [Role.INSTRUCTOR])


@pytest.mark.slow
async def test_nobody_new_gets_in_where_the_school_adds_people_itself(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    async with a_school(database_settings, tmp_path) as app, a_browser() as http:
        status, _, text = await go(http, app.url + "/login/with/home")
        assert status == 403
        assert "There is no account here for you yet" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("person", "options", "said"),
    [
        ({"email_verified": False}, {}, "no email that was confirmed"),
        ({}, {"domains": ("other.test",)}, "no account here for you"),
    ],
)
async def test_an_email_that_is_not_confirmed_or_of_another_domain_opens_nothing(
    database_settings: settings.Database,
    tmp_path: Path,
    person: dict[str, Any],
    options: dict[str, Any],
    said: str,
) -> None:
    async with (
        a_school(database_settings, tmp_path, person, create=True, **options) as app,
        a_browser() as http,
    ):
        status, _, text = await go(http, app.url + "/login/with/home")
        assert status == 403
        assert said in text


async def test_an_account_with_the_same_email_is_connected_only_by_its_owner(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    async with a_school(database_settings, tmp_path, create=True) as app, a_browser() as http:
        await app.parts.accounts.sign_in.register(
            email="noor@school.test", name="Noor", password=PASSWORD, address="192.0.2.1"
        )
        status, _, text = await go(http, app.url + "/login/with/home")
        assert status == 409
        assert "Sign in to it once" in text
        form = {"email": "noor@school.test", "password": PASSWORD, "next": "/login/connect"}
        async with http.post(app.url + "/login", data=form, headers={"Origin": app.url}) as answer:
            assert "Connect Home?" in await answer.text()
        async with http.post(
            app.url + "/login/connect", data={}, headers={"Origin": app.url}
        ) as answer:
            assert answer.status == 200
        async with a_browser() as later:
            status, url, _ = await go(later, app.url + "/login/with/home?next=/profile")
            assert (status, url) == (200, app.url + "/profile")


async def test_an_answer_belongs_to_the_browser_that_asked_and_is_taken_once(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    async with a_school(database_settings, tmp_path, create=True) as app:
        async with a_browser() as http, a_browser() as other:
            back = await answered(http, app)
            status, _, _ = await go(other, back)
            assert status == 410
            status, _, _ = await go(http, back)
            assert status == 200
        async with a_browser() as http:
            back = await answered(http, app)
            state = parse_qs(urlsplit(back).query)["state"][0]
            assert (await go(http, back.replace("iss=http", "iss=https")))[0] == 403
            assert (await go(http, back))[0] == 410
            assert (await go(http, f"{app.url}/login/with/home/back?state={state}"))[0] == 410


@pytest.mark.slow
@pytest.mark.parametrize("to", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:1"])
async def test_it_leads_to_nobody_else(
    database_settings: settings.Database, tmp_path: Path, to: str
) -> None:
    async with (
        a_school(database_settings, tmp_path, create=True) as app,
        a_browser() as http,
        http.get(app.url + "/login/with/home", params={"next": to}) as answer,
    ):
        assert str(answer.url) == app.url + "/"
