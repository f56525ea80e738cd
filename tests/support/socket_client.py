"""A Socket.IO client written from the protocol alone: it can also say what no client should."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_QUERY = "EIO=4&transport=websocket"


@dataclass
class Refused(Exception):
    """The upgrade was answered with something else than 101."""

    status: int
    headers: Mapping[str, str]
    problem: Mapping[str, Any]


class ConnectError(Exception):
    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer["message"])
        self.data: dict[str, Any] = answer["data"]


@dataclass
class Closed(Exception):
    status: int  # 1006 when no close frame came
    reason: str


@dataclass
class Client:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    opening: dict[str, Any] = field(default_factory=dict)
    sid: str = ""
    answering: bool = True  # pings are answered while anything is awaited
    news: deque[tuple[str, Any]] = field(default_factory=deque)
    acks: dict[int, Any] = field(default_factory=dict)
    pings: int = 0
    _ids: int = 0

    def frame(self, opcode: int, payload: bytes, *, fin: bool = True) -> None:
        self.writer.write(masked(opcode, payload, fin=fin))

    def packet(self, text: str) -> None:
        self.frame(TEXT, text.encode())

    async def connect(self, auth: Any = None, *, namespace: str = "") -> None:
        """CONNECT, and its answer."""
        self.packet("40" + namespace + ("" if auth is None else json.dumps(auth)))
        text = await self._packet("40", "44")
        answer = json.loads(text[text.index("{") :])
        if text.startswith("44"):
            raise ConnectError(answer)
        self.sid = answer["sid"]

    def send(self, name: str, *body: Any) -> int:
        """Send an event; the id under which it will be acknowledged."""
        self._ids += 1
        self.packet(f"42{self._ids}" + json.dumps([name, *body]))
        return self._ids

    async def ack(self, id: int) -> Any:
        while id not in self.acks:
            self._sort(await self.text())
        return self.acks.pop(id)

    async def call(self, name: str, *body: Any) -> Any:
        return await self.ack(self.send(name, *body))

    async def told(self) -> tuple[str, Any]:
        """The next news."""
        while not self.news:
            self._sort(await self.text())
        return self.news.popleft()

    async def text(self) -> str:
        """The next text message that is not a ping."""
        while True:
            opcode, payload = await self.message()
            if opcode == TEXT and payload == b"2":
                self.pings += 1
                if self.answering:
                    self.packet("3")
            elif opcode == TEXT:
                return payload.decode()

    async def message(self) -> tuple[int, bytes]:
        """The next frame. Raises `Closed` at the end."""
        try:
            async with asyncio.timeout(10):
                opcode, payload = await self._read()
        except (asyncio.IncompleteReadError, ConnectionError):
            await self.aclose()
            raise Closed(1006, "") from None
        if opcode == CLOSE:
            self.frame(CLOSE, payload[:2])
            await self.aclose()
            raise Closed(int.from_bytes(payload[:2]), payload[2:].decode())
        return opcode, payload

    async def closed(self) -> Closed:
        """Read to the end, and say how it ended."""
        try:
            while True:
                self._sort(await self.text())
        except Closed as closed:
            return closed

    async def _packet(self, *kinds: str) -> str:
        while not (text := await self.text()).startswith(kinds):
            self._sort(text)
        return text

    def _sort(self, text: str) -> None:
        if text.startswith("43"):
            number, _, rest = text[2:].partition("[")
            (self.acks[int(number)],) = json.loads("[" + rest)
        elif text.startswith("42"):
            name, *body = json.loads(text[2:])
            self.news.append((name, body[0] if body else None))

    async def _read(self) -> tuple[int, bytes]:
        first, length = await self.reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await self.reader.readexactly(2))
        elif length == 127:
            length = int.from_bytes(await self.reader.readexactly(8))
        return first & 0x0F, await self.reader.readexactly(length)

    def abort(self) -> None:
        self.writer.transport.abort()

    async def aclose(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


def masked(opcode: int, payload: bytes, *, fin: bool = True, mask: bytes | None = None) -> bytes:
    mask = os.urandom(4) if mask is None else mask
    first, size = (0x80 if fin else 0) | opcode, len(payload)
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first, 0xFE, size)
    else:
        head = struct.pack("!BBQ", first, 0xFF, size)
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def request(query: str = _QUERY, **headers: str) -> bytes:
    """An upgrade; a header with underscores for dashes, "" to leave one out."""
    sent = {
        "Host": "school.test",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in sent.items() if value]
    return "\r\n".join([f"GET /socket.io/?{query} HTTP/1.1", *lines, "", ""]).encode()


async def upgraded(
    port: int, query: str = _QUERY, *, host: str = "127.0.0.1", **headers: str
) -> Client:
    """A transport that is open; nothing of Socket.IO was said."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(request(query, **headers))
    async with asyncio.timeout(10):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status_line, *lines = head.strip().split("\r\n")
    status = int(status_line.split()[1])
    answered = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
    if status != 101:
        body = await reader.readexactly(int(answered.get("content-length", "0")))
        await Client(reader, writer).aclose()
        raise Refused(status, answered, json.loads(body or b"{}"))
    client = Client(reader, writer)
    opcode, payload = await client.message()
    assert opcode == TEXT
    assert payload[:1] == b"0"
    client.opening = json.loads(payload[1:])
    return client


@asynccontextmanager
async def connected(port: int, *, auth: Any = None, **headers: str) -> AsyncIterator[Client]:
    client = await upgraded(port, **headers)
    try:
        await client.connect(auth)
        yield client
    finally:
        await client.aclose()
