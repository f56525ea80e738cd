"""The deadlines of a connection, on real sockets with short times."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from vtp.edge.server import Deadlines, Listener
from vtp.settings import Server

_OPTIONS = Server(header_timeout=0.2, response_timeout=0.3, keepalive_timeout=5, shutdown_timeout=1)
_MORE_THAN_BUFFERS = 64 * 1024 * 1024


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(_MORE_THAN_BUFFERS // 65536):
        await response.write(bytes(65536))
    return response


@pytest.fixture
async def port() -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_get("/", hello)
    app.router.add_get("/endless", endless)
    listener = Listener(app, _OPTIONS)
    await listener.setup()
    await web.TCPSite(listener, "127.0.0.1", 0).start()
    yield listener.addresses[0][1]
    await listener.cleanup()


async def closed_after(port: int, *pieces: bytes) -> bytes:
    """What the server said until it closed; fails the test when it never does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    async with asyncio.timeout(10):
        said = await reader.read()
    writer.close()
    await writer.wait_closed()
    return said


@pytest.mark.parametrize("start", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: a\r\n"])
async def test_headers_that_do_not_come_end_the_connection(port: int, start: bytes) -> None:
    assert await closed_after(port, start) == b""


async def test_a_second_request_must_come_whole_too(port: int) -> None:
    first = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    assert (await closed_after(port, first, b"GET / HT")).endswith(b"hello")


async def test_a_complete_request_keeps_its_connection(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        async with asyncio.timeout(5):
            assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(_OPTIONS.header_timeout * 1.5)
    writer.close()
    await writer.wait_closed()


async def test_a_client_that_does_not_read_is_cut_off(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
    await asyncio.sleep(_OPTIONS.response_timeout * 4)
    got = 0
    try:
        async with asyncio.timeout(10):
            while piece := await reader.read(1 << 20):
                got += len(piece)
    except ConnectionResetError:
        pass
    assert got < _MORE_THAN_BUFFERS
    writer.close()


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 9000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
async def test_what_is_not_http_gets_a_problem_and_the_door(port: int, raw: bytes) -> None:
    said = await closed_after(port, raw)
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == b"400"
    assert json.loads(body)["code"] == "malformed"
    assert b"aiohttp" not in head


def test_the_private_members_that_we_read_are_there() -> None:
    slots = {name for kind in Deadlines.__mro__ for name in getattr(kind, "__slots__", ())}
    assert {"_messages", "_current_request", "_payload_parser", "_close", "_force_close"} <= slots
