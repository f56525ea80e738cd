"""The children of a recording as processes behind walls: its mixer, its converters."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from itertools import count
from typing import Any, Protocol

import msgspec
import structlog

from vtp.errors import Problem
from vtp.media.recorder import convertspec, mixspec
from vtp.media.recorder.mixline import End
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
    """Made on the loop; whoever makes them awaits `close`. The rest is for any thread."""

    def __init__(self, sandbox: Confined) -> None:
        self._sandbox = sandbox
        self._tasks = Tasks(_report)
        self._loop = asyncio.get_running_loop()
        self._numbers = count()
        self._running: dict[int, asyncio.Task[None]] = {}

    def mixer(self, spec: mixspec.MixSpec, line: socket.socket) -> End:
        """The line is its own from here on; what is given back ends it, whatever it does."""
        return self._start(mixspec.FUNCTION, spec, mixspec.Mixed, line)

    def converter(self, line: socket.socket) -> End:
        """As `mixer`."""
        spec = convertspec.ConvertSpec()
        return self._start(convertspec.FUNCTION, spec, convertspec.Converted, line)

    def _start(
        self, function: str, spec: msgspec.Struct, returns: type, line: socket.socket
    ) -> End:
        number = next(self._numbers)
        if not self._soon(partial(self._begin, number, function, spec, returns, line)):
            line.close()
        return partial(self._end_soon, number)

    def _soon(self, act: Callable[[], None]) -> bool:
        """Not where the loop has ended."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(act)
            return True
        return False

    def _begin(
        self, number: int, function: str, spec: msgspec.Struct, returns: type, line: socket.socket
    ) -> None:
        work = self._run(function, spec, returns, line)
        try:
            task = self._tasks.start(function, work)
        except RuntimeError:  # closed
            line.close()
            return
        self._running[number] = task
        task.add_done_callback(lambda _: self._ended(number, line))

    def _ended(self, number: int, line: socket.socket) -> None:
        self._running.pop(number, None)
        line.close()

    def _end_soon(self, number: int) -> None:
        self._soon(partial(self._end, number))

    def _end(self, number: int) -> None:
        if (task := self._running.pop(number, None)) is not None:
            task.cancel()

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
