"""A sandbox for the hostile functions of `tests.media.hostile`, and a pipe to hear them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import vtp
from vtp import settings
from vtp.clock import SystemClock
from vtp.sandbox.runner import Sandbox

ROOT = Path(vtp.__file__).resolve().parent.parent
SETTINGS = settings.Sandbox(memory=268_435_456, cpu_seconds=20.0, wall_seconds=30.0, output=100_000)


def a_sandbox(given: settings.Sandbox = SETTINGS) -> Sandbox:
    return Sandbox(given, clock=SystemClock(), modules=("tests.media.",))


def of(function: object) -> str:
    """The name by which a child finds a hostile function."""
    return f"tests.media.hostile:{getattr(function, '__name__', '')}"


class Pipe:
    def __init__(self) -> None:
        self.read, self.write = os.pipe()
        self._open = {self.read, self.write}

    async def said(self, size: int = 100) -> bytes:
        return await asyncio.to_thread(os.read, self.read, size)

    def finish(self) -> None:
        """Nothing more is written by us."""
        self._close(self.write)

    def close(self) -> None:
        self._close(self.read)
        self._close(self.write)

    def _close(self, descriptor: int) -> None:
        # Once: the number may belong to somebody else by then.
        if descriptor in self._open:
            self._open.discard(descriptor)
            os.close(descriptor)


@contextmanager
def a_pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    try:
        yield pipe
    finally:
        pipe.close()
