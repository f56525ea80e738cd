"""The children of a recording as processes behind walls: its mixer, its converters."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, Protocol

import msgspec
import structlog

from vtp.errors import Problem
from vtp.media.recorder import convertspec, mixspec
from vtp.tasks import Tasks

_MEMORY = 768 * 1024 * 1024  # bytes of address space, most of it libraries
# What is heard and seen as it comes is little work, and waits for nothing but the class itself.
_NICE = 2
_log = structlog.get_logger()


class Working(Protocol):
    async def result(self) -> object: ...


class Confined(Protocol):
    """What this package needs of a sandbox (`vtp.sandbox.runner.Sandbox`)."""

    def start(
        self,
        function: str,
        spec: msgspec.Struct,
        *,
        returns: Any,
        files: Mapping[str, int],
        memory: int | None = None,
        cpu_seconds: float | None = None,
        wall_seconds: float | None = None,
        nice: int = 0,
    ) -> AbstractAsyncContextManager[Working]: ...


class Children:
    """Made on the loop; whoever makes them awaits `close`."""

    def __init__(self, sandbox: Confined) -> None:
        self._sandbox = sandbox
        self._tasks = Tasks(_report)
        self._loop = asyncio.get_running_loop()

    def mixer(self, spec: mixspec.MixSpec, line: socket.socket) -> None:
        """From any thread. The line is its own from here on; when it closes, the mixer is gone."""
        self._start(mixspec.FUNCTION, spec, mixspec.Mixed, line)

    def converter(self, line: socket.socket) -> None:
        """As `mixer`."""
        spec = convertspec.ConvertSpec()
        self._start(convertspec.FUNCTION, spec, convertspec.Converted, line)

    def _start(
        self, function: str, spec: msgspec.Struct, returns: type, line: socket.socket
    ) -> None:
        try:
            self._loop.call_soon_threadsafe(self._begin, function, spec, returns, line)
        except RuntimeError:  # the loop has ended
            line.close()

    def _begin(
        self, function: str, spec: msgspec.Struct, returns: type, line: socket.socket
    ) -> None:
        work = self._run(function, spec, returns, line)
        with suppress(RuntimeError):
            self._tasks.start(function, work)
            return
        line.close()

    async def _run(
        self, function: str, spec: msgspec.Struct, returns: type, line: socket.socket
    ) -> None:
        with line:
            working = self._sandbox.start(
                function,
                spec,
                returns=returns,
                files={"line": line.fileno()},
                memory=_MEMORY,
                cpu_seconds=math.inf,
                wall_seconds=math.inf,
                nice=_NICE,
            )
            with suppress(Problem):  # the sandbox has said why
                async with working as work:
                    line.close()
                    await work.result()

    async def close(self) -> None:
        await self._tasks.close()


def _report(task: str, error: BaseException) -> None:
    _log.error("recorder.task_failed", task=task, exc_info=error)
