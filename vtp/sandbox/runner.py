"""Runs functions of ours over untrusted bytes, each in a child behind walls.

`run` waits for the result and bounds how many run at once. `start` is for children that live
long and stream over given descriptors: whoever starts one owns it, and leaving the block ends it.
"""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

import msgspec

from vtp import settings
from vtp.clock import Clock
from vtp.errors import Problem
from vtp.sandbox import report, wire
from vtp.sandbox.failures import Busy, NotStarted
from vtp.sandbox.limits import NICE, Limits
from vtp.sandbox.process import Process, command, lent, python_path
from vtp.sandbox.trial import Attempts, Findings
from vtp.sandbox.work import Work

Result = TypeVar("Result")

_TRIAL = "vtp.sandbox.trial:attempt"
_TRIAL_LIMITS = Limits(memory=268_435_456, cpu_seconds=10.0, wall_seconds=20.0, output=65_536)
# A picture takes a tenth of a second, a video rarely longer.
_BUSY_SECONDS = 5.0


class Sandbox:
    """`modules` are the beginnings of names that may run in a child."""

    def __init__(
        self,
        given: settings.Sandbox,
        *,
        clock: Clock,
        modules: tuple[str, ...] = ("vtp.media.",),
    ) -> None:
        self._settings = given
        self._clock = clock
        self._modules = modules
        self._path = python_path()
        self._slots = asyncio.Semaphore(given.concurrency)
        self._waiting = 0

    async def run(
        self,
        function: str,
        spec: msgspec.Struct,
        *,
        returns: type[Result],
        files: Mapping[str, int],
        raises: Sequence[type[Problem]] = (),
        memory: int | None = None,
        cpu_seconds: float | None = None,
        wall_seconds: float | None = None,
        output: int | None = None,
    ) -> Result:
        """Call `function(spec, files)` in a child and wait for what it returns.

        `raises` are the errors of the function that mean something to the caller. A child reads
        and writes `files` at the position where they are, which it shares with the caller.
        """
        async with (
            self._slot(),
            self.start(
                function,
                spec,
                returns=returns,
                files=files,
                raises=raises,
                memory=memory,
                cpu_seconds=cpu_seconds,
                wall_seconds=wall_seconds,
                output=output,
            ) as work,
        ):
            return await work.result()

    @asynccontextmanager
    async def start(
        self,
        function: str,
        spec: msgspec.Struct,
        *,
        returns: type[Result],
        files: Mapping[str, int],
        raises: Sequence[type[Problem]] = (),
        memory: int | None = None,
        cpu_seconds: float | None = None,
        wall_seconds: float | None = None,
        output: int | None = None,
        nice: int = NICE,
    ) -> AsyncIterator[Work[Result]]:
        """A child that works while the block runs; `math.inf` seconds lift a limit of time."""
        wire.checked_name(function, self._modules)
        given = self._settings
        limits = Limits(
            memory=memory or given.memory,
            cpu_seconds=cpu_seconds or given.cpu_seconds,
            wall_seconds=wall_seconds or given.wall_seconds,
            output=output or given.output,
            nice=nice,
        )
        # One that lives as long as a class waits for others most of its time.
        if math.isfinite(limits.wall_seconds):
            limits = msgspec.structs.replace(limits, still_seconds=given.still_seconds)
        process = self._begin(
            function, spec, files=files, limits=limits, allow_weak=given.allow_weak
        )
        try:
            yield Work(process, function=function, returns=returns, raises=raises)
        finally:
            await process.close()

    def _begin(
        self,
        function: str,
        spec: msgspec.Struct,
        *,
        files: Mapping[str, int],
        limits: Limits,
        allow_weak: bool,
    ) -> Process:
        try:
            with lent(files) as copies:
                job = wire.Job(
                    function=function,
                    spec=wire.encode(spec),
                    files=copies,
                    limits=limits,
                    parent=os.getpid(),
                    allow_weak=allow_weak,
                )
                argv = command(self._path, function)
                return Process(
                    argv,
                    job=wire.encode(job),
                    files=copies,
                    limits=limits,
                    clock=self._clock,
                )
        except OSError as error:
            raise NotStarted from error

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """One of the few places; a short queue waits for them, the rest is sent away."""
        if self._slots.locked() and self._waiting >= self._settings.waiting:
            raise Busy(retry_after=_BUSY_SECONDS)
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()

    async def report(self) -> report.Report:
        """Try in a child what none should be able to do. For the start, not for a request."""
        began = self._clock.monotonic()
        spec = Attempts(memory=_TRIAL_LIMITS.memory, parent=os.getpid())
        try:
            with _given() as descriptor:
                process = self._begin(
                    _TRIAL,
                    spec,
                    files={"given": descriptor},
                    limits=_TRIAL_LIMITS,
                    allow_weak=True,
                )
            done = await self._finished(process)
        except Problem as failure:
            return report.of_failure(failure.code, seconds=self._clock.monotonic() - began)
        findings = msgspec.msgpack.decode(done.result, type=Findings)
        return report.of_trial(done.walls, findings, seconds=self._clock.monotonic() - began)

    async def _finished(self, process: Process) -> wire.Done:
        try:
            return await Work(process, function=_TRIAL, returns=Findings, raises=()).done()
        finally:
            await process.close()


@contextmanager
def _given() -> Iterator[int]:
    descriptor = os.memfd_create("vtp-given", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, report.GIVEN)
        yield descriptor
    finally:
        os.close(descriptor)
