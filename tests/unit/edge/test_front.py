"""What happens to every request, whatever its handler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from msgspec import Meta
from pytest_aiohttp.plugin import AiohttpClient

from tests.support.edge import HOST, ORIGIN, People, Seen, an_actor, an_app
from vtp import settings
from vtp.actor import Actor, Role, Via
from vtp.edge.paging import Page, Paged
from vtp.edge.problems import headers_of
from vtp.edge.routes import Deprecation, Routes
from vtp.edge.rules import anyone, only, signed_in
from vtp.errors import Conflict, Gone, Limited, NotFound, Problem, Unavailable

routes = Routes("things")


class Thing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=20, examples=["Algebra"])]
    size: Annotated[int, Meta(ge=0)] = 0


class Filter(Paged, frozen=True, kw_only=True):
    shade: str = ""


@routes.get("/api/v1/open", rule=anyone("things", "look"))
async def look(request: web.Request, query: Filter) -> Page[Thing]:
    """Look at things."""
    return Page([Thing(query.shade or "none")])


@routes.post("/api/v1/things", rule=signed_in("things", "make", writes=True), status=201)
async def make(request: web.Request, actor: Actor, body: Thing) -> Thing:
    """Make a thing."""
    return body


@routes.get("/api/v1/things/{thing_id}", rule=signed_in("things", "see"))
async def see(request: web.Request, thing_id: UUID) -> Thing:
    """See one."""
    return Thing(str(thing_id)[:8])


@routes.delete(
    "/api/v1/things/{thing_id}",
    rule=only(Role.ADMIN, noun="things", right="end", writes=True, keys=False),
    status=204,
)
async def end(request: web.Request, thing_id: UUID) -> None:
    """End one."""


@routes.get(
    "/api/v1/old",
    rule=anyone("things", "look_back"),
    deprecated=Deprecation(since=date(2026, 3, 12), ends=date(2026, 10, 1), instead="/api/v1/open"),
)
async def old(_request: web.Request) -> Thing:
    """What will go."""
    return Thing("old")


@routes.post("/sign", rule=anyone("things", "sign", writes=True))
async def sign(request: web.Request) -> Thing:
    """A form."""
    return Thing("signed")


@routes.get("/api/v1/raise/{kind}", rule=anyone("things", "raise"))
async def fail(request: web.Request, kind: str) -> None:
    """Fail."""
    known = {"conflict": Conflict, "gone": Gone, "limited": Limited, "away": Unavailable}
    raise known.get(kind, RuntimeError)("as asked")


PEOPLE = People(
    sessions={"s-student": an_actor(via=Via.SESSION)},
    tokens={"t-student": an_actor(), "t-admin": an_actor(Role.ADMIN)},
    keys={
        "k-read": an_actor(Role.ADMIN, via=Via.KEY, scopes={"things:read"}),
        "k-write": an_actor(Role.ADMIN, via=Via.KEY, scopes={"things:write"}),
    },
)
STUDENT = HOST | {"Authorization": "Bearer t-student"}
COOKIE = HOST | {"Cookie": "vtp-session=s-student"}
ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"


@pytest.fixture
async def client(aiohttp_client: AiohttpClient) -> TestClient[web.Request, web.Application]:
    return await aiohttp_client(an_app(routes, people=PEOPLE))


type_of = "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/nowhere", HOST, 404, "not_found"),
        ("PUT", "/api/v1/open", HOST, 405, "method_not_allowed"),
        ("TRACE", "/api/v1/open", HOST, 405, "method_not_allowed"),
        ("GET", "/api/v1/open", {"Host": "evil.test"}, 421, "unknown_host"),
        ("GET", "/api/v1/open?nonsense=1", HOST, 422, "invalid_input"),
        ("GET", "/api/v1/open?limit=0", HOST, 422, "invalid_input"),
        ("GET", "/api/v1/open?limit=1&limit=2", HOST, 422, "invalid_input"),
        ("GET", f"/api/v1/things/{ID}", HOST, 401, "unauthenticated"),
        ("GET", f"/api/v1/things/{ID}?x=1", STUDENT, 422, "invalid_input"),
        ("GET", "/api/v1/things/not-an-id", STUDENT, 404, "not_found"),
        ("GET", f"/api/v1/things/{ID}", HOST | {"Authorization": "Bearer no"}, 401, "bad_credentials"),
        ("GET", f"/api/v1/things/{ID}", HOST | {"Authorization": "Basic eA=="}, 401, "bad_credentials"),
        ("GET", f"/api/v1/things/{ID}", HOST | {"X-API-Key": "no"}, 401, "bad_credentials"),
        ("GET", f"/api/v1/things/{ID}", HOST | {"X-API-Key": "k-write"}, 403, "missing_scope"),
        ("DELETE", f"/api/v1/things/{ID}", STUDENT, 403, "forbidden"),
        ("DELETE", f"/api/v1/things/{ID}", HOST | {"X-API-Key": "k-write"}, 403, "not_with_a_key"),
        ("DELETE", f"/api/v1/things/{ID}", COOKIE, 403, "cross_origin"),
        ("DELETE", f"/api/v1/things/{ID}", COOKIE | {"Origin": "null"}, 403, "cross_origin"),
        ("DELETE", f"/api/v1/things/{ID}", COOKIE | {"Origin": "http://school.test.evil"}, 403, "cross_origin"),
        ("DELETE", f"/api/v1/things/{ID}", COOKIE | {"Origin": ORIGIN}, 403, "forbidden"),
        ("POST", "/sign", HOST, 403, "cross_origin"),
        ("GET", "/api/v1/raise/conflict", HOST, 409, "conflict"),
        ("GET", "/api/v1/raise/gone", HOST, 410, "gone"),
        ("GET", "/api/v1/raise/limited", HOST, 429, "limited"),
        ("GET", "/api/v1/raise/away", HOST, 503, "unavailable"),
        ("GET", "/api/v1/raise/bug", HOST, 500, "internal"),
    ],
)  # fmt: skip
async def test_what_is_refused_is_a_problem_with_a_code(
    client: TestClient[web.Request, web.Application],
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    answer = await client.request(method, path, headers=headers)
    body = await answer.json(content_type=type_of)
    assert (answer.status, body["code"], body["status"]) == (status, code, status)
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert ("Retry-After" in answer.headers) == (status in {429, 503})
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"Content-Type": "application/json"}, b'{"title": ""}', 422, "invalid_input"),
        ({"Content-Type": "application/json"}, b'{"title": "a", "more": 1}', 422, "invalid_input"),
        ({"Content-Type": "application/json"}, b"{}", 422, "invalid_input"),
        ({"Content-Type": "application/json"}, b"{", 400, "malformed"),
        ({"Content-Type": "application/json"}, b"\xff\xfe", 400, "malformed"),
        ({"Content-Type": "application/json"}, b"[" * 900, 422, "invalid_input"),
        ({"Content-Type": "application/json"}, b'{"title":"' + b"a" * 2000, 413, "too_large"),
        ({"Content-Type": "text/plain"}, b"{}", 415, "unsupported_media_type"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_with_its_field(
    client: TestClient[web.Request, web.Application],
    headers: dict[str, str],
    body: bytes,
    status: int,
    code: str,
) -> None:
    answer = await client.post("/api/v1/things", data=body, headers=STUDENT | headers)
    problem = await answer.json(content_type=type_of)
    assert (answer.status, problem["code"]) == (status, code)
    if status == 422:
        assert problem["fields"]


async def test_405_names_the_methods_that_exist(
    client: TestClient[web.Request, web.Application],
) -> None:
    answer = await client.put(f"/api/v1/things/{ID}", headers=HOST)
    assert answer.headers["Allow"] == "DELETE, GET, HEAD"


async def test_a_good_request_is_answered_and_observed(aiohttp_client: AiohttpClient) -> None:
    seen = Seen()
    client = await aiohttp_client(an_app(routes, people=PEOPLE, seen=seen))
    answer = await client.post("/api/v1/things", json={"title": "Algebra"}, headers=STUDENT)
    assert answer.status == 201
    assert await answer.json() == {"title": "Algebra", "size": 0}
    assert seen.began == 1
    assert seen.ended == [("POST", "/api/v1/things", 201)]
    assert seen.holds == ["/api/v1/things"]


async def test_a_request_id_is_taken_over_only_when_it_is_plain(
    client: TestClient[web.Request, web.Application],
) -> None:
    plain = await client.get("/api/v1/open", headers=HOST | {"X-Request-ID": "abc-12345678"})
    odd = await client.get("/api/v1/open", headers=HOST | {"X-Request-ID": "a b"})
    assert plain.headers["X-Request-ID"] == "abc-12345678"
    assert odd.headers["X-Request-ID"] != "a b"


async def test_an_answer_says_its_version_and_a_request_may_ask_for_one(
    client: TestClient[web.Request, web.Application],
) -> None:
    for asked in ({}, {"API-Version": "1"}, {"API-Version": "2, 1"}):
        answer = await client.get("/api/v1/open", headers=HOST | asked)
        assert (answer.status, answer.headers["API-Version"]) == (200, "1")
    refused = await client.post("/api/v1/things", headers=STUDENT | {"API-Version": "2"})
    said = await refused.json()
    assert (refused.status, refused.headers["API-Version"]) == (406, "1")
    assert (said["code"], said["versions"]) == ("no_common_version", ["1"])
    page = await client.post("/sign", headers=HOST | {"Origin": ORIGIN, "API-Version": "2"})
    assert page.status == 200
    assert "API-Version" not in page.headers


async def test_a_route_that_will_go_says_when_and_what_instead(
    client: TestClient[web.Request, web.Application],
) -> None:
    answer = await client.get("/api/v1/old", headers=HOST)
    assert answer.headers["Deprecation"] == "@1773273600"
    assert answer.headers["Sunset"] == "Thu, 01 Oct 2026 00:00:00 GMT"
    assert answer.headers["Link"] == '</api/v1/open>; rel="successor-version"'


async def test_too_many_requests_are_limited_by_person_and_by_address(
    aiohttp_client: AiohttpClient,
) -> None:
    few = settings.Limits(requests_per_minute=3, anonymous_per_minute=2)
    client = await aiohttp_client(an_app(routes, people=PEOPLE, limits=few))
    anonymous = [(await client.get("/api/v1/open", headers=HOST)).status for _ in range(3)]
    known = [(await client.get("/api/v1/open", headers=STUDENT)).status for _ in range(4)]
    assert anonymous == [200, 200, 429]
    assert known == [200, 200, 200, 429]


async def test_guessing_credentials_is_limited_by_address(aiohttp_client: AiohttpClient) -> None:
    few = settings.Limits(anonymous_per_minute=3)
    client = await aiohttp_client(an_app(routes, people=PEOPLE, limits=few))
    guesses = [HOST | {"X-API-Key": f"guess{n}"} for n in range(5)]
    got = [(await client.get("/api/v1/open", headers=guess)).status for guess in guesses]
    assert got == [401, 401, 401, 429, 429]


async def test_a_body_that_stands_still_is_given_up(aiohttp_client: AiohttpClient) -> None:
    client = await aiohttp_client(an_app(routes, people=PEOPLE, body_idle=0.01))

    async def drip() -> AsyncIterator[bytes]:

        yield b"{"
        await asyncio.sleep(0.5)
        yield b"}"

    headers = STUDENT | {"Content-Type": "application/json"}
    answer = await client.post("/api/v1/things", data=drip(), headers=headers)
    assert answer.status == 408


async def test_a_bug_says_nothing_of_itself(
    client: TestClient[web.Request, web.Application],
) -> None:
    answer = await client.get("/api/v1/raise/bug", headers=HOST)
    assert "as asked" not in await answer.text()


def test_an_error_kind_carries_its_sentence() -> None:
    assert NotFound.title() == "There is nothing here, or it is not for you."


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (Limited(retry_after=1.2), "2"),
        (Limited(retry_after=2.0), "2"),
        (Limited(retry_after=0.01), "1"),
        (Limited(retry_after=0.0), "1"),
        (Unavailable(), "1"),
        (Conflict(), None),
        (Conflict(retry_after=29.5), "30"),
    ],
)
def test_nobody_is_told_to_come_back_too_soon(problem: Problem, told: str | None) -> None:
    assert headers_of(problem).get("Retry-After") == told
