"""Who may stay: the CONNECT packet, and what comes instead of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from tests.support.edge import ORIGIN
from tests.support.socket_app import ANN, COOKIE, QUICK, Served, served
from tests.support.socket_client import ConnectError, connected, upgraded
from vtp.actor import Actor
from vtp.errors import Unavailable


@pytest.fixture
async def site() -> AsyncIterator[Served]:
    async with served() as made:
        yield made


async def refused(site: Served, auth: Any = None) -> dict[str, Any]:
    """What a CONNECT is answered with, having seen that the transport is closed after it."""
    client = await upgraded(site.port)
    with pytest.raises(ConnectError) as caught:
        await client.connect(auth)
    assert (await client.closed()).reason == "refused"
    assert str(caught.value) == caught.value.data["detail"]
    return caught.value.data


async def test_nobody_may_not_stay(site: Served) -> None:
    assert (await refused(site))["code"] == "unauthenticated"
    assert site.sockets.count == 0


async def test_a_token_in_connect_is_enough(site: Served) -> None:
    async with connected(site.port, auth={"token": "ann"}) as client:
        answer = await client.call("test.echo", {"text": "a"})
        assert answer == {"ok": {"text": "a", "by": str(ANN.user_id)}}
        assert site.sockets.count == 1
        assert site.noted.now == 1


async def test_a_token_in_connect_says_more_than_the_request_did(site: Served) -> None:
    """As with the headers of a request: what is sent is never quietly ignored."""
    async with connected(site.port, auth={"token": "ann"}, Authorization="Bearer ben") as client:
        assert (await client.call("test.echo", {"text": "a"}))["ok"]["by"] == str(ANN.user_id)


@pytest.mark.parametrize("token", ["no", "", "a" * 5000])
async def test_a_token_that_is_not_valid_is_refused(site: Served, token: str) -> None:
    assert (await refused(site, {"token": token}))["code"] == "bad_credentials"


@pytest.mark.parametrize("auth", [{"token": 7}, {"password": "x"}, {"token": "ann", "x": 1}])
async def test_other_words_are_refused_by_name(site: Served, auth: dict[str, Any]) -> None:
    told = await refused(site, auth)
    assert told["code"] == "invalid_input"
    assert told["fields"]


async def test_where_nobody_can_be_looked_up_it_says_so(site: Served) -> None:
    class Away:
        async def by_token(self, token: str) -> Actor | None:
            raise Unavailable(retry_after=3)

    site.people.by_token = Away().by_token  # type: ignore[method-assign]  # the database is away
    told = await refused(site, {"token": "ann"})
    assert (told["code"], told["retry_after"]) == ("unavailable", 3)


async def test_another_namespace_is_refused_and_the_first_goes_on(site: Served) -> None:
    async with connected(site.port, auth={"token": "ann"}) as client:
        with pytest.raises(ConnectError) as caught:
            await client.connect(namespace="/admin,")
        assert caught.value.data["code"] == "not_found"
        assert "ok" in await client.call("test.echo", {"text": "a"})
        client.packet("41/admin,")
        client.packet('42/admin,1["test.echo",{"text":"a"}]')
        assert (await client.closed()).reason == "bad_packet"


async def test_connecting_twice_ends_it(site: Served) -> None:
    async with connected(site.port, auth={"token": "ann"}) as client:
        client.packet("40")
        closed = await client.closed()
        assert (closed.status, closed.reason) == (1002, "bad_packet")


async def test_an_event_before_connect_ends_it(site: Served) -> None:
    client = await upgraded(site.port, Authorization="Bearer ann")
    client.send("test.echo", {"text": "a"})
    assert (await client.closed()).reason == "bad_packet"
    assert client.acks == {}


async def test_who_never_connects_is_closed_in_time() -> None:
    async with served(msgspec.structs.replace(QUICK, connect_timeout=0.1)) as site:
        silent = await upgraded(site.port)
        member = await upgraded(site.port, Cookie="vtp-session=crumb", Origin=ORIGIN)
        async with connected(site.port, auth={"token": "ann"}) as client:
            for waiting in (silent, member):
                closed = await waiting.closed()
                assert (closed.status, closed.reason) == (1008, "not_connected")
            assert "ok" in await client.call("test.echo", {"text": "a"})
        assert site.noted.closed_by["not_connected"] == 2


async def test_a_lookup_that_hangs_does_not_keep_it_open() -> None:
    async with served(msgspec.structs.replace(QUICK, connect_timeout=0.1)) as site:

        async def hang(token: str) -> Actor | None:
            await asyncio.sleep(60)
            return None

        site.people.by_token = hang  # type: ignore[method-assign]  # the database does not answer
        client = await upgraded(site.port)
        client.packet("40" + json.dumps({"token": "ann"}))
        assert (await client.closed()).reason in {"not_connected", "refused"}
        assert site.sockets.count == 0


async def test_one_user_has_so_many_sockets_and_no_more() -> None:
    ann = {"token": "ann"}
    async with (
        served(msgspec.structs.replace(QUICK, per_user=2)) as site,
        connected(site.port, auth=ann),
    ):
        async with connected(site.port, auth=ann), connected(site.port, auth={"token": "ben"}):
            assert (await refused(site, ann))["code"] == "limited"
            assert site.sockets.count == 3
        await asyncio.sleep(0.05)
        async with connected(site.port, auth=ann):
            assert site.sockets.count == 2


async def test_a_session_that_ends_between_upgrade_and_connect_opens_nothing(site: Served) -> None:
    client = await upgraded(site.port, Cookie="vtp-session=crumb", Origin=ORIGIN)
    assert COOKIE.credential_id is not None
    await site.sockets.close_credential(COOKIE.credential_id)
    closed = await client.closed()
    assert (closed.status, closed.reason) == (1008, "revoked")
    assert client.news[0][0] == "ended"


async def test_leaving_is_polite_by_packet_and_by_frame(site: Served) -> None:
    for goodbye in ("41", "1"):
        async with connected(site.port, auth={"token": "ann"}) as client:
            client.packet(goodbye)
            closed = await client.closed()
            assert (closed.status, closed.reason) == (1000, "left")
    async with connected(site.port, auth={"token": "ann"}) as client:
        client.frame(8, b"\x03\xe8")
        assert (await client.closed()).status == 1000
    async with connected(site.port, auth={"token": "ann"}) as client:
        client.frame(8, b"")
        assert (await client.closed()).status == 1000
    await asyncio.sleep(0.05)
    assert (site.noted.closed_by["left"], site.noted.now, site.sockets.count) == (4, 0, 0)
