"""The clients that people have: python-socketio's and the JavaScript one, unmodified."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import socketio

from tests.support.socket_app import ANN, QUICK, SAID, Said, Served, events, served
from vtp.edge.rules import signed_in
from vtp.edge.sockets.channels import channel
from vtp.edge.sockets.events import Call, Events

_PEERS = Path(__file__).resolve().parents[2] / "bench" / "peers"

more = Events("more")


@more.on("test.shout", rule=signed_in("test", "shout"))
async def shout(call: Call, body: Said) -> None:
    await call.sockets.emit(SAID, body, to=channel("test", "hall"))


@more.on("test.sign_out", rule=signed_in("test", "sign_out"))
async def sign_out(call: Call) -> None:
    await call.sockets.close_user(call.actor.require_user())


@pytest.fixture
async def site() -> AsyncIterator[Served]:
    options = msgspec.structs.replace(QUICK, ping_interval=0.3, ping_timeout=5)
    async with served(options, groups=(events, more)) as made:
        yield made


async def test_the_javascript_client_understands_all_of_it(site: Served) -> None:
    node = shutil.which("node")
    if node is None or not (_PEERS / "node_modules" / "socket.io-client").is_dir():
        pytest.skip("needs the JavaScript client: make peers")
    process = await asyncio.create_subprocess_exec(
        node,
        str(_PEERS / "client.mjs"),
        f"http://127.0.0.1:{site.port}",
        "school.test",
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    seen = json.loads(out)
    assert seen["transport"] == "websocket"
    assert seen["echo"] == {"ok": {"text": "héllo", "by": str(ANN.user_id)}}
    assert seen["invalid"]["error"]["fields"] == {"text": "Give text, not a whole number."}
    assert seen["unknown"]["error"]["code"] == "not_found"
    assert seen["binary"]["error"]["code"] == "no_binary"
    assert seen["after"]["ok"]["text"] == "still here"
    assert seen["namespace"]["data"]["code"] == "not_found"
    assert seen["nobody"]["message"] == "Sign in first."
    assert seen["nobody"]["data"]["code"] == "unauthenticated"
    assert seen["said"] == {"text": "to all", "times": 1}
    assert seen["ended"]["code"] == "revoked"
    assert (seen["disconnect"], seen["comes_back"]) == ("io server disconnect", False)
    assert (seen["pinged"], seen["left"]) == (True, "io client disconnect")


async def test_the_python_client_understands_all_of_it(site: Served) -> None:
    client, told = socketio.AsyncClient(reconnection=False), asyncio.Queue[object]()
    client.on("test.said", told.put)
    client.on("ended", told.put)
    client.on("disconnect", told.put)
    await connect(client, site, {"token": "ann"})
    assert client.transport() == "websocket"
    answer = await client.call("test.echo", {"text": "a"}, timeout=5)
    assert answer == {"ok": {"text": "a", "by": str(ANN.user_id)}}
    refused = await client.call("test.echo", {"text": b"\1"}, timeout=5)
    assert refused["error"]["code"] == "no_binary"
    await client.call("test.enter", {"text": "hall"}, timeout=5)
    await client.call("test.shout", {"text": "b"}, timeout=5)
    async with asyncio.timeout(5):
        assert await told.get() == {"text": "b", "times": 1}
        await client.emit("test.sign_out")
        ended = await told.get()
        assert isinstance(ended, dict)
        assert ended["code"] == "revoked"
        assert await told.get() == client.reason.SERVER_DISCONNECT
    await client.disconnect()


async def test_the_python_client_hears_why_it_may_not_connect(site: Served) -> None:
    client, told = socketio.AsyncClient(reconnection=False), asyncio.Queue[object]()
    client.on("connect_error", told.put)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await connect(client, site, {"token": "nobody"})
    error = await told.get()
    assert isinstance(error, dict)
    assert error["data"]["code"] == "bad_credentials"
    await client.disconnect()


async def connect(client: socketio.AsyncClient, site: Served, auth: dict[str, str]) -> None:
    await client.connect(
        f"http://127.0.0.1:{site.port}",
        headers={"Host": "school.test"},
        auth=auth,
        transports=["websocket"],
    )
