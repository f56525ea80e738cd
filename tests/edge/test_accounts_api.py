"""Accounts over HTTP, as programs use them."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.accounts import PASSWORD
from tests.support.application import Application, Person, an_application, some_settings
from vtp import settings
from vtp.accounts.service.pictures import picture_key
from vtp.actor import SYSTEM, Role
from vtp.ids import uuid7

NEW = "quiet lantern over nine bridges"


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as running:
        yield running


async def sign_in(app: Application, email: str, password: str = PASSWORD) -> dict[str, Any]:
    status, tokens = await app.call(
        "POST", "/api/v1/auth/login", json={"email": email, "password": password}
    )
    assert status == 200, tokens
    found: dict[str, Any] = tokens
    return found


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


# --- from registering to signing out ----------------------------------------------------------
async def test_register_sign_in_change_and_sign_out(app: Application) -> None:
    body = {
        "email": "mei@school.test",
        "name": "Mei Tanaka",
        "password": PASSWORD,
        "time_zone": "Asia/Tokyo",
    }
    status, user = await app.call("POST", "/api/v1/auth/register", json=body)
    assert (status, user["roles"], user["time_zone"]) == (201, ["student"], "Asia/Tokyo")
    tokens = await sign_in(app, "mei@school.test")
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    status, me = await app.call("GET", "/api/v1/users/me", headers=bearer(tokens))
    assert (status, me) == (200, user)
    status, me = await app.call(
        "PATCH", "/api/v1/users/me", headers=bearer(tokens), json={"theme": "dark"}
    )
    assert (status, me["theme"], me["name"]) == (200, "dark", "Mei Tanaka")
    status, _ = await app.call("POST", "/api/v1/auth/logout", headers=bearer(tokens))
    assert status == 204
    status, problem = await app.call("GET", "/api/v1/users/me", headers=bearer(tokens))
    assert (status, problem["code"]) == (401, "bad_credentials")
    status, problem = await refresh(app, tokens)
    assert (status, problem["code"]) == (401, "bad_refresh_token")


async def refresh(app: Application, tokens: dict[str, Any]) -> tuple[int, Any]:
    return await app.call(
        "POST", "/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}
    )


async def test_signing_in_as_a_program_sets_no_cookie(app: Application) -> None:
    person = await app.person()
    async with app.http.post(
        f"{app.url}/api/v1/auth/login", json={"email": person.user.email, "password": PASSWORD}
    ) as answer:
        assert answer.status == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


async def test_what_is_wrong_has_a_code_and_a_sentence(app: Application) -> None:
    await app.call(
        "POST",
        "/api/v1/auth/register",
        json={"email": "mei@school.test", "name": "Mei", "password": PASSWORD},
    )
    for body, status, code, fields in (
        ({"password": "password1"}, 422, "weak_password", {"password"}),
        ({"email": "MEI@school.test"}, 409, "email_taken", {"email"}),
        ({"email": "nobody"}, 422, "invalid_input", {"email"}),
        ({"name": "  "}, 422, "invalid_input", {"name"}),
        ({"time_zone": "Mars/Base"}, 422, "invalid_input", {"time_zone"}),
        ({"password": "é" * 600}, 422, "password_too_long", {"password"}),
        ({"roles": ["admin"]}, 422, "invalid_input", {"roles"}),
    ):
        sent = {"email": "a@school.test", "name": "Ada", "password": PASSWORD} | body
        got, problem = await app.call("POST", "/api/v1/auth/register", json=sent)
        assert (got, problem["code"]) == (status, code), problem
        assert set(problem["fields"]) == fields


async def test_wrong_guesses_are_told_to_wait(app: Application) -> None:
    person = await app.person()
    sent = {"email": person.user.email, "password": "not it"}
    answers = []
    for _ in range(8):
        async with app.http.post(f"{app.url}/api/v1/auth/login", json=sent) as answer:
            problem = await answer.json(content_type=None)
            answers.append((answer.status, problem["code"], "Retry-After" in answer.headers))
    assert answers[:3] == [(401, "wrong_credentials", False)] * 3
    assert answers[3:] == [(429, "too_many_attempts", True)] * 5
    # And whoever is signed in notices nothing.
    assert (await app.call("GET", "/api/v1/users/me", headers=person.bearer))[0] == 200


# --- tokens -----------------------------------------------------------------------------------
async def test_a_refresh_token_that_is_used_again_later_ends_the_sign_in(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    chosen = some_settings(
        database_settings, tmp_path, auth=settings.Auth(bcrypt_cost=4, refresh_grace=0.0)
    )
    async with an_application(chosen) as app:
        person = await app.person()
        first = {"refresh_token": person.refresh_token}
        status, second = await refresh(app, first)
        assert status == 200
        status, problem = await refresh(app, first)
        assert (status, problem["code"]) == (401, "refresh_token_reused")
        assert (await refresh(app, second))[0] == 401
        assert (await app.call("GET", "/api/v1/users/me", headers=bearer(second)))[0] == 401


async def test_no_token_is_taken_for_another(app: Application) -> None:
    """Each kind that there is, in each place where one is expected."""
    link = await app.parts.accounts.first_admin.link()
    assert link
    person = await app.person()
    _, made = await app.call("POST", "/api/v1/keys", headers=person.bearer, json={"name": "k"})
    device = app.parts.accounts.sign_in._browsers._marks.device(person.user.id, random=b"r" * 16)
    held = {
        "session": person.cookie,
        "access": person.access_token,
        "refresh": person.refresh_token,
        "key": made["key"],
        "device": device,
        "setup": link.partition("token=")[2],
        "id": str(person.user.id),
        "nothing": "",
    }
    opened = {
        (kind, place)
        for kind, token in held.items()
        for place in ("session", "access", "key", "refresh")
        if await is_let_in(app, place, token)
    }
    assert opened == {(kind, kind) for kind in ("session", "access", "key", "refresh")}


async def is_let_in(app: Application, place: str, token: str) -> bool:
    if place == "refresh":
        return (await refresh(app, {"refresh_token": token}))[0] == 200
    headers = {
        "session": {"Cookie": f"{app.by_cookie}={token}"},
        "access": {"Authorization": f"Bearer {token}"},
        "key": {"X-API-Key": token},
    }[place]
    return (await app.call("GET", "/api/v1/users/me", headers=headers))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer \u00e9"},
        {"Authorization": "Basic YTpi"},
        {"X-API-Key": "vtp_" + "\u00e9" * 43},
        {"X-API-Key": "vtp_" + "A" * 43},
        {"X-API-Key": "x" * 8000},
        {"Cookie": "vtp-session=\u00e9\u00e9"},
        {"Cookie": "vtp-session=" + "A" * 43},
        {"Cookie": 'vtp-session="a\\073b"; vtp-device=\u00e9'},
    ],
)
async def test_odd_credentials_are_no_credentials(
    app: Application, headers: dict[str, str]
) -> None:
    assert (await app.call("GET", "/api/v1/users/me", headers=headers))[0] == 401


async def test_an_odd_agent_can_sign_in(app: Application) -> None:
    person = await app.person()
    sent = {"email": person.user.email, "password": PASSWORD}
    status, tokens = await app.call(
        "POST", "/api/v1/auth/login", json=sent, headers={"User-Agent": "caf\udce9 \u2028 x" * 50}
    )
    assert status == 200
    _, listed = await app.call("GET", "/api/v1/auth/sessions", headers=bearer(tokens))
    assert listed["items"][0]["agent"] == "caf"


# --- sessions ---------------------------------------------------------------------------------
async def test_one_sees_where_one_is_signed_in_and_ends_it(app: Application) -> None:
    person, other = await app.person(), await app.person()
    _, listed = await app.call("GET", "/api/v1/auth/sessions", headers=person.bearer)
    assert listed["next"] is None
    by_kind = {session["kind"]: session for session in listed["items"]}
    assert by_kind["browser"]["agent"] == "Firefox on Linux"
    assert (by_kind["browser"]["current"], by_kind["client"]["current"]) == (False, True)
    path = f"/api/v1/auth/sessions/{by_kind['browser']['id']}"
    assert (await app.call("DELETE", path, headers=other.bearer))[0] == 404
    assert (await app.call("DELETE", path, headers=person.bearer))[0] == 204
    assert (await app.call("DELETE", path, headers=person.bearer))[0] == 404
    cookie = {"Cookie": f"{app.by_cookie}={person.cookie}"}
    assert (await app.call("GET", "/api/v1/users/me", headers=cookie))[0] == 401


async def test_ending_all_others_leaves_this_one(app: Application) -> None:
    person = await app.person()
    for _ in range(3):
        await sign_in(app, person.user.email)
    first = await app.call("GET", "/api/v1/auth/sessions?limit=2", headers=person.bearer)
    rest = await app.call(
        "GET", f"/api/v1/auth/sessions?cursor={first[1]['next']}", headers=person.bearer
    )
    assert len(first[1]["items"] + rest[1]["items"]) == 5
    assert (await app.call("DELETE", "/api/v1/auth/sessions", headers=person.bearer))[0] == 204
    _, left = await app.call("GET", "/api/v1/auth/sessions", headers=person.bearer)
    assert [session["current"] for session in left["items"]] == [True]


async def test_a_new_password_ends_every_other_sign_in(app: Application) -> None:
    person = await app.person()
    other = await sign_in(app, person.user.email)
    for body, status, code in (
        ({"current": "not it", "new": NEW}, 422, "wrong_password"),
        ({"current": PASSWORD, "new": "short"}, 422, "weak_password"),
    ):
        got = await app.call("POST", "/api/v1/auth/password", headers=person.bearer, json=body)
        assert (got[0], got[1]["code"]) == (status, code)
    body = {"current": PASSWORD, "new": NEW}
    status, _ = await app.call("POST", "/api/v1/auth/password", headers=person.bearer, json=body)
    assert status == 204
    assert (await app.call("GET", "/api/v1/users/me", headers=bearer(other)))[0] == 401
    assert (await app.call("GET", "/api/v1/users/me", headers=person.bearer))[0] == 200
    await sign_in(app, person.user.email, NEW)


async def test_the_form_says_when_to_come_back_too(app: Application) -> None:
    person = await app.person()
    wrong = {"email": person.user.email, "password": "not this one"}
    for _ in range(10):
        async with app.http.post(
            app.url + "/login", data=wrong, headers={"Origin": app.url}
        ) as answer:
            if answer.status != 401:
                break
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) >= 1


async def test_a_new_password_is_judged_while_it_is_typed(app: Application) -> None:
    path = "/api/v1/auth/password/strength"
    person = await app.person(name="Violet Harbour")

    async def judged(password: str, headers: dict[str, str] | None = None, **about: str) -> Any:
        body = {"password": password, **about}
        status, found = await app.call("POST", path, headers=headers, json=body)
        assert status == 200
        return found["score"], found["enough"]

    assert await judged("a") == (0, False)
    assert (await judged("password1"))[1] is False
    assert await judged(NEW) == (4, True)
    assert (await judged("violetharbour"))[1] is True
    # What others know of a person is guessed first: as they say, or as we know them.
    assert (await judged("violetharbour", name="Violet Harbour"))[1] is False
    assert (await judged("violetharbour", person.bearer))[1] is False
    assert (await app.call("POST", path, json={"password": "é" * 600}))[0] == 422


async def test_only_so_many_passwords_are_judged_from_one_address(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    limits = settings.Limits(judged_passwords_per_minute=2)
    async with an_application(some_settings(database_settings, tmp_path, limits=limits)) as app:
        path, body = "/api/v1/auth/password/strength", {"password": NEW}
        assert [(await app.call("POST", path, json=body))[0] for _ in range(3)] == [200, 200, 429]


# --- keys -------------------------------------------------------------------------------------
async def test_a_key_does_what_its_scopes_say(app: Application) -> None:
    person = await app.person()
    ends = (datetime.now(UTC) + timedelta(days=90)).isoformat()
    status, made = await app.call(
        "POST",
        "/api/v1/keys",
        headers=person.bearer,
        json={"name": "Timetable", "scopes": ["users:read"], "expires_at": ends},
    )
    assert status == 201
    key = {"X-API-Key": made["key"]}
    assert (await app.call("GET", "/api/v1/users/me", headers=key))[0] == 200
    for method, path, code in (
        ("PATCH", "/api/v1/users/me", "missing_scope"),
        ("GET", "/api/v1/keys", "not_with_a_key"),
        ("POST", "/api/v1/keys", "not_with_a_key"),
        ("POST", "/api/v1/auth/password", "not_with_a_key"),
        ("GET", "/api/v1/auth/sessions", "not_with_a_key"),
    ):
        status, problem = await app.call(method, path, headers=key)
        assert (status, problem["code"]) == (403, code)
    _, listed = await app.call("GET", "/api/v1/keys", headers=person.bearer)
    assert listed["items"][0] | {"key": made["key"], "last_used_at": None} == made
    assert listed["items"][0]["last_used_at"] is not None
    path = f"/api/v1/keys/{made['id']}"
    assert (await app.call("DELETE", path, headers=(await app.person()).bearer))[0] == 404
    assert (await app.call("DELETE", path, headers=person.bearer))[0] == 204
    assert (await app.call("GET", "/api/v1/users/me", headers=key))[0] == 401


async def test_a_key_that_may_write_users_makes_nobody_an_admin(app: Application) -> None:
    admin, accomplice = await app.person(Role.ADMIN), await app.person()
    path, roles = f"/api/v1/users/{accomplice.user.id}", {"roles": ["admin"]}
    for scope, wanted in (("users:write", 403), ("roles:write", 200)):
        status, made = await app.call(
            "POST",
            "/api/v1/keys",
            headers=admin.bearer,
            json={"name": "Pictures", "scopes": [scope]},
        )
        assert status == 201
        key = {"X-API-Key": made["key"]}
        assert (await app.call("PATCH", path, headers=key, json=roles))[0] == wanted


@pytest.mark.parametrize(
    "body",
    [
        {"name": "k", "scopes": []},
        {"name": "k", "scopes": ["everything"]},
        {"name": "k", "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "k", "expires_at": "2035-01-01T00:00:00"},
        {"name": "k", "expires_at": "9999-12-31T23:59:59-14:00"},
        {"name": "k", "expires_at": "0001-01-01T00:00:00+14:00"},
        {"name": ""},
        {"name": "a\u0000b"},
        {},
    ],
)
async def test_keys_that_cannot_be_are_refused(app: Application, body: dict[str, Any]) -> None:
    person = await app.person()
    status, _ = await app.call("POST", "/api/v1/keys", headers=person.bearer, json=body)
    assert status == 422


# --- people -----------------------------------------------------------------------------------
async def test_admins_look_after_people(app: Application) -> None:
    admin = await app.person(Role.ADMIN, name="Amara Okafor")
    people = [await app.person(name=name) for name in ("Ines Carvalho", "Omar Haddad", "Zoe")]
    first = await app.call("GET", "/api/v1/users?limit=2", headers=admin.bearer)
    rest = await app.call(
        "GET", f"/api/v1/users?limit=2&cursor={first[1]['next']}", headers=admin.bearer
    )
    names = [user["name"] for user in first[1]["items"] + rest[1]["items"]]
    assert names == ["Amara Okafor", "Ines Carvalho", "Omar Haddad", "Zoe"]
    _, found = await app.call("GET", "/api/v1/users?q=haddad", headers=admin.bearer)
    assert [user["name"] for user in found["items"]] == ["Omar Haddad"]
    path = f"/api/v1/users/{people[0].user.id}"
    status, changed = await app.call(
        "PATCH", path, headers=admin.bearer, json={"roles": ["instructor", "editor"]}
    )
    assert (status, changed["roles"]) == (200, ["editor", "instructor"])
    assert (await app.call("GET", path, headers=people[1].bearer))[0] == 404
    assert (await app.call("GET", path, headers=people[0].bearer))[1] == changed


async def test_where_no_mail_is_sent_an_admin_gives_the_first_password(app: Application) -> None:
    admin = await app.person(Role.ADMIN)
    headers = {"Cookie": f"{app.by_cookie}={admin.cookie}", "Origin": app.url}
    given = {"email": "sam@school.test", "name": "", "role:instructor": "on", "password": "sam2026"}
    status, text = await app.call("POST", "/admin/people", headers=headers, data=given)
    assert status == 422
    assert "sam2026" not in text
    given["password"] = PASSWORD
    assert (await app.call("POST", "/admin/people", headers=headers, data=given))[0] == 303
    assert (await app.call("POST", "/admin/people", headers=headers, data=given))[0] == 409
    tokens = await sign_in(app, "sam@school.test")
    _, sam = await app.call("GET", "/api/v1/users/me", headers=bearer(tokens))
    assert (sam["name"], sam["roles"]) == ("sam", ["instructor"])


async def test_the_last_admin_cannot_leave(app: Application) -> None:
    admin = await app.person(Role.ADMIN)
    status, problem = await app.call(
        "PATCH",
        f"/api/v1/users/{admin.user.id}",
        headers=admin.bearer,
        json={"roles": ["student"]},
    )
    assert (status, problem["code"]) == (409, "last_admin")


def cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=" + "x" * 101,
        "limit=0",
        "limit=201",
        "cursor=!",
        "cursor=" + cursor(["a\x00b", "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"]),
        "cursor=" + cursor(["a", "b"]),
        "cursor=" + cursor("01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"),
        "cursor=" + cursor({}),
        "cursor=" + cursor([[[[]]]]),
        "who=me",
        "q=a&q=b",
    ],
)
async def test_a_list_that_cannot_be_is_refused(app: Application, query: str) -> None:
    admin = await app.person(Role.ADMIN)
    assert (await app.call("GET", f"/api/v1/users?{query}", headers=admin.bearer))[0] == 422


async def test_changes_of_oneself_at_once_all_happen(app: Application) -> None:
    person = await app.person()
    changes = [{"name": "Noor H"}, {"theme": "dark"}, {"time_zone": "Africa/Cairo"}]
    changes.append({"language": "en"})
    await asyncio.gather(
        *(
            app.call("PATCH", "/api/v1/users/me", headers=person.bearer, json=change)
            for change in changes
        )
    )
    _, me = await app.call("GET", "/api/v1/users/me", headers=person.bearer)
    assert (me["name"], me["theme"], me["time_zone"]) == ("Noor H", "dark", "Africa/Cairo")
    unknown = {"language": "xx"}
    status, _ = await app.call("PATCH", "/api/v1/users/me", headers=person.bearer, json=unknown)
    assert (status, me["language"]) == (422, "en")


# --- pictures ---------------------------------------------------------------------------------
async def test_an_upload_is_put_aside_for_a_job(app: Application) -> None:
    person = await app.person()
    status, accepted = await app.call(
        "PUT",
        "/api/v1/users/me/picture",
        headers=person.bearer | {"Content-Type": "image/png"},
        data=b"\x89PNG",
    )
    assert status == 202
    status, job = await app.call("GET", f"/api/v1/jobs/{accepted['job_id']}", headers=person.bearer)
    assert (status, job["kind"], job["state"]) == (200, "accounts.picture", "queued")
    stranger = await app.person()
    status, _ = await app.call("GET", f"/api/v1/jobs/{accepted['job_id']}", headers=stranger.bearer)
    assert status == 404


async def test_pictures_are_taken_so_many_times_an_hour_from_each_person(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    few = some_settings(database_settings, tmp_path, limits=settings.Limits(pictures_per_hour=2))
    async with an_application(few) as app:
        eager, other = await app.person(), await app.person()
        assert [await sent_picture(app, eager) for _ in range(3)] == [
            (202, None),
            (202, None),
            (429, "too_many_pictures"),
        ]
        assert await sent_picture(app, other) == (202, None)


async def sent_picture(app: Application, person: Person) -> tuple[int, str | None]:
    sent = person.bearer | {"Content-Type": "image/png"}
    status, body = await app.call("PUT", "/api/v1/users/me/picture", headers=sent, data=b"png")
    return status, body.get("code")


@pytest.mark.parametrize(
    ("content_type", "size", "status"),
    [("image/svg+xml", 10, 415), ("text/html", 10, 415), ("image/png", 12 * 1024 * 1024 + 1, 413)],
)
async def test_other_files_are_not_taken(
    app: Application, content_type: str, size: int, status: int
) -> None:
    person = await app.person()
    sent = {"Content-Type": content_type} | person.bearer
    try:
        got, _ = await app.call(
            "PUT", "/api/v1/users/me/picture", headers=sent, data=io.BytesIO(b"x" * size)
        )
    except aiohttp.ClientConnectionError:  # refused before all of it was sent
        got = 413
    assert got == status


async def test_a_picture_is_kept_by_browsers_under_its_version(app: Application) -> None:
    person = await with_picture(app)
    viewer = await app.person()
    _, shown = await app.call("GET", "/api/v1/users/me", headers=person.bearer)
    async with app.http.get(app.url + shown["picture_url"], headers=viewer.bearer) as answer:
        assert (answer.status, answer.content_type) == (200, "image/webp")
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert await answer.read() == b"96 pixels"
        etag = answer.headers["ETag"]
    path = f"/api/v1/users/{person.user.id}/picture"
    async with app.http.get(f"{app.url}{path}?size=512", headers=viewer.bearer) as answer:
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert await answer.read() == b"512 pixels"
    again = viewer.bearer | {"If-None-Match": etag}
    assert (await app.call("GET", path, headers=again))[0] == 304
    assert (await app.call("GET", path))[0] == 401
    assert (await app.call("GET", f"{path}?size=97", headers=viewer.bearer))[0] == 422
    removed = await app.call("DELETE", "/api/v1/users/me/picture", headers=person.bearer)
    assert removed[0] == 204
    status, problem = await app.call("GET", path, headers=viewer.bearer)
    assert (status, problem["code"]) == (404, "no_picture")


async def with_picture(app: Application) -> Person:
    """As if the job had run: two blobs, and their id with the person."""
    person, picture_id = await app.person(), uuid7()
    for side in (96, 512):
        await app.parts.blobs.put(picture_key(picture_id, side), f"{side} pixels".encode())
    async with app.parts.db.transaction() as tx:
        await tx.execute(
            "update app_user set picture_id = $2 where id = $1", person.user.id, picture_id
        )
    return person


# --- ending what is open ----------------------------------------------------------------------
async def test_a_disabled_person_is_out_at_once(app: Application) -> None:
    person = await app.person()
    assert (await app.call("GET", "/api/v1/users/me", headers=person.bearer))[0] == 200
    await app.parts.accounts.administration.set_disabled(SYSTEM, person.user.id, disabled=True)
    assert (await app.call("GET", "/api/v1/users/me", headers=person.bearer))[0] == 401
