"""Engine.IO 4 and Socket.IO 5 of the second client, by hand from docs/PROTOCOL.md."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp

LIMIT = 20.0  # s; for everything that the server should do at once, on a machine that is busy


class Refused(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["code"])
        self.code: str = error["code"]
        self.error = error


class Socket:
    """Engine.IO 4 and Socket.IO 5 over one WebSocket."""

    def __init__(
        self, ws: aiohttp.ClientWebSocketResponse, hear: Callable[[str, Any], None]
    ) -> None:
        self._ws = ws
        self._hear = hear
        self._acks: dict[int, asyncio.Future[Any]] = {}
        self._next = 0
        self._reading: asyncio.Task[None] | None = None
        self.for_good = False  # a 41 came: who sees it does not connect again
        self.reason = ""  # of the end

    @classmethod
    async def open(
        cls, http: aiohttp.ClientSession, url: str, token: str, hear: Callable[[str, Any], None]
    ) -> Socket:
        ws = await http.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket")
        socket = cls(ws, hear)
        opening = await ws.receive_str()
        assert opening.startswith('0{"sid"'), opening
        await ws.send_str("40" + json.dumps({"token": token}))
        answer = await ws.receive_str()
        if answer.startswith("44"):
            raise Refused(json.loads(answer[2:])["data"])
        assert answer.startswith("40"), answer
        socket._reading = asyncio.create_task(socket._read())
        return socket

    async def call(self, name: str, body: dict[str, Any]) -> Any:
        self._next += 1
        self._acks[self._next] = done = asyncio.get_running_loop().create_future()
        await self._ws.send_str(f"42{self._next}" + json.dumps([name, body]))
        async with asyncio.timeout(LIMIT):
            answer = await done
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["ok"]

    async def _read(self) -> None:
        while (message := await self._ws.receive()).type is aiohttp.WSMsgType.TEXT:
            frame: str = message.data
            if frame == "2":
                await self._ws.send_str("3")
            elif frame.startswith("43"):
                number = frame[2:].partition("[")[0]
                self._acks.pop(int(number)).set_result(json.loads(frame[2 + len(number) :])[0])
            elif frame.startswith("42"):
                self._hear(*json.loads(frame[2:]))
            elif frame.startswith("41"):
                self.for_good = True
        self.reason = str(message.extra or "")

    async def cut(self) -> None:
        """As a line that breaks: without a word."""
        response = self._ws._response
        if response.connection is not None and response.connection.transport is not None:
            response.connection.transport.abort()
        await self.closed()

    async def closed(self) -> int | None:
        assert self._reading is not None
        async with asyncio.timeout(LIMIT):
            await self._reading
        return self._ws.close_code

    async def close(self) -> None:
        await self._ws.close()
        await self.closed()
