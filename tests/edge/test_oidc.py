"""Signing in with an account elsewhere, against the certified provider of npm."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import aiohttp
import pytest
from yarl import URL

from tests.support.accounts import PASSWORD
from tests.support.application import Application
from tests.support.provider import a_school
from vtp import settings
from vtp.actor import SYSTEM, Role


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


async def test_who_is_in_connects_an_account_elsewhere_after_a_question_and_a_proof(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    """Whatever email it has there; and what was shown by one person is connected by nobody else."""
    there = {"email": "other@else.test", "email_verified": False}
    async with (
        a_school(database_settings, tmp_path, there) as app,
        a_browser() as http,
        a_browser() as thief,
    ):
        noor, mei = await app.person(), await app.person(name="Mei Tan")
        mine = {"Cookie": f"vtp-session={noor.cookie}"}
        http.cookie_jar.update_cookies({"vtp-session": noor.cookie}, URL(app.url))
        status, url, text = await go(http, app.url + "/login/with/home?connect=true")
        assert (status, url) == (200, app.url + "/login/connect")
        assert "other@else.test" in text
        offered = next(c.value for c in http.cookie_jar if c.key == "vtp-connect")
        planted = {"vtp-session": mei.cookie, "vtp-connect": offered}
        thief.cookie_jar.update_cookies(planted, URL(app.url))
        for asked in (
            thief.get(app.url + "/login/connect", allow_redirects=False),
            thief.post(
                app.url + "/login/connect",
                data={"password": PASSWORD},
                headers={"Origin": app.url},
                allow_redirects=False,
            ),
        ):
            async with asked as answer:
                assert answer.headers["Location"] == "/profile?tab=sign-in"
        await forget_proofs(app)
        for password, expected in (("wrong", 422), (PASSWORD, 303)):
            async with http.post(
                app.url + "/login/connect",
                data={"password": password},
                headers={"Origin": app.url},
                allow_redirects=False,
            ) as answer:
                assert answer.status == expected
        _, found = await app.call("GET", "/api/v1/auth/identities", headers=mine)
        assert [(one["provider"], one["label"]) for one in found["items"]] == [
            ("Home", "other@else.test")
        ]
        assert found["providers"] == [{"name": "home", "title": "Home"}]
        _, found = await app.call("GET", "/api/v1/auth/identities", headers=mei.bearer)
        assert found["items"] == []
        async with a_browser() as later:
            await go(later, app.url + "/login/with/home")
            _, _, text = await go(later, app.url + "/profile")
            assert noor.user.email in text


async def test_an_account_with_nothing_else_stays_connected_until_it_has_a_password(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    async with a_school(database_settings, tmp_path, create=True) as app, a_browser() as http:
        await go(http, app.url + "/login/with/home")
        api, headers = app.url + "/api/v1/auth", {"Origin": app.url}
        async with http.get(f"{api}/identities") as answer:
            (one,) = (await answer.json())["items"]
        async with http.delete(f"{api}/identities/{one['id']}", headers=headers) as answer:
            assert (await answer.json())["code"] == "last_way_in"
        new = {"new": "quiet lantern over nine bridges"}
        async with http.post(f"{api}/password", json=new, headers=headers) as answer:
            assert answer.status == 204
        async with http.delete(f"{api}/identities/{one['id']}", headers=headers) as answer:
            assert answer.status == 204
        await app.sign_in_by_form("noor@school.test", new["new"])


async def forget_proofs(app: Application) -> None:
    async with app.parts.db.transaction() as tx:
        await tx.execute("update session set proved_at = proved_at - interval '1 day'")
