"""ICE, DTLS and SRTP of the second client; the last two are those of aiortc."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any

from aioice import stun
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)

from tests.support.second_socket import LIMIT, Socket


class Framed(asyncio.Protocol):
    """Datagrams over TCP, each behind its length (RFC 4571)."""

    def __init__(self, hear: Callable[[bytes, Any], None]) -> None:
        self._hear = hear
        self._rest = b""
        self._tcp: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._tcp = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while len(self._rest) >= (end := 2 + int.from_bytes(self._rest[:2])):
            self._hear(self._rest[2:end], None)
            self._rest = self._rest[end:]

    def sendto(self, data: bytes) -> None:
        self._tcp.write(len(data).to_bytes(2) + data)

    def close(self) -> None:
        self._tcp.close()


class Link(asyncio.DatagramProtocol):
    """ICE as its controlling side; what is not STUN is for DTLS, which asks for three things."""

    role = "controlling"

    def __init__(self) -> None:
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue(1000)
        self._mine = f"{random.getrandbits(32):08x}"
        self._tie = random.getrandbits(64)
        self._ice: dict[str, Any] = {}
        self._way: asyncio.DatagramTransport | Framed | None = None
        self.protocol = "udp"
        self.reached = asyncio.Event()

    async def use(self, ice: dict[str, Any], candidates: list[dict[str, Any]]) -> None:
        """Also again, with new ones and from another port; the old way is used until then."""
        self._ice = ice
        self.reached.clear()
        fitting = [one for one in candidates if one["protocol"] == self.protocol]
        fresh = await self._open(max(fitting, key=lambda one: one["priority"]))
        old, self._way = self._way, self._way or fresh
        async with asyncio.timeout(LIMIT):
            while not self.reached.is_set():
                self._check(fresh)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.reached.wait(), 0.1)
        self._way = fresh
        if old is not None:
            old.close()

    async def _open(self, candidate: dict[str, Any]) -> asyncio.DatagramTransport | Framed:
        place, loop = (candidate["address"], candidate["port"]), asyncio.get_running_loop()
        if self.protocol == "tcp":
            hear = self.datagram_received
            return (await loop.create_connection(lambda: Framed(hear), *place))[1]
        return (await loop.create_datagram_endpoint(lambda: self, remote_addr=place))[0]

    def keep(self) -> None:
        """Consent ends without."""
        if self._way is not None:
            self._check(self._way)

    def _check(self, way: asyncio.DatagramTransport | Framed) -> None:
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self._ice['usernameFragment']}:{self._mine}"
        request.attributes["PRIORITY"] = 1
        request.attributes["ICE-CONTROLLING"] = self._tie
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self._ice["password"].encode())
        way.sendto(bytes(request))

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if data[0] < 4:
            answer = stun.parse_message(data)
            # What is proved by another password answers a check from before a restart.
            if answer.message_class == stun.Class.RESPONSE and answer.check_message_integrity(
                self._ice["password"].encode()
            ):
                self.reached.set()
        else:
            with contextlib.suppress(asyncio.QueueFull):
                self._arrived.put_nowait(data)

    def send(self, data: bytes) -> None:
        assert self._way is not None
        self._way.sendto(data)

    async def _send(self, data: bytes) -> None:
        self.send(data)

    async def _recv(self) -> bytes:
        return await self._arrived.get()

    def close(self) -> None:
        if self._way is not None:
            self._way.close()


class Transport(RTCDtlsTransport):
    """One of the two: its keys, and what is heard on it as plain RTP and RTCP."""

    def __init__(self, hear: Callable[[bytes, bool], None]) -> None:
        self.link = Link()
        self.id = ""
        made = [RTCCertificate.generateCertificate()]
        super().__init__(self.link, made)  # type: ignore[arg-type]  # it has the three members used
        self._set_role("client")
        self._hear = hear

    async def begin(self, socket: Socket, direction: str) -> None:
        made = await socket.call("media.transport", {"direction": direction})
        self.id = made["id"]
        mine = self.getLocalParameters().fingerprints[0]
        prints = [{"algorithm": mine.algorithm, "value": mine.value}]
        keys = {"role": "client", "fingerprints": prints}
        assert (
            await socket.call("media.connect", {"transport": self.id, "dtls_parameters": keys})
            == {}
        )
        await self.link.use(made["ice_parameters"], made["ice_candidates"])
        theirs = [RTCDtlsFingerprint(**each) for each in made["dtls_parameters"]["fingerprints"]]
        async with asyncio.timeout(LIMIT):
            await self.start(RTCDtlsParameters(theirs))
        assert self.state == "connected"

    async def restart(self, socket: Socket) -> None:
        new = await socket.call("media.restart_ice", {"transport": self.id})
        await self.link.use(new["ice_parameters"], new["ice_candidates"])

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        self._hear(data, False)

    async def _handle_rtcp_data(self, data: bytes) -> None:
        self._hear(data, True)

    async def end(self) -> None:
        await self.stop()
        self.link.close()
