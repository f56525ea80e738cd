"""What a Python program would else do: aiortc's MediaRelay, one connection for each who watches.

Decodes the picture once and encodes it for everyone. A line that comes is an offer in JSON,
`{"watch": bool, "sdp": …}`; a line that goes is the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

from bench.peers.load import RTX, VP8, Caller, Speaker, Viewer
from bench.peers.sdp import NOWHERE, SENDS, description, server_of
from bench.peers.wire import LOOPBACK, Wire


class Relay:
    """Beside the server's process: lets people in."""

    name = "aiortc MediaRelay"

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid
        self._turn = asyncio.Lock()

    async def publisher(self) -> Speaker:
        made = Speaker(NOWHERE)
        await self._connected(made, "sendonly", SENDS)
        return made

    async def viewer(self) -> Viewer:
        made = Viewer(NOWHERE)
        await self._connected(made, "recvonly", "")
        return made

    async def _connected(self, made: Caller, direction: str, more: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # Its agent wants an address to try; that it hears from us at another one is all right.
        more += "a=candidate:1 1 udp 2113937151 127.0.0.1 9 typ host\r\na=end-of-candidates\r\n"
        offer = description(made, direction, VP8, RTX, more)
        asked = {"watch": direction == "recvonly", "sdp": offer}
        async with self._turn:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            made.server = server_of(json.loads(await self._process.stdout.readline()))
        await made.connect()


class _Desk:
    def __init__(self) -> None:
        self._relay = MediaRelay()
        self._track: MediaStreamTrack | None = None
        self._connections: list[RTCPeerConnection] = []

    async def answer(self, sdp: str, *, watch: bool) -> str:
        connection = RTCPeerConnection()
        self._connections.append(connection)
        connection.on("track", self._published)
        await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        if watch and self._track is not None:
            connection.addTrack(self._relay.subscribe(self._track))
        await connection.setLocalDescription(await connection.createAnswer())
        told: str = connection.localDescription.sdp
        return told

    def _published(self, track: MediaStreamTrack) -> None:
        if self._track is None:
            self._track = track


async def serve() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    desk = _Desk()
    while line := await reader.readline():
        asked = json.loads(line)
        print(json.dumps(await desk.answer(asked["sdp"], watch=asked["watch"])), flush=True)


@asynccontextmanager
async def relay(wire: Wire = LOOPBACK, core: int | None = None) -> AsyncIterator[Relay]:
    process = await asyncio.create_subprocess_exec(
        *wire.inside, sys.executable, "-m", "bench.peers.relay", cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if core is not None:
        os.sched_setaffinity(process.pid, {core})
    try:
        yield Relay(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(serve())
