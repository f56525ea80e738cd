"""From an HTTP request to a socket. With the 101 the request is over, for aiohttp and for us.

aiohttp would keep a connection, a parser, a request and two tasks alive behind every WebSocket.
Here the transport changes hands instead, by public means: `Transport.set_protocol`, and the
`transport` and `connection_lost` of aiohttp's protocol, which then thinks that its client left.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

import msgspec
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import HttpVersion11

from vtp.actor import Actor
from vtp.edge.auth import by_cookie
from vtp.edge.origins import ORIGINS, CrossOrigin, address_of
from vtp.edge.problems import Malformed
from vtp.edge.routes import Routes, mount
from vtp.edge.rules import anyone
from vtp.edge.sockets.connection import Connection
from vtp.edge.sockets.facade import Sockets
from vtp.errors import Limited, Unavailable

PATH = "/socket.io/"
SOCKETS: web.AppKey[Sockets] = web.AppKey("sockets", Sockets)

routes = Routes("sockets")
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
# What a client may send before it has read our 101. One that conforms sends nothing.
_MOST_EARLY_BYTES = 65_536


class WebSocketOnly(Malformed):
    """Connect with a WebSocket: the client option is transports: ["websocket"]."""

    code = "websocket_only"


class WrongProtocol(Malformed):
    """Speak Socket.IO 5 over Engine.IO 4."""

    code = "wrong_protocol"


class NoSuchSocket(Malformed):
    """Sockets are not resumed by their id. Open a new one."""

    code = "no_such_socket"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the clients of Engine.IO put in the address; `t`, `b64` and `j` belong to polling."""

    transport: str = "polling"
    version: str = msgspec.field(default="", name="EIO")
    sid: str = ""
    t: str = ""
    b64: str = ""
    j: str = ""


def attach(app: web.Application, sockets: Sockets) -> None:
    app[SOCKETS] = sockets
    mount(app, routes)


@routes.get(
    PATH,
    rule=anyone("sockets", "connect"),
    produces="application/octet-stream",
    errors=(WebSocketOnly, WrongProtocol, NoSuchSocket, CrossOrigin, Limited, Unavailable),
)
async def connect(request: web.Request, query: Asked, actor: Actor) -> web.StreamResponse:
    """Open a Socket.IO connection. Who may stay is settled by its CONNECT packet."""
    _check_protocol(query)
    accept = accept_key(request)
    if by_cookie(actor):
        request.app[ORIGINS].require_origin(request)
    address = address_of(request, request.app[ORIGINS])
    agent = request.headers.get("User-Agent", "")
    connection = request.app[SOCKETS].connection(actor, address, agent)
    response = Upgrade(connection, accept)
    await response.prepare(request)
    return response


def _check_protocol(query: Asked) -> None:
    if query.transport != "websocket":
        raise WebSocketOnly
    if query.version != "4":
        raise WrongProtocol
    if query.sid:
        raise NoSuchSocket


def accept_key(request: web.Request) -> str:
    """The answer to a WebSocket handshake (RFC 6455 section 4.2), or the reason against it."""
    if request.method != "GET" or request.version < HttpVersion11:
        raise WebSocketOnly
    tokens = [part.strip().lower() for part in request.headers.get("Connection", "").split(",")]
    if request.headers.get("Upgrade", "").lower() != "websocket" or "upgrade" not in tokens:
        raise WebSocketOnly
    if request.headers.get("Sec-WebSocket-Version") != "13":
        raise WebSocketOnly("The version of WebSocket is 13.")
    key = request.headers.get("Sec-WebSocket-Key", "").strip().encode()
    try:
        complete = len(base64.b64decode(key, validate=True)) == 16
    except binascii.Error:
        complete = False
    if not complete:
        raise WebSocketOnly("Sec-WebSocket-Key must be 16 bytes in base64.")
    return base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest()).decode()


class Upgrade(web.StreamResponse):
    """The 101. What comes after it belongs to `connection`."""

    def __init__(self, connection: Connection, accept: str) -> None:
        headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept}
        super().__init__(status=101, headers=headers)
        self._connection = connection
        self._request: web.BaseRequest | None = None
        self._early = _Early()

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        if self._request is None:
            self._request = request
            await super().prepare(request)
            request.protocol.set_parser(self._early)  # type: ignore[arg-type]  # used by its shape
        return None

    async def write_eof(self, _data: bytes = b"") -> None:
        """The last that aiohttp does with a request."""
        protocol = self._request.protocol if self._request is not None else None
        transport = protocol.transport if protocol is not None else None
        if protocol is None or transport is None:
            return
        transport.set_protocol(self._connection)
        protocol.transport = None
        protocol.connection_lost(None)
        self._connection.connection_made(transport)
        if self._early.kept:
            self._connection.data_received(bytes(self._early.kept))


class _Early:
    """Stands in as aiohttp's parser until the transport has changed hands."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """aiohttp closes the connection where the first of the two is true."""
        self.kept += data
        return len(self.kept) > _MOST_EARLY_BYTES, b""

    def feed_eof(self) -> None:
        pass
