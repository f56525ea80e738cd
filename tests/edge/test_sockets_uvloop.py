"""On the loop and the transports that the server has: uvloop, plain and TLS."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import uvloop
from aiohttp import web

from tests.support.socket_app import ANN, QUICK, SAID, Said, Served, comes, served
from tests.support.socket_client import Client, connected, request, upgraded
from vtp.edge.sockets.channels import Sid, of_user
from vtp.serve.certificate import ensure

Scenario = Callable[[Served], Awaitable[None]]


async def talks_and_is_told(site: Served) -> None:
    async with connected(site.port, auth={"token": "ann"}) as ann:
        assert "ok" in await ann.call("test.echo", {"text": "a" * 60_000})
        await site.sockets.emit(SAID, Said("b" * 200_000), to=of_user(ANN.require_user()))
        assert (await ann.told())[1]["text"] == "b" * 200_000
        await site.sockets.close_user(ANN.require_user())
        assert (await ann.closed()).reason == "revoked"


async def leaves_by_halves_and_at_once(site: Served) -> None:
    for _ in range(20):
        client = await upgraded(site.port, Authorization="Bearer ann")
        await client.connect()
        client.abort()
    async with connected(site.port, auth={"token": "ann"}) as ann:
        ann.writer.write_eof()
        assert (await ann.closed()).status == 1006
    await asyncio.sleep(0.1)
    assert (site.sockets.count, site.noted.now) == (0, 0)


async def does_not_read(site: Served) -> None:
    slow = await upgraded(site.port, Authorization="Bearer ben")
    await slow.connect()
    slow.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it can be read from
    async with asyncio.timeout(20):
        while site.sockets.actor(Sid(slow.sid)) is not None:
            await site.sockets.emit(SAID, Said("a" * 50_000), to=Sid(slow.sid))
            await asyncio.sleep(0)
    assert await comes(site.closed_by, {"too_slow": 1})
    await slow.aclose()


async def answers_pings(site: Served) -> None:
    async with connected(site.port, auth={"token": "ann"}) as ann:
        while ann.pings < 3:
            await ann.call("test.write")
            await asyncio.sleep(0.06)
        ann.answering = False
        assert (await ann.closed()).reason == "ping_timeout"


async def is_drained(site: Served) -> None:
    async with connected(site.port, auth={"token": "ann"}) as ann:
        draining = asyncio.ensure_future(
            site.sockets.drain(reason="stop", retry_after=1.0, within=1.0)
        )
        assert (await ann.closed()).reason == "going"
        await draining


@pytest.mark.parametrize(
    "scenario",
    [talks_and_is_told, leaves_by_halves_and_at_once, does_not_read, answers_pings, is_drained],
)
def test_on_uvloop_a_client(scenario: Scenario) -> None:
    async def run() -> None:
        options = msgspec.structs.replace(QUICK, ping_interval=0.2, ping_timeout=0.5)
        async with served(options) as site:
            await scenario(site)

    uvloop.run(run())


@pytest.mark.parametrize("run", [uvloop.run, asyncio.run], ids=["uvloop", "asyncio"])
def test_over_tls_a_client_talks(run: Callable[..., None], tmp_path: Path) -> None:
    ensure(tmp_path, ["localhost", "127.0.0.1"], now=datetime.now(UTC))
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    inside.load_cert_chain(tmp_path / "lan.crt", tmp_path / "lan.key")
    outside = ssl.create_default_context(cafile=tmp_path / "lan.crt")
    outside.check_hostname = False
    run(over_tls(inside, outside))


async def over_tls(inside: ssl.SSLContext, outside: ssl.SSLContext) -> None:
    async with served() as site:
        listener = web.TCPSite(site.listener, "127.0.0.1", 0, ssl_context=inside)
        await listener.start()
        port = site.listener.addresses[-1][1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=outside)
        writer.write(request())
        await reader.readuntil(b"\r\n\r\n")
        client = Client(reader, writer)
        await client.text()
        await client.connect({"token": "ann"})
        assert "ok" in await client.call("test.echo", {"text": "a" * 60_000})
        await site.sockets.emit(SAID, Said("b" * 500_000), to=Sid(client.sid))
        assert len((await client.told())[1]["text"]) == 500_000
        await site.sockets.close_user(ANN.require_user())
        assert (await client.closed()).reason == "revoked"
