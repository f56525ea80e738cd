"""Engine.IO 4 and Socket.IO 5 packets over one WebSocket: text in, values out. Pure.

Strict where the protocol leaves room: one namespace, no polling, no binary. What a conforming
client may send but we do not take (`Binary`, a foreign namespace) is a value, so that it can be
refused in the protocol's own words; all else is a `BadPacket`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from vtp.edge.sockets import frames

# <attachments>-, /namespace,, ack id: all may be absent. An id that JavaScript can count to.
_HEAD = re.compile(r"(?:([0-9]{1,9})-)?(?:(/[^,]{0,200})(?:,|$))?([0-9]{1,15})?(?=[\[{\"]|$)")
_MOST_ATTACHMENTS = 10
_CONNECT, _DISCONNECT, _EVENT, _BINARY_EVENT = "0", "1", "2", "5"

PING = frames.text(b"2")


class BadPacket(Exception):
    """Not a packet that a client may send."""


@dataclass(frozen=True, slots=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True)
class Leave:
    """The client goes; what it wants closed is the namespace or all."""

    namespace: str


@dataclass(frozen=True, slots=True)
class Connect:
    namespace: str
    auth: bytes  # JSON, b"" when nothing was given


@dataclass(frozen=True, slots=True)
class Event:
    namespace: str
    id: int | None  # None: no acknowledgement is wanted
    name: str
    body: bytes | None  # JSON; None when none was given
    # What makes it unusable although it is a packet: it has arguments beside the one body.
    odd: bool = False


@dataclass(frozen=True, slots=True)
class Binary:
    """An event with attachments; that many binary messages follow it."""

    namespace: str
    id: int | None
    attachments: int


Packet = Pong | Leave | Connect | Event | Binary


class _Arguments(msgspec.Struct, array_like=True):
    name: str
    body: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    more: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_ARGUMENTS = msgspec.json.Decoder(_Arguments)
_ANY_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_PONG = Pong()


def parse(payload: bytes) -> Packet:
    """The packet of one text message. Raises `BadPacket`, and for bad UTF-8 `BadFrame`."""
    if payload == b"3":
        return _PONG
    try:
        message = payload.decode()
    except UnicodeDecodeError:
        raise frames.BadFrame(frames.BAD_TEXT) from None
    if message == "1":
        return Leave("/")
    if message[:1] != "4":
        raise BadPacket
    return _socketio(message)


def _socketio(message: str) -> Packet:
    head = _HEAD.match(message, 2)
    if head is None:
        raise BadPacket
    attachments, namespace, digits = head.groups()
    place = (namespace or "/").partition("?")[0]
    number = int(digits) if digits else None
    kind, rest = message[1:2], message[head.end() :]
    if kind == _EVENT and attachments is None:
        return _event(place, number, rest)
    if kind == _BINARY_EVENT and attachments is not None:
        return _binary(place, number, int(attachments), rest)
    if attachments is None and number is None:
        if kind == _CONNECT:
            return Connect(place, _object(rest))
        if kind == _DISCONNECT and not rest:
            return Leave(place)
    raise BadPacket


def _event(namespace: str, id: int | None, rest: str) -> Event:
    given: _Arguments = _read(_ARGUMENTS, rest)
    body = None if isinstance(given.body, msgspec.UnsetType) else bytes(given.body)
    return Event(namespace, id, given.name, body, given.more is not msgspec.UNSET)


def _binary(namespace: str, id: int | None, attachments: int, rest: str) -> Binary:
    _read(_ARGUMENTS, rest)
    if not 0 < attachments <= _MOST_ATTACHMENTS:
        raise BadPacket
    return Binary(namespace, id, attachments)


def _object(rest: str) -> bytes:
    if rest:
        _read(_ANY_OBJECT, rest)
    return rest.encode()


def _read(decoder: msgspec.json.Decoder[Any], text: str) -> Any:
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, RecursionError):  # a ValidationError is a DecodeError
        raise BadPacket from None


def _in(namespace: str) -> bytes:
    return b"" if namespace == "/" else namespace.encode() + b","


def opening(sid: str, *, ping_interval: float, ping_timeout: float, limit: int) -> bytes:
    """The first message of the server: upgrades are never offered."""
    return frames.text(
        b"0"
        + msgspec.json.encode(
            {
                "sid": sid,
                "upgrades": [],
                "pingInterval": round(ping_interval * 1000),
                "pingTimeout": round(ping_timeout * 1000),
                "maxPayload": limit,
            }
        )
    )


def connected(sid: str) -> bytes:
    return frames.text(b"40" + msgspec.json.encode({"sid": sid}))


def refused(namespace: str, message: str, data: Any) -> bytes:
    """The client gets `connect_error` with this message, and `data` on the error."""
    return frames.text(
        b"44" + _in(namespace) + msgspec.json.encode({"message": message, "data": data})
    )


def event(name: str, *body: Any) -> bytes:
    return frames.text(b"42" + msgspec.json.encode([name, *body]))


def ack(id: int, answer: bytes) -> bytes:
    return frames.text(b"43%d[%b]" % (id, answer))


LEFT = frames.text(b"41")  # the server takes the client out: it does not come back by itself
