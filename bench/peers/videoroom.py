"""Janus with its videoroom, in a process of its own: the peer of bench/sfu.py.

With the settings of its package, but that it is ICE-lite as we are, and keeps to one room.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bench.peers import servers
from bench.peers.load import RTX, VP8, Speaker, Viewer
from bench.peers.sdp import NOWHERE, SENDS, description, found, server_of
from bench.peers.wire import LOOPBACK, Wire

_DEBIAN = Path("/etc/janus")
_ROOM = 1234
_CONFIG = """
general: {{ debug_level = 2 }}
nat: {{ ice_lite = true }}
plugins: {{ disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so" }}
transports: {{ disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so" }}
loggers: {{ disable = "libjanus_jsonlog.so" }}
"""
_WEBSOCKETS = 'general: {{ ws = true\n ws_port = {port}\n ws_ip = "{host}" }}\n'
_ROOMS = 'room-1234: {{ description = "class"\n publishers = 2\n bitrate = 0 }}\n'


def installed() -> bool:
    return shutil.which("janus") is not None


class Videoroom:
    name = "Janus"

    def __init__(self, pid: int, talk: aiohttp.ClientWebSocketResponse) -> None:
        self.pid = pid
        self._talk = talk
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = 0
        self._session = 0
        self._feed = 0

    async def listen(self) -> None:
        async for message in self._talk:
            told = message.json()
            if told["janus"] == "ack":
                continue
            answer = self._waiting.pop(told.get("transaction", ""), None)
            if answer is not None:
                answer.set_result(told)

    async def _ask(self, janus: str, **words: Any) -> dict[str, Any]:
        self._numbers += 1
        number = str(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        session = {"session_id": self._session} if self._session else {}
        await self._talk.send_json({"janus": janus, "transaction": number, **session, **words})
        told: dict[str, Any] = await asyncio.wait_for(answer, 20.0)
        if told["janus"] == "error" or "error" in told.get("plugindata", {}).get("data", {}):
            raise RuntimeError(str(told))
        return told

    async def begin(self) -> None:
        self._session = (await self._ask("create"))["data"]["id"]

    async def stay(self) -> None:
        while True:
            await asyncio.sleep(20)
            alive = {"janus": "keepalive", "session_id": self._session, "transaction": "alive"}
            await self._talk.send_json(alive)

    async def _handle(self) -> int:
        told = await self._ask("attach", plugin="janus.plugin.videoroom")
        return int(told["data"]["id"])

    async def publisher(self) -> Speaker:
        handle = await self._handle()
        body: dict[str, Any] = {"request": "join", "ptype": "publisher", "room": _ROOM}
        told = await self._ask("message", handle_id=handle, body=body)
        self._feed = told["plugindata"]["data"]["id"]
        made = Speaker(NOWHERE)
        told = await self._ask(
            "message", handle_id=handle, body={"request": "publish"},
            jsep={"type": "offer", "sdp": description(made, "sendonly", VP8, RTX, SENDS)},
        )  # fmt: skip
        made.server = server_of(told["jsep"]["sdp"])
        await made.connect()
        return made

    async def viewer(self) -> Viewer:
        handle = await self._handle()
        streams = [{"feed": self._feed}]
        body = {"request": "join", "ptype": "subscriber", "room": _ROOM, "streams": streams}
        told = await self._ask("message", handle_id=handle, body=body)
        offer = told["jsep"]["sdp"]
        made = Viewer(server_of(offer))
        pt = int(found(r"a=rtpmap:(\d+) VP8", offer))
        rtx = int(found(r"a=rtpmap:(\d+) rtx", offer))
        await self._ask(
            "message", handle_id=handle, body={"request": "start"},
            jsep={"type": "answer", "sdp": description(made, "recvonly", pt, rtx, "")},
        )  # fmt: skip
        await made.connect()
        return made


@asynccontextmanager
async def videoroom(wire: Wire = LOOPBACK, core: int | None = None) -> AsyncIterator[Videoroom]:
    port = servers.free_port()
    folder = Path(tempfile.mkdtemp(prefix="vtp-janus-"))
    (folder / "janus.jcfg").write_text(_CONFIG.format())
    (folder / "janus.transport.websockets.jcfg").write_text(
        _WEBSOCKETS.format(port=port, host=wire.server)
    )
    (folder / "janus.plugin.videoroom.jcfg").write_text(_ROOMS.format())
    process = await asyncio.create_subprocess_exec(
        *wire.inside, "janus", "-F", str(folder), stdout=asyncio.subprocess.DEVNULL
    )
    if core is not None:
        os.sched_setaffinity(process.pid, {core})
    try:
        async with aiohttp.ClientSession() as session:
            talk = await _dialled(session, wire.server, port)
            made = Videoroom(process.pid, talk)
            tasks = [asyncio.create_task(made.listen())]
            await made.begin()
            tasks.append(asyncio.create_task(made.stay()))
            yield made
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await talk.close()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        shutil.rmtree(folder)


async def _dialled(
    session: aiohttp.ClientSession, host: str, port: int
) -> aiohttp.ClientWebSocketResponse:
    for _ in range(100):
        try:
            return await session.ws_connect(f"http://{host}:{port}", protocols=("janus-protocol",))
        except OSError:
            await asyncio.sleep(0.1)
    raise RuntimeError("Janus does not answer")
