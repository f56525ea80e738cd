"""Starts the plane of `plane.py` and lets people in: what a bench asks of our side."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from bench.peers.load import Caller, Server, Speaker, Viewer
from bench.peers.wire import LOOPBACK, Wire
from tests.support.plane import camera

_ROOT = Path(__file__).parents[2]
Someone = TypeVar("Someone", bound=Caller)


class Classroom:
    name = "vtp"

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()
        self._people = 0
        self.track = ""

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, do: str, **words: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            self._process.stdin.write(json.dumps({"do": do, **words}).encode() + b"\n")
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the plane ended at {do}")
        return json.loads(line)

    async def someone(self, kind: type[Someone], side: str, name: str = "") -> tuple[str, Someone]:
        """Somebody new, connected on one side."""
        self._people += 1
        name = name or f"person-{self._people}"
        sides = await self.ask("join", name=name)
        return name, await self.connected(kind, name, side, sides[side])

    async def connected(
        self, kind: type[Someone], name: str, side: str, told: dict[str, Any]
    ) -> Someone:
        made = kind(Server(**told))
        await self.ask("connect", name=name, side=side, fingerprint=made.fingerprint)
        await made.connect()
        return made

    async def publisher(self) -> Speaker:
        name, made = await self.someone(Speaker, "send", "teacher")
        self.track = await self.ask("publish", name=name, kind="video", parameters=camera())
        return made

    async def viewer(self) -> Viewer:
        name, made = await self.someone(Viewer, "recv")
        made.ssrc = await self.ask("watch", name=name, track=self.track)
        return made


@asynccontextmanager
async def classroom(wire: Wire = LOOPBACK, core: int | None = None) -> AsyncIterator[Classroom]:
    process = await asyncio.create_subprocess_exec(
        *wire.inside, sys.executable, "-m", "bench.peers.plane", wire.server, cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        yield Classroom(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
