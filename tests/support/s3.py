"""Stores that speak S3: one that works (moto), and one that fails as it is told to."""

from __future__ import annotations

import asyncio
import hashlib
import io
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession, web
from moto.server import ThreadedMotoServer
from yarl import URL

from vtp.settings import Blob

KEYS: dict[str, Any] = {"s3_access_key": "tester", "s3_secret_key": "a-secret-of-the-tests"}
_REFUSALS = {
    "InternalError": 500,
    "SlowDown": 503,
    "AccessDenied": 403,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "BadDigest": 400,
}
_PAGE = "MOTO_S3_DEFAULT_MAX_KEYS"


@contextmanager
def moto() -> Iterator[str]:
    """The URL of a store in memory, in a thread of this process."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # Few objects make many pages.
    os.environ[_PAGE] = "50"
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        del os.environ[_PAGE]
        server.stop()
        if server._server:
            server._server.server_close()


async def a_bucket(endpoint: str) -> str:
    name = f"b{uuid4().hex}"
    async with ClientSession() as client, client.put(f"{endpoint}/{name}") as made:
        assert made.status == 200
    return name


def settings_of(endpoint: str, bucket: str, **more: Any) -> Blob:
    return Blob(url=f"s3://{bucket}/school", s3_endpoint=endpoint, **(KEYS | more))


@dataclass
class Faulty:
    """A store with one object, that answers `faults` first: one per request, then well.

    A fault is the code of a refusal, "hang", "lie" (a wrong checksum) or "cut" (half a body).
    """

    url: str = ""
    faults: list[str] = field(default_factory=list)
    # How an operation answers always: {"UploadPart": 500}.
    always: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    content: bytes = b""
    # What the object says of itself, where that is not true.
    sha256: str = ""
    # Set when it hangs.
    busy: asyncio.Event = field(default_factory=asyncio.Event)
    # Happens before each answer.
    before: Callable[[], object] = lambda: None
    stored: dict[str, bytes] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        operation = _operation(request)
        self.asked.append(operation)
        self.before()
        fault = self.always.get(operation) or (self.faults.pop(0) if self.faults else "")
        if fault == "hang":
            self.busy.set()
            await asyncio.sleep(3600)
        if fault in _REFUSALS:
            return _refusal(fault)
        if operation == "GetObject":
            return await self._get(request, cut=fault == "cut")
        return self._well(request, operation, body, lie=fault == "lie")

    def _well(
        self, request: web.Request, operation: str, body: bytes, *, lie: bool
    ) -> web.Response:
        told = request.headers.get("x-amz-checksum-sha256", "")
        headers = {"x-amz-checksum-sha256": "A" * 43 + "="} if lie else {}
        if operation in ("PutObject", "UploadPart"):
            self.stored[request.path_qs] = body
            etag = "0" * 32 if lie else hashlib.md5(body, usedforsecurity=False).hexdigest()
            headers = {"ETag": f'"{etag}"'} | (headers or {"x-amz-checksum-sha256": told})
            return web.Response(headers=headers)
        if operation == "CreateMultipartUpload":
            return _xml("<InitiateMultipartUploadResult><UploadId>u1</UploadId>"
                        "</InitiateMultipartUploadResult>")  # fmt: skip
        if operation == "CompleteMultipartUpload":
            said = f"<ChecksumSHA256>{'A' * 43}=-2</ChecksumSHA256>" if lie else ""
            return _xml(f"<CompleteMultipartUploadResult>{said}</CompleteMultipartUploadResult>")
        if operation == "HeadObject":
            return web.Response(headers=self._about() | {"Content-Length": str(len(self.content))})
        return web.Response(status=204)

    def _about(self) -> dict[str, str]:
        return {
            "Last-Modified": "Wed, 21 Oct 2026 07:28:00 GMT",
            "ETag": '"v1"',
            "x-amz-meta-sha256": self.sha256 or hashlib.sha256(self.content).hexdigest(),
        }

    async def _get(self, request: web.Request, *, cut: bool) -> web.StreamResponse:
        wanted = request.http_range
        data = self.content[wanted]
        at = wanted.start or 0
        partial = "Range" in request.headers
        headers = self._about() | {"Content-Length": str(len(data))}
        if partial:
            headers["Content-Range"] = f"bytes {at}-{at + len(data) - 1}/{len(self.content)}"
        response = web.StreamResponse(status=206 if partial else 200, headers=headers)
        await response.prepare(request)
        await response.write(data[: len(data) // 2] if cut else data)
        if cut and request.transport:
            await asyncio.sleep(0.05)
            request.transport.abort()
        return response


@dataclass
class Troubled:
    """In front of a store that works: `faults` first, one per request, else what that answers.

    A fault is the code of a refusal, "slow", "hang" (the request never arrives), "lost" (only its
    answer never comes), or "" for none.
    """

    behind: str
    client: ClientSession
    faults: list[str] = field(default_factory=list)
    # While it is set, every request.
    always: str = ""
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        fault = self.always or (self.faults.pop(0) if self.faults else "")
        if fault in _REFUSALS:
            await request.read()
            return _refusal(fault)
        if fault == "hang":
            await asyncio.sleep(3600)
        if fault == "slow":
            await asyncio.sleep(0.3)
        made = await self._passed_on(request)
        if fault == "lost":
            await asyncio.sleep(3600)
        return made

    async def _passed_on(self, request: web.Request) -> web.Response:
        leave_out = {"host", "content-length", "transfer-encoding", "expect"}
        sent = {k: v for k, v in request.headers.items() if k.lower() not in leave_out}
        url = URL(self.behind + request.raw_path, encoded=True)
        body = await request.read()
        async with self.client.request(
            request.method, url, headers=sent, data=io.BytesIO(body)
        ) as answer:
            data = await answer.read()
            kept = {k: v for k, v in answer.headers.items() if k.lower() not in _OF_THE_HOP}
            if request.method == "HEAD":
                kept["Content-Length"] = answer.headers.get("Content-Length", "0")
            return web.Response(status=answer.status, headers=kept, body=data)


_OF_THE_HOP = {"content-length", "transfer-encoding", "connection", "date", "server"}


@asynccontextmanager
async def troubled(endpoint: str) -> AsyncIterator[Troubled]:
    async with ClientSession(auto_decompress=False) as client:
        store = Troubled(endpoint, client)
        async with _served(store.answer) as url:
            store.url = url
            yield store


def _operation(request: web.Request) -> str:
    query, method = request.query, request.method
    if "uploads" in query:
        return "CreateMultipartUpload"
    if "uploadId" in query:
        return {"PUT": "UploadPart", "POST": "CompleteMultipartUpload"}.get(
            method, "AbortMultipartUpload"
        )
    return f"{method.capitalize()}Object"


def _refusal(code: str) -> web.Response:
    return _xml(f"<Error><Code>{code}</Code><Message>No</Message></Error>", status=_REFUSALS[code])


def _xml(text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="application/xml")


@asynccontextmanager
async def deaf() -> AsyncIterator[str]:
    """A store that takes connections and reads nothing from them."""
    held: list[asyncio.StreamWriter] = []

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(writer.transport, asyncio.Transport)
        writer.transport.pause_reading()
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0, limit=1024)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}"
        for writer in held:
            writer.transport.abort()


@asynccontextmanager
async def faulty(*faults: str, **always: str) -> AsyncIterator[Faulty]:
    store = Faulty(faults=list(faults), always=always)
    async with _served(store.answer) as url:
        store.url = url
        yield store


@asynccontextmanager
async def _served(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[str]:
    app = web.Application(client_max_size=1 << 26)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
