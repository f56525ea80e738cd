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
        b"GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
async def test_what_is_not_http_gets_a_problem_and_the_door(port: int, raw: bytes) -> None:
    assert await refused(port, raw) == (400, "malformed")


_START = b"GET / HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        b"X: " + b"x" * 9000,
        b"X: " + b"x" * 70_000,
        b"x" * 9000 + b": x",
        b"\r\n".join(b"X-%d: y" % n for n in range(1000)),
    ],
    ids=["long", "very-long", "long-name", "many"],
)
async def test_headers_over_the_limit_are_told_as_that(port: int, headers: bytes) -> None:
    raw = _START + headers + b"\r\n\r\n"
    assert await refused(port, raw) == (431, "headers_too_large")


async def test_an_address_over_the_limit_is_told_as_that(port: int) -> None:
    raw = b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"
    assert await refused(port, raw) == (414, "address_too_long")


@pytest.mark.parametrize("path", [b"/", b"/nowhere"])
@pytest.mark.parametrize("expected", [b"miracles", b"100-continue, miracles", b""])
async def test_an_unknown_expectation_gets_a_problem(
    port: int, path: bytes, expected: bytes
) -> None:
    raw = b"POST " + path + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: "
    assert await refused(port, raw + expected + b"\r\n\r\n{}") == (417, "unknown_expectation")


async def test_who_waits_to_be_asked_for_a_body_is_asked(port: int) -> None:
    raw = b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n"
    said = await closed_after(port, raw + b"Connection: close\r\n\r\n", b"{}")
    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")


async def refused(port: int, raw: bytes) -> tuple[int, str]:
    """The status and the code of a problem, after which the connection is closed."""
    head, _, body = (await closed_after(port, raw)).partition(b"\r\n\r\n")
    assert b"aiohttp" not in head
    assert b"application/problem+json" in head
    told = json.loads(body)
    assert f"X-Request-ID: {told['request_id']}".encode() in head
    return int(head.split(b" ")[1]), told["code"]


def test_the_private_members_that_we_read_are_there() -> None:
    slots = {name for kind in Deadlines.__mro__ for name in getattr(kind, "__slots__", ())}
    assert {"_messages", "_current_request", "_payload_parser", "_close", "_force_close"} <= slots
