"""A browser's side of one transport, small: ICE that controls, DTLS as client, SRTP.

Made of parts of aioice, aiortc and pylibsrtp, and of nothing of vtp: who tests us should not be us.
`reach` a server at an address, `shake` hands with it, then `send` and read `rtp` and `rtcp`.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import pylibsrtp
from aioice import stun
from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceTransport
from aiortc.rtcdtlstransport import (
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    SRTPProtectionProfile,
)

_CERTIFICATE = RTCCertificate.generateCertificate()
_WAIT = 5.0


@dataclass(frozen=True)
class Server:
    """What signalling tells of the other side."""

    host: str
    port: int
    ufrag: str
    password: str
    fingerprint: str  # sha-256


class Wire(Protocol):
    """What carries datagrams: a socket of our own or a connection."""

    def send(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class Udp:
    def __init__(self, server: Server, take: Callable[[bytes], None]) -> None:
        family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.sock.connect((server.host, server.port))
        self._take = take
        asyncio.get_running_loop().add_reader(self.sock.fileno(), self._readable)

    def _readable(self) -> None:
        for _ in range(64):
            try:
                data = self.sock.recv(2048)
            except OSError:
                return
            self._take(data)

    def send(self, data: bytes) -> None:
        self.sock.send(data)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.sock.fileno())
        self.sock.close()


class Tcp:
    """RFC 4571: each datagram with its length before it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, server: Server, take: Callable[[bytes], None]) -> Tcp:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        made = cls(writer)
        made._reading = asyncio.create_task(made._read(reader, take))
        return made

    async def _read(self, reader: asyncio.StreamReader, take: Callable[[bytes], None]) -> None:
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(2))
                take(await reader.readexactly(size))
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    def pause(self) -> None:
        """Read no more, as one who is slow."""
        if self._reading is not None:
            self._reading.cancel()

    def send(self, data: bytes) -> None:
        self._writer.write(len(data).to_bytes(2) + data)

    def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._writer.close()


@dataclass
class Client:
    server: Server
    ufrag: str = field(default_factory=lambda: secrets.token_hex(4))
    rtp: list[bytes] = field(default_factory=list)
    came_at: list[float] = field(default_factory=list)  # of each of these, on the monotonic clock
    rtcp: list[bytes] = field(default_factory=list)
    keep: bool = True  # what comes; else it is only counted
    received: int = 0
    refused: int = 0
    role: str = "controlling"  # for aiortc, which asks its transport
    ciphers: tuple[SRTPProtectionProfile, ...] = ()  # to offer; else those of aiortc

    def __post_init__(self) -> None:
        self.wire: Wire | None = None
        self._answers: dict[bytes, asyncio.Future[stun.Message]] = {}
        self._dtls_came: asyncio.Queue[bytes] = asyncio.Queue()
        self.dtls = RTCDtlsTransport(cast("RTCIceTransport", self), [_CERTIFICATE])
        if self.ciphers:
            self.dtls._srtp_profiles = list(self.ciphers)
        self._news = asyncio.Event()

    @property
    def fingerprint(self) -> str:
        return next(f.value for f in _CERTIFICATE.getFingerprints() if f.algorithm == "sha-256")

    # ICE

    def request(self, *, nominate: bool = True, password: str | None = None) -> stun.Message:
        message = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.REQUEST,
            attributes={
                "USERNAME": f"{self.server.ufrag}:{self.ufrag}",
                "PRIORITY": 1853824767,
                "ICE-CONTROLLING": 4711,
            },
        )
        if nominate:
            message.attributes["USE-CANDIDATE"] = None
        key = self.server.password if password is None else password
        message.add_message_integrity(key.encode())
        return message

    async def check(self, *, nominate: bool = True, wait: float = _WAIT) -> stun.Message:
        """The answer of the server; TimeoutError when it keeps silent."""
        message = self.request(nominate=nominate)
        answer = asyncio.get_running_loop().create_future()
        self._answers[message.transaction_id] = answer
        self.put(bytes(message))
        try:
            return cast("stun.Message", await asyncio.wait_for(answer, wait))
        finally:
            del self._answers[message.transaction_id]

    async def reach(self, *, tcp: bool = False) -> None:
        await self.open(tcp=tcp)
        await self.check()

    async def open(self, *, tcp: bool = False) -> None:
        """A new socket, which is a new address: as after a change of the network."""
        if self.wire is not None:
            self.wire.close()
        self.wire = await Tcp.open(self.server, self._take) if tcp else Udp(self.server, self._take)

    def put(self, data: bytes) -> None:
        """Bytes as they are."""
        assert self.wire is not None
        self.wire.send(data)

    # DTLS, as aiortc wants its transport

    async def _recv(self) -> bytes:
        return await self._dtls_came.get()

    async def _send(self, data: bytes) -> None:
        self.put(data)

    async def shake(self, *, role: str = "client", wait: float = _WAIT) -> None:
        self.dtls._set_role(role)
        promised = RTCDtlsFingerprint(algorithm="sha-256", value=self.server.fingerprint)
        await asyncio.wait_for(self.dtls.start(RTCDtlsParameters(fingerprints=[promised])), wait)
        if self.dtls.state != "connected":
            raise ConnectionError(self.dtls.state)

    # Media

    def send(self, packet: bytes) -> None:
        self.put(self.dtls._tx_srtp.protect(packet))

    def send_rtcp(self, packet: bytes) -> None:
        self.put(self.dtls._tx_srtp.protect_rtcp(packet))

    async def until(self, true: Callable[[], Any], *, wait: float = _WAIT) -> None:
        """Until something that came has made it true."""
        async with asyncio.timeout(wait):
            while not true():
                self._news.clear()
                await self._news.wait()

    def _take(self, data: bytes) -> None:
        first = data[0]
        if first < 4:
            message = stun.parse_message(data)
            answer = self._answers.get(message.transaction_id)
            if answer is not None and not answer.done():
                assert message.check_message_integrity(self.server.password.encode())
                answer.set_result(message)
        elif first < 64:
            self._dtls_came.put_nowait(data)
        else:
            self.received += 1
            if self.keep:
                self._decrypt(data)
        self._news.set()

    def _decrypt(self, data: bytes) -> None:
        session, report = self.dtls._rx_srtp, 192 <= data[1] < 224
        try:
            plain = session.unprotect_rtcp(data) if report else session.unprotect(data)
        except pylibsrtp.Error:
            self.refused += 1  # it came twice; a browser shrugs, too
            return
        if report:
            self.rtcp.append(plain)
        else:
            self.rtp.append(plain)
            self.came_at.append(time.monotonic())

    async def close(self) -> None:
        if self.wire is not None:
            await self.dtls.stop()
            await asyncio.sleep(0)
            self.wire.close()
            self.wire = None


@asynccontextmanager
async def client(server: Server) -> AsyncIterator[Client]:
    made = Client(server)
    try:
        yield made
    finally:
        await made.close()
