"""The program is killed in the middle of an upload: what came is kept, and the file ends up whole."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.processes import free_port, started, vtp
from tests.support.tus import ON, TUS, told

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

_WHO = {"email": "teacher@demo.test", "password": "classroom"}
_READY = "Press Ctrl-C to stop."
_SIZE, _PIECE = 24_000_000, 64 * 1024
# Of the file, when each of them is killed.
_VICTIMS = (("vtp web", 0.3), ("vtp web", 0.6), ("vtp work", 0.8))


OnShare = Callable[[float], Awaitable[None]]


class Sender:
    """One file, sent slowly enough to be cut, again and again."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, data: bytes, on_share: OnShare
    ) -> None:
        self._http, self._url, self._data, self._on_share = http, url, data, on_share
        self._headers: dict[str, str] = {}
        self.path = ""

    async def begin(self) -> None:
        async with self._http.post(f"{self._url}/api/v1/auth/login", json=_WHO) as answer:
            token = (await answer.json())["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}
        about = {"Upload-Length": str(_SIZE), "Upload-Metadata": told(filename="Atlas.pdf")}
        headers = {**self._headers, **TUS, **about}
        async with self._http.post(f"{self._url}/api/v1/uploads", headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            self.path = answer.headers["Location"]

    async def _pieces(self, offset: int) -> AsyncIterator[bytes]:
        for at in range(offset, _SIZE, _PIECE):
            yield self._data[at : at + _PIECE]
            await asyncio.sleep(0.005)
            await self._on_share(at / _SIZE)

    async def offset(self) -> int:
        """Where it goes on, as soon as there is somebody to ask."""
        while True:
            with suppress(aiohttp.ClientError, KeyError):
                headers = {**self._headers, **TUS}
                async with self._http.head(self._url + self.path, headers=headers) as answer:
                    return int(answer.headers["Upload-Offset"])
            await asyncio.sleep(0.2)

    async def go_on(self, offset: int) -> bool:
        """Whether it is whole; False where the line broke."""
        headers = {**self._headers, **ON, "Upload-Offset": str(offset)}
        with suppress(aiohttp.ClientError, OSError):
            async with self._http.patch(
                self._url + self.path, headers=headers, data=self._pieces(offset)
            ) as answer:
                return answer.status == 204
        return False

    async def item(self) -> Any:
        path = f"/api/v1/media/{self.path.rpartition('/')[2]}"
        async with self._http.get(self._url + path, headers=self._headers) as answer:
            return await answer.json()


async def test_an_upload_goes_on_after_web_was_killed(tmp_path: Path) -> None:
    victims = list(_VICTIMS)

    async def kill(share: float) -> None:
        if victims and share >= victims[0][1]:
            pid = await asyncio.to_thread(program.child, victims.pop(0)[0])
            os.kill(pid, signal.SIGKILL)

    data = b"%PDF-1.7\n" + os.urandom(_SIZE - 9)
    port = free_port()
    env = {"VTP_SERVER__PORT": str(port), "VTP_MEDIA__PORT": "0"}
    argv = vtp("serve", "--data", "data", "--demo")
    with started(argv, folder=tmp_path, env=env) as program:
        await asyncio.to_thread(program.wait_for, _READY, seconds=180.0)
        async with aiohttp.ClientSession() as http:
            sender = Sender(http, f"http://127.0.0.1:{port}", data, kill)
            await sender.begin()
            async with asyncio.timeout(300):
                while not await sender.go_on(await sender.offset()):
                    pass
                found = await sender.item()
    assert not victims
    assert found["sha256"] == hashlib.sha256(data).hexdigest()
