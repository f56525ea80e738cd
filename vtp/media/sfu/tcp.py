"""ICE-TCP, passive (RFC 6544): datagrams with their length before them (RFC 4571).

For networks that let no UDP through. A connection is one path; whoever does not pass a check on it
soon is closed.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, cast

from vtp.media.sfu.addresses import packed
from vtp.media.sfu.egress import Drops, Egress
from vtp.media.sfu.ice import Link, Path
from vtp.media.sfu.intake import SLOT
from vtp.media.sfu.library import ffi, view_of

# What one connection may leave unread before packets to it are dropped.
_MOST_UNREAD = 1 << 20
# Connections that have not shown who they are, from one address and in all. A class behind one
# address comes all at once, and a browser opens several; each shows itself with its first packet.
_STRANGERS_PER_ADDRESS = 128
_STRANGERS = 256
_LONGEST = 1500


class Inside(Protocol):
    """Where frames go, and what waits to be sent."""

    egress: Egress
    drops: Drops

    def framed(self, connection: Connection, frames: Sequence[bytes]) -> None:
        """These datagrams came together."""

    def gone(self, connection: Connection) -> None: ...


class Strangers:
    """Connections on which nobody has passed a check yet."""

    def __init__(self) -> None:
        self._by_host: Counter[str] = Counter()

    def enter(self, host: str) -> bool:
        if self._by_host[host] >= _STRANGERS_PER_ADDRESS or self._by_host.total() >= _STRANGERS:
            return False
        self._by_host[host] += 1
        return True

    def leave(self, host: str) -> None:
        self._by_host[host] -= 1
        if not self._by_host[host]:
            del self._by_host[host]


class Connection(asyncio.Protocol):
    """One connection. It is a `Link` of its own, and holds the datagram that is looked at."""

    _numbers = itertools.count()

    def __init__(self, inside: Inside, strangers: Strangers, patience: float) -> None:
        self._inside = inside
        self._strangers = strangers
        self._patience = patience
        self._transport: asyncio.Transport | None = None
        self._unread = bytearray()
        self._owned = ffi.new("char[]", SLOT)
        self.memory = self._owned + 0
        self.view = view_of(self._owned)
        # No address of a datagram looks so.
        self.key = b"tcp" + next(self._numbers).to_bytes(8)
        self.link: Link = self
        self._remote = b""
        self._host = ""  # while it counts as a stranger
        self._limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        address = transport.get_extra_info("peername")
        if address is None or not self._strangers.enter(address[0]):
            self._inside.drops["tcp_full"] += 1
            self._transport.abort()
            return
        self._remote, self._host = packed(address), address[0]
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loop = asyncio.get_running_loop()
        self._limit = loop.call_later(self._patience, self._transport.abort)

    def remote(self, key: bytes) -> bytes:
        del key
        return self._remote

    def known(self) -> None:
        """Somebody passed a check on it."""
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
            self._strangers.leave(self._host)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        frames, at, unread = [], 0, self._unread
        while len(unread) - at >= 2:
            size = int.from_bytes(unread[at : at + 2])
            if size > _LONGEST:
                self._inside.drops["oversize"] += 1
                self.abort()
                return
            if len(unread) - at - 2 < size:
                break
            frames.append(bytes(unread[at + 2 : at + 2 + size]))
            at += 2 + size
        del unread[:at]
        self._inside.framed(self, frames)

    def hold(self, frame: bytes) -> None:
        """Put a datagram where it can be decrypted."""
        self.view[: len(frame)] = frame

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.known()
        self._inside.gone(self)

    def send(self, path: Path, data: bytes) -> None:
        del path
        self._write(len(data).to_bytes(2) + data, 1)

    def queue(self, path: Path, begin: int, sizes: Sequence[int]) -> None:
        del path
        slab = self._inside.egress.slab
        pieces: list[bytes | memoryview] = []
        for size in sizes:
            pieces.append(size.to_bytes(2))
            pieces.append(slab[begin : begin + size])
            begin += size
        self._write(b"".join(pieces), len(sizes))

    def _write(self, data: bytes, packets: int) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            self._inside.drops["send_failed"] += packets
        elif transport.get_write_buffer_size() + len(data) > _MOST_UNREAD:
            self._inside.drops["send_full"] += packets
        else:
            transport.write(data)

    def left(self, path: Path) -> None:
        del path
        if self._transport is not None:
            self._transport.close()
