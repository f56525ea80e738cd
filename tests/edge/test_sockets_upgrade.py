"""Who may open a socket, and how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.support.edge import ORIGIN
from tests.support.socket_app import QUICK, Served, served
from tests.support.socket_client import (
    TEXT,
    Client,
    Refused,
    connected,
    masked,
    request,
    upgraded,
)

CRUMB = "vtp-session=crumb"


@pytest.fixture
async def site() -> AsyncIterator[Served]:
    async with served() as made:
        yield made


async def refusal(
    site: Served, query: str = "EIO=4&transport=websocket", **headers: str
) -> Refused:
    with pytest.raises(Refused) as caught:
        await upgraded(site.port, query, **headers)
    return caught.value


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("EIO=4&transport=polling", "websocket_only"),
        ("EIO=4&transport=polling&t=Pabc123&b64=1&j=0", "websocket_only"),
        ("EIO=4", "websocket_only"),
        ("EIO=3&transport=websocket", "wrong_protocol"),
        ("transport=websocket", "wrong_protocol"),
        ("EIO=4&transport=websocket&sid=zgCb9v4kPC4A", "no_such_socket"),
    ],
)
async def test_what_is_not_engine_io_4_over_websocket_is_a_typed_400(
    site: Served, query: str, code: str
) -> None:
    refused = await refusal(site, query)
    assert (refused.status, refused.problem["code"]) == (400, code)


@pytest.mark.parametrize(
    "headers",
    [
        {"Upgrade": ""},
        {"Upgrade": "h2c"},
        {"Connection": "keep-alive"},
        {"Sec_WebSocket_Version": "8"},
        {"Sec_WebSocket_Key": ""},
        {"Sec_WebSocket_Key": "short"},
        {"Sec_WebSocket_Key": "AAAA AAAAAAAAAAAAAAAAA=="},
    ],
    ids=str,
)
async def test_what_is_not_a_websocket_handshake_is_a_typed_400(
    site: Served, headers: dict[str, str]
) -> None:
    refused = await refusal(site, **headers)
    assert (refused.status, refused.problem["code"]) == (400, "websocket_only")


async def test_other_methods_are_not_taken(site: Served) -> None:
    url = f"http://127.0.0.1:{site.port}/socket.io/?EIO=4&transport=polling"
    async with aiohttp.ClientSession(headers={"Host": "school.test"}) as session:
        async with session.post(url, data="40") as answer:
            assert answer.status == 405
            assert answer.headers["Allow"] == "GET, HEAD"
        async with session.head(url.replace("polling", "websocket")) as answer:
            assert answer.status == 400


async def test_an_unknown_host_is_misdirected(site: Served) -> None:
    assert (await refusal(site, Host="evil.test")).status == 421


@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://evil.test", "https://school.test", f"{ORIGIN}:81", f"{ORIGIN}.evil.test"],
)
async def test_a_cookie_opens_only_for_a_page_of_ours(site: Served, origin: str) -> None:
    refused = await refusal(site, Cookie=CRUMB, Origin=origin)
    assert (refused.status, refused.problem["code"]) == (403, "cross_origin")


async def test_a_cookie_opens_for_a_page_of_ours(site: Served) -> None:
    async with connected(site.port, Cookie=CRUMB, Origin=ORIGIN) as client:
        assert "ok" in await client.call("test.echo", {"text": "a"})


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": "Bearer ann"}, {"X_API_Key": "key"}],
    ids=["token", "key"],
)
@pytest.mark.parametrize("origin", ["", "http://anywhere.test"])
async def test_a_token_or_a_key_opens_without_a_page(
    site: Served, headers: dict[str, str], origin: str
) -> None:
    async with connected(site.port, Origin=origin, **headers) as client:
        assert "ok" in await client.call("test.echo", {"text": "a"})


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer no"}, {"X_API_Key": "no"}], ids=str)
async def test_credentials_that_are_not_valid_are_refused_at_once(
    site: Served, headers: dict[str, str]
) -> None:
    refused = await refusal(site, **headers)
    assert (refused.status, refused.problem["code"]) == (401, "bad_credentials")


async def test_compression_is_never_spoken(site: Served) -> None:
    client = await upgraded(site.port, Sec_WebSocket_Extensions="permessage-deflate")
    await client.connect({"token": "ann"})
    assert "ok" in await client.call("test.echo", {"text": "a" * 1000})
    await client.aclose()


async def test_the_client_is_told_the_terms(site: Served) -> None:
    client = await upgraded(site.port)
    assert client.opening | {"sid": ""} == {
        "sid": "",
        "upgrades": [],
        "pingInterval": 25_000,
        "pingTimeout": 20_000,
        "maxPayload": 66_048,
    }
    await client.aclose()


async def test_what_comes_before_the_answer_is_not_lost(site: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    early = masked(TEXT, b'40{"token":"ann"}')
    writer.write(request() + early[:10])
    await asyncio.sleep(0.05)
    writer.write(early[10:])
    await reader.readuntil(b"\r\n\r\n")
    client = Client(reader, writer)
    assert (await client.text()).startswith("0{")
    assert (await client.text()).startswith("40{")
    assert "ok" in await client.call("test.echo", {"text": "a"})
    await client.aclose()


async def test_far_too_much_before_the_answer_ends_it(site: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(request() + b"\x81" * 200_000)
    async with asyncio.timeout(5):
        await reader.read()
    writer.close()
    async with connected(site.port, auth={"token": "ann"}) as client:
        assert "ok" in await client.call("test.echo", {"text": "a"})


async def test_after_the_upgrade_nothing_of_the_request_stays(site: Served) -> None:
    before = len(asyncio.all_tasks())
    async with (
        connected(site.port, Authorization="Bearer ann") as one,
        connected(site.port, Authorization="Bearer ben"),
    ):
        await one.call("test.echo", {"text": "a"})
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == before
        assert site.listener.server is not None
        assert site.listener.server.connections == []


async def test_strangers_at_one_address_are_few_and_members_are_not_kept_out() -> None:
    async with served() as site:
        most = QUICK.unauthenticated_per_address
        strangers = [await upgraded(site.port) for _ in range(most)]
        refused = await refusal(site)
        assert (refused.status, refused.problem["code"]) == (429, "limited")
        assert int(refused.headers["retry-after"]) > 0
        async with connected(site.port, Authorization="Bearer ann") as member:
            assert "ok" in await member.call("test.echo", {"text": "a"})
        elsewhere = await upgraded(
            site.port, X_Forwarded_For="10.0.0.1", Authorization="Bearer ben"
        )
        await elsewhere.aclose()
        await strangers[0].connect({"token": "ann"})  # it says who it is: a place is free
        again = await upgraded(site.port)
        assert (await refusal(site)).status == 429
        strangers[1].abort()
        await asyncio.sleep(0.05)
        more = await upgraded(site.port)
        for client in [*strangers, again, more]:
            await client.aclose()
