"""One encrypted way between a browser and us: ICE, DTLS and SRTP in one object."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import structlog

from vtp.errors import Conflict
from vtp.media.rtp.ortc_types import (
    DtlsFingerprint,
    DtlsParameters,
    IceCandidate,
    IceParameters,
    TransportParameters,
)
from vtp.media.sfu.dtls import Dtls, HandshakeFailed, expected, fingerprint
from vtp.media.sfu.egress import Subscriber
from vtp.media.sfu.ice import Agent, Path
from vtp.settings import Media

if TYPE_CHECKING:
    from aiortc import RTCCertificate
    from aiortc.rtcdtlstransport import RTCDtlsParameters

    from vtp.media.sfu.door import Door
    from vtp.media.sfu.srtp import SrtpIn

_log = structlog.get_logger()

State = Literal["new", "connecting", "connected", "disconnected", "failed", "closed"]
Role = Literal["auto", "client", "server"]

_RTP_HEADER = 12


class AlreadyConnecting(Conflict):
    """This transport was connected before."""

    code = "transport_connected"


class Listener(Protocol):
    """Who is told what comes. All of it is called on the loop, inside the batch of the door."""

    def rtp(self, transport: Transport, raw: memoryview, now: float) -> None:
        """Decrypted; the memory is good during the call alone."""

    def rtcp(self, transport: Transport, data: bytes, now: float) -> None: ...

    def state(self, transport: Transport, state: State) -> None: ...


class Transport(Subscriber):
    """Made with names that it is found by; `connect` it, and `close` it whatever happened.

    "disconnected" is not the end: packets still go to where the other side was until its consent
    expires, and a check from anywhere, if need be after `restart_ice`, brings it back with the
    same keys. "failed" and "closed" are the end. The compiled way reads and writes some slots.
    """

    __slots__ = (
        "__weakref__",
        "_agent",
        "_door",
        "_dtls",
        "_fingerprint",
        "_listener",
        "_options",
        "_reached",
        "_rx",
        "_shaking",
        "bytes_in",
        "deaf_until",
        "id",
        "packets_in",
        "rtt",
        "state",
    )

    def __init__(
        self, door: Door, certificate: RTCCertificate, listener: Listener, *, options: Media
    ) -> None:
        self.id = secrets.token_urlsafe(16)
        super().__init__()
        self.state: State = "new"
        self.rtt = 0.0  # s, as reports tell it; written by who reads them
        # Until then media is not worth decrypting: who listens has had too much of it.
        self.deaf_until = 0.0
        self.packets_in = self.bytes_in = 0
        self._door = door
        self._options = options
        self._listener = listener
        self._fingerprint = fingerprint(certificate)
        self._rx: SrtpIn | None = None
        self._agent = Agent(door.directory, self, door.now())
        self._dtls = Dtls(certificate, self._send_dtls, self.close)
        self._reached = asyncio.Event()
        self._shaking: asyncio.Task[None] | None = None
        door.guests.add(self)

    # What the other side has to know

    def ice_parameters(self) -> IceParameters:
        mine = self._agent.credentials
        return IceParameters(
            username_fragment=mine.ufrag.decode(), password=mine.password.decode(), ice_lite=True
        )

    def candidates(self) -> list[IceCandidate]:
        return self._door.candidates()

    def dtls_parameters(self) -> DtlsParameters:
        return DtlsParameters(role="auto", fingerprints=(self._fingerprint,))

    @property
    def reachable(self) -> bool:
        """Whether the other side still consents to be sent anything."""
        return self.path is not None

    def parameters(self) -> TransportParameters:
        return TransportParameters(
            ice_parameters=self.ice_parameters(),
            ice_candidates=tuple(self.candidates()),
            dtls_parameters=self.dtls_parameters(),
        )

    # Its life

    async def connect(self, role: Role, fingerprints: Sequence[DtlsFingerprint]) -> None:
        """Take the other side for who owns this certificate, and agree on keys when it comes.

        `role` is that of the other side; with "auto" it begins. Returns at once, because a browser
        comes only after it was told so; `Listener.state` tells the rest.
        """
        if self.state != "new":
            raise AlreadyConnecting
        peer = expected(fingerprints)
        self._become("connecting")
        ours: Literal["client", "server"] = "client" if role == "server" else "server"
        self._shaking = self._door.tasks.start("handshake", self._shake(ours, peer))

    def restart_ice(self) -> None:
        """New `ice_parameters`; all else goes on, and the old ones are good until a new check."""
        if self.state not in {"failed", "closed"}:
            self._agent.restart()

    def close(self) -> None:
        self._end("closed")

    def _end(self, state: Literal["failed", "closed"]) -> None:
        if self.state in {"failed", "closed"}:
            return
        self._rx = self.tx = None
        self._door.guests.discard(self)
        paths = self._agent.close()
        self._door.farewell(self._farewell(paths))
        self._become(state)

    async def _farewell(self, paths: Sequence[Path]) -> None:
        if self._shaking is not None and self._shaking is not asyncio.current_task():
            self._shaking.cancel()
            await asyncio.wait([self._shaking])
        await self._dtls.close()
        self.path = None
        for path in paths:
            path.link.left(path)

    async def _shake(self, role: Literal["client", "server"], peer: RTCDtlsParameters) -> None:
        try:
            async with asyncio.timeout(self._options.consent_timeout):
                await self._reached.wait()
                if role == "server":
                    await self._dtls.called.wait()
                await self._door.handshakes.acquire()
            try:
                async with asyncio.timeout(self._options.handshake_timeout):
                    self._rx, self.tx = await self._dtls.handshake(role, peer)
            finally:
                self._door.handshakes.release()
        except (TimeoutError, HandshakeFailed) as error:
            late = isinstance(error, TimeoutError)
            _log.info("transport_failed", transport=self.id, why="late" if late else "refused")
            self._end("failed")
        else:
            self._become("connected")

    def _become(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self._listener.state(self, state)

    def tick(self, now: float) -> None:
        """Now and then: is the other side still there?"""
        if not self._agent.paths and self.state != "connected":
            return
        self._agent.expire(now, self._options.consent_timeout)
        heard = max((path.heard for path in self._agent.paths.values()), default=None)
        there = heard is not None and now - heard <= self._options.silence_timeout
        if self.state == "connected" and not there:
            self._become("disconnected")
        elif self.state == "disconnected" and there:
            self._become("connected")

    def moved(self, path: Path | None, now: float) -> None:
        del now
        self.path = path
        if path is not None:
            self._reached.set()
            if self.state == "disconnected":
                self._become("connected")

    # What comes and goes

    def handshake(self, data: bytes) -> bool:
        return self._dtls.feed(data)

    def media(self, path: Path, memory: Any, view: memoryview, now: float) -> str:
        rx, size = self._rx, len(view)
        if rx is None:
            return "early"
        if size < _RTP_HEADER:
            return "short"
        if 191 < view[1] < 224:  # RFC 5761 4
            size = rx.rtcp(bytes(view[4:8]), memory, size)
            if not size:
                return "unauthentic"
            path.heard = now
            self._listener.rtcp(self, bytes(view[:size]), now)
            return ""
        if now < self.deaf_until:
            return "flood"
        size = rx.rtp(bytes(view[8:12]), memory, size)
        if not size:
            return "unauthentic"
        path.heard = now
        self.packets_in += 1
        self.bytes_in += size
        self._listener.rtp(self, view[:size], now)
        return ""

    def send_rtcp(self, data: bytes) -> None:
        """At once; without a way to go it is dropped."""
        path, tx = self.path, self.tx
        if path is not None and tx is not None and (packet := tx.rtcp(data)) is not None:
            path.link.send(path, packet)
            self.packets_out += 1
            self.bytes_out += len(packet)

    def stopped(self, ssrc: int) -> None:
        """A source of ours has ended, and its number is never taken again: its keys go on."""
        if self.tx is not None:
            self.tx.forget(ssrc)

    def forget(self, ssrc: int) -> None:
        """A source of the other side has ended."""
        if self._rx is not None:
            self._rx.forget(ssrc)

    def _send_dtls(self, data: bytes) -> None:
        if self.path is not None:
            self.path.link.send(self.path, data)
