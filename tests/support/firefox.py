"""Real Firefox without a window, driven by WebDriver BiDi: no driver but Firefox itself."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

_START = 60.0
_ANSWER = 60.0
# A camera and a microphone that are made up, and no question about them; sound may begin by itself.
# Nothing is asked of the outside.
_PREFERENCES: dict[str, bool | int | str] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.gmp-manager.updateEnabled": False,
    "media.peerconnection.enabled": True,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.prefs.recommended": True,
    "toolkit.telemetry.server": "",
}
_LISTENING = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")


def firefox() -> str | None:
    return shutil.which("firefox-esr") or shutil.which("firefox")


def outer_address() -> str | None:
    """An address of this machine that is not loopback: Firefox never tries that one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.200", 9))  # sends nothing
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return None if address.startswith("127.") else address


class Tab:
    """One page of Firefox."""

    def __init__(self, wire: aiohttp.ClientWebSocketResponse) -> None:
        self._wire = wire
        self._numbers = itertools.count(1)
        self._context = ""

    async def begin(self) -> None:
        await self._call("session.new", {"capabilities": {}})
        tree = await self._call("browsingContext.getTree", {})
        self._context = tree["contexts"][0]["context"]

    async def goto(self, url: str) -> None:
        where = {"context": self._context, "url": url, "wait": "complete"}
        await self._call("browsingContext.navigate", where)

    async def evaluate(self, expression: str) -> Any:
        """What it comes to, as JSON has it; a promise is waited for."""
        answer = await self._call(
            "script.evaluate",
            {
                "expression": f"(async () => JSON.stringify(await ({expression})))()",
                "target": {"context": self._context},
                "awaitPromise": True,
            },
        )
        if answer["type"] != "success":
            raise AssertionError(answer["exceptionDetails"]["text"])
        value = answer["result"].get("value")
        return None if value is None else json.loads(value)

    async def run(self, script: str) -> None:
        """A script of more than one expression."""
        await self.evaluate(f"(() => {{{script}}})()")

    async def _call(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        await self._wire.send_str(json.dumps({"id": number, "method": method, "params": given}))
        async with asyncio.timeout(_ANSWER):
            while True:
                told = json.loads(await self._wire.receive_str())
                if told.get("id") == number:
                    break
        if told["type"] == "error":
            raise AssertionError(f"{method}: {told['message']}")
        result: dict[str, Any] = told["result"]
        return result


@asynccontextmanager
async def a_tab(executable: str, folder: Path) -> AsyncIterator[Tab]:
    profile = folder / "firefox"
    profile.mkdir()
    lines = [
        f"user_pref({json.dumps(n)}, {json.dumps(value)});" for n, value in _PREFERENCES.items()
    ]
    (profile / "user.js").write_text("\n".join(lines))
    process = await asyncio.create_subprocess_exec(
        executable,
        "--headless",
        "--no-remote",
        "--profile",
        str(profile),
        "--remote-debugging-port=0",
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "MOZ_CRASHREPORTER_DISABLE": "1"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    reading: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(_START):
            where = await _listening(process)
        reading = asyncio.create_task(_read_on(process))
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(f"{where}/session", max_msg_size=0, autoping=True) as wire,
        ):
            tab = Tab(wire)
            await tab.begin()
            yield tab
    finally:
        with suppress(ProcessLookupError):
            _end(process)
        await process.wait()
        if reading is not None:
            await reading


def _end(process: asyncio.subprocess.Process) -> None:
    """With the processes of its pages, which are in a session of their own with it."""
    os.killpg(process.pid, signal.SIGKILL)


async def _listening(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async for line in process.stderr:
        if (found := _LISTENING.search(line)) is not None:
            return found[1].decode()
    raise AssertionError("Firefox has ended")


async def _read_on(process: asyncio.subprocess.Process) -> None:
    """What it says; a full pipe would stop it."""
    assert process.stderr is not None
    async for _ in process.stderr:
        pass
