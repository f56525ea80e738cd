"""A door on loopback, and transports behind it that note what they are told."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiortc import RTCCertificate

from tests.support.egress import rtp
from tests.support.webrtc_client import Client, Server
from vtp.media.rtp.ortc_types import DtlsFingerprint
from vtp.media.sfu.door import Door
from vtp.media.sfu.library import srtp_protect
from vtp.media.sfu.transport import Transport
from vtp.settings import Media

QUICK = Media(port=0, listen=("127.0.0.1", "::1"), sweep=0.02)
RECEIVER_REPORT = bytes.fromhex("80c9000100000001")
CERTIFICATE = RTCCertificate.generateCertificate()


@dataclass
class Ticks:
    """A monotonic clock that stands still until it is told to move."""

    at: float = 1000.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Heard:
    """A listener."""

    states: list[str] = field(default_factory=list)
    rtp_came: list[bytes] = field(default_factory=list)
    rtcp_came: list[bytes] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def rtp(self, transport: Transport, raw: memoryview, now: float) -> None:
        self.rtp_came.append(bytes(raw))
        self.news.set()

    def rtcp(self, transport: Transport, data: bytes, now: float) -> None:
        self.rtcp_came.append(data)
        self.news.set()

    def state(self, transport: Transport, state: str) -> None:
        self.states.append(state)
        self.news.set()

    async def until(self, true: Callable[[], Any], *, wait: float = 5.0) -> None:
        """Until something that was told, or counted besides, has made it true."""
        async with asyncio.timeout(wait):
            while not true():
                self.news.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.news.wait(), 0.01)


@dataclass
class Pair:
    """A transport of ours and the browser's side of it."""

    transport: Transport
    heard: Heard
    client: Client

    async def connect(self, *, tcp: bool = False, role: str = "client") -> None:
        await self.accept(role)
        await self.client.reach(tcp=tcp)
        await self.client.shake(role=role)
        await self.heard.until(lambda: "connected" in self.heard.states)

    async def accept(self, role: str = "client") -> None:
        promised = DtlsFingerprint(algorithm="sha-256", value=self.client.fingerprint)
        assert role in {"client", "server"}
        await self.transport.connect("server" if role == "server" else "client", [promised])


def server_of(transport: Transport, door: Door, host: str = "127.0.0.1") -> Server:
    ice = transport.ice_parameters()
    [fingerprint] = transport.dtls_parameters().fingerprints
    return Server(host, door.port, ice.username_fragment, ice.password, fingerprint.value)


@dataclass
class House:
    door: Door
    pairs: list[Pair] = field(default_factory=list)

    def pair(self, host: str = "127.0.0.1") -> Pair:
        heard = Heard()
        transport = Transport(self.door, CERTIFICATE, heard, options=self.door.settings)
        made = Pair(transport, heard, Client(server_of(transport, self.door, host)))
        self.pairs.append(made)
        return made

    async def connected(self, host: str = "127.0.0.1", *, tcp: bool = False) -> Pair:
        made = self.pair(host)
        await made.connect(tcp=tcp)
        return made


@asynccontextmanager
async def house(
    settings: Media = QUICK, *, now: Callable[[], float] | None = None
) -> AsyncIterator[House]:
    door = Door(settings, now=now) if now else Door(settings)
    await door.open()
    made = House(door)
    try:
        yield made
    finally:
        for pair in made.pairs:
            await pair.client.close()
        await door.close()


def forward(pair: Pair, *packets: bytes) -> bool:
    """Send packets as the forwarding loop does."""
    egress, tx = pair.transport._door.egress, pair.transport.tx
    if tx is None or not egress.start(pair.transport, packets):
        return False
    for packet in packets:
        at = egress.at
        egress.slab[at : at + len(packet)] = packet
        egress.length[0] = len(packet)
        assert srtp_protect(tx.handle, egress.base + at, egress.length) == 0
        egress.at = at + egress.length[0]
        egress.sizes.append(egress.length[0])
    egress.finish()
    egress.flush()
    return True


_numbers = itertools.count(1)


async def media_goes_both_ways(pair: Pair) -> None:
    up, first, second = (rtp(next(_numbers), bytes([size]) * 5 * size) for size in (1, 250, 200))
    pair.heard.rtp_came.clear()
    pair.client.rtp.clear()
    pair.client.send(up)
    await pair.heard.until(lambda: pair.heard.rtp_came == [up])
    assert forward(pair, first, second)
    await pair.client.until(lambda: pair.client.rtp == [first, second])


async def reports_go_both_ways(pair: Pair) -> None:
    pair.client.send_rtcp(RECEIVER_REPORT)
    await pair.heard.until(lambda: pair.heard.rtcp_came)
    assert pair.heard.rtcp_came == [RECEIVER_REPORT]
    pair.transport.send_rtcp(RECEIVER_REPORT)
    await pair.client.until(lambda: pair.client.rtcp)
    assert pair.client.rtcp == [RECEIVER_REPORT]
