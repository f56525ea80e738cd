"""An encoder and a player that know WHIP, WHEP and nothing of vtp: aiortc over aiohttp."""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
_TICKS = 90_000


class Picture(VideoStreamTrack):
    """A grey that tells who sends it, and breathes a little, at ten frames a second."""

    def __init__(self, grey: int, *, width: int = 320, height: int = 180) -> None:
        super().__init__()
        self._grey = grey
        self._size = (width, height)
        self._number = 0

    async def recv(self) -> VideoFrame:
        await asyncio.sleep(0.1)
        frame = VideoFrame(*self._size, "yuv420p")
        for plane, value in zip(
            frame.planes, (self._grey + self._number % 4, 128, 128), strict=True
        ):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts, frame.time_base = self._number * _TICKS // 10, fractions.Fraction(1, _TICKS)
        self._number += 1
        return frame


@dataclass
class Seen:
    """What came out of a player's decoders."""

    frames: dict[str, int] = field(default_factory=lambda: {"audio": 0, "video": 0})
    sizes: set[tuple[int, int]] = field(default_factory=set)
    greys: list[int] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, kind: str, frame: Any) -> None:
        self.frames[kind] += 1
        if kind == "video":
            self.sizes.add((frame.width, frame.height))
            self.greys.append(bytes(frame.planes[0])[0])
        self.news.set()

    async def until(self, true: Any, *, wait: float = 30.0) -> None:
        async with asyncio.timeout(wait):
            while not true(self):
                self.news.clear()
                await self.news.wait()


@dataclass
class Session:
    """A connection that was answered, and where it is steered."""

    connection: RTCPeerConnection
    answer: str
    headers: Any
    url: str
    seen: Seen = field(default_factory=Seen)

    async def connected(self, *, wait: float = 15.0) -> None:
        came = asyncio.Event()

        @self.connection.on("connectionstatechange")
        def _changed() -> None:
            if self.connection.connectionState == "connected":
                came.set()

        if self.connection.connectionState != "connected":
            await asyncio.wait_for(came.wait(), wait)


@dataclass
class Device:
    """Somebody's encoder or player: it has an address and one header."""

    http: aiohttp.ClientSession
    base: str
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @asynccontextmanager
    async def publishing(
        self, path: str, tracks: Sequence[MediaStreamTrack], *, codec: str = ""
    ) -> AsyncIterator[Session]:
        connection = RTCPeerConnection()
        for track in tracks:
            made = connection.addTransceiver(track, direction="sendonly")
            if codec and track.kind == "video":
                known = RTCRtpSender.getCapabilities("video").codecs
                made.setCodecPreferences([one for one in known if one.mimeType == codec])
        async with self._open(connection, path) as session:
            yield session

    @asynccontextmanager
    async def watching(
        self, path: str, kinds: Sequence[str] = ("audio", "video")
    ) -> AsyncIterator[Session]:
        connection = RTCPeerConnection()
        for kind in kinds:
            connection.addTransceiver(kind, direction="recvonly")
        seen = Seen()
        watchers: list[asyncio.Task[None]] = []

        @connection.on("track")
        def _on_track(track: MediaStreamTrack) -> None:
            watchers.append(asyncio.create_task(_watch(track, seen)))

        async with self._open(connection, path) as session:
            session.seen = seen
            yield session
        await asyncio.gather(*watchers)

    @asynccontextmanager
    async def _open(self, connection: RTCPeerConnection, path: str) -> AsyncIterator[Session]:
        try:
            await connection.setLocalDescription(await connection.createOffer())
            headers = {**self.bearer, "Content-Type": SDP}
            async with self.http.post(
                self.base + path, data=connection.localDescription.sdp, headers=headers
            ) as reply:
                answer = await reply.text()
                assert reply.status == 201, answer
            await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
            yield Session(connection, answer, reply.headers, self.base + reply.headers["Location"])
        finally:
            await connection.close()

    async def end(self, session: Session) -> int:
        async with self.http.delete(session.url, headers=self.bearer) as reply:
            return reply.status


async def _watch(track: MediaStreamTrack, seen: Seen) -> None:
    try:
        while True:
            seen.take(track.kind, await track.recv())
    except MediaStreamError:
        return


def sound() -> AudioStreamTrack:
    return AudioStreamTrack()
