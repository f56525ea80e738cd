"""One child as its parent sees it: started, listened to, ended and reaped.

Everything happens in callbacks of the loop, so nothing is lost when whoever waits is cancelled:
a child that was started is always reaped. No thread waits for it; its pidfd does.
"""

from __future__ import annotations

import asyncio
import fcntl
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import vtp
from vtp.clock import Clock
from vtp.sandbox.limits import Cut, End, Limits
from vtp.sandbox.stillness import Stillness, processor_seconds

# The folder that holds this package comes first, wherever it was installed or checked out; the
# rest is told, because -I and -S make Python forget the environment and skip start-up hooks.
_BOOT = (
    "import sys; count = int(sys.argv[1]); sys.path[:0] = sys.argv[2:3]; "
    "sys.path += sys.argv[3:2 + count]; from vtp.sandbox.child import main; main()"
)
_READ = 65_536
# A traceback of the interpreter fits; what a library prints beyond that is a flood.
_MAX_COMPLAINT = 262_144


def python_path() -> list[str]:
    """Where a child finds this package and what it needs."""
    root = Path(vtp.__file__).resolve().parent.parent
    told = [entry for entry in sys.path if Path(entry).is_absolute() and Path(entry).exists()]
    return list(dict.fromkeys([str(root), *told]))


def command(path: Sequence[str], function: str) -> list[str]:
    """The last word only says in a process list what it is."""
    return [
        *(sys.executable, "-I", "-S", "-B", "-X", "faulthandler", "-c", _BOOT),
        *(str(len(path)), *path, function),
    ]


def environment() -> dict[str, str]:
    """Nothing of ours. Two arenas: each one reserves 64 MiB of the address space it may use."""
    clean = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
    if libraries := os.environ.get("LD_LIBRARY_PATH"):
        clean["LD_LIBRARY_PATH"] = libraries  # some interpreters do not start without
    return clean


@contextmanager
def lent(files: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Our own copies of descriptors, above the standard ones, until the child has them."""
    copies: dict[str, int] = {}
    try:
        for name, descriptor in files.items():
            copies[name] = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
        yield copies
    finally:
        for descriptor in copies.values():
            os.close(descriptor)


class Process:
    """Started by the constructor. Its owner awaits `close`, or `ended` where it ends by itself."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        job: bytes,
        files: Mapping[str, int],
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._limits = limits
        self._clock = clock
        self._stillness = Stillness(limits.still_seconds)
        self._cut: Cut | None = None
        self._end: asyncio.Future[End] = self._loop.create_future()
        with ExitStack() as ours, ExitStack() as theirs:
            answer = _pipe(ours, theirs)
            complaint = _pipe(ours, theirs)
            with _in_memory(job) as source:
                self._popen = subprocess.Popen(
                    argv,
                    stdin=source,
                    stdout=answer.write,
                    stderr=complaint.write,
                    pass_fds=tuple(files.values()),
                    env=environment(),
                    cwd="/",
                    start_new_session=True,
                )
            self._pidfd = self._watched()
            ours.pop_all()
        self.answer = Intake(self._loop, answer.read, limits.output, self._overflowed)
        self.complaint = Intake(self._loop, complaint.read, _MAX_COMPLAINT, self._overflowed)
        self._loop.add_reader(self._pidfd, self._exited)
        self._timer = self._cut_after(limits.wall_seconds)
        self._glance = self._look_later()

    @property
    def pid(self) -> int:
        return self._popen.pid

    def _watched(self) -> int:
        try:
            return os.pidfd_open(self.pid)
        except OSError:
            self._popen.kill()
            self._popen.wait()
            raise

    def _cut_after(self, seconds: float) -> asyncio.TimerHandle | None:
        if not math.isfinite(seconds):
            return None
        return self._loop.call_later(seconds, self.cut, Cut.TIME)

    def _look_later(self) -> asyncio.TimerHandle | None:
        if not math.isfinite(self._limits.still_seconds):
            return None
        return self._loop.call_later(self._stillness.every, self._look)

    def _look(self) -> None:
        used = processor_seconds(self.pid)
        if used is not None and self._stillness.look(used, self._clock.monotonic()):
            self.cut(Cut.STILL)
            return
        self._glance = self._look_later()

    def _overflowed(self) -> None:
        self.cut(Cut.OUTPUT)

    def cut(self, why: Cut) -> None:
        """End it now; the first reason counts."""
        if self._end.done():
            return
        self._cut = self._cut or why
        self._kill()

    def _kill(self) -> None:
        # The group as well: where no filter holds, the child may have had children.
        for kill in (os.killpg, os.kill):
            with suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)

    def _exited(self) -> None:
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        for timer in (self._timer, self._glance):
            if timer is not None:
                timer.cancel()
        # Before it is reaped, while its number cannot belong to anybody else.
        self._kill()
        self.answer.finish()
        self.complaint.finish()
        _, status, usage = os.wait4(self.pid, 0)
        self._popen.returncode = os.waitstatus_to_exitcode(status)
        self._end.set_result(
            End(
                status=self._popen.returncode,
                cut=self._cut,
                limits=self._limits,
                cpu_seconds=usage.ru_utime + usage.ru_stime,
                peak_memory=usage.ru_maxrss * 1024,
            )
        )

    async def ended(self) -> End:
        """Wait for the end. Whoever is cancelled meanwhile takes nothing down with them."""
        return await asyncio.shield(self._end)

    async def close(self) -> None:
        """End it if it still runs; it is reaped when this returns, also for who is cancelled."""
        self.cut(Cut.LEFT)
        left = False
        while not self._end.done():
            try:
                await self.ended()
            except asyncio.CancelledError:
                left = True
        if left:
            raise asyncio.CancelledError


class Intake:
    """What a child says on one pipe, up to a limit; `overflow` is called beyond it."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        descriptor: int,
        limit: int,
        overflow: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._descriptor: int | None = descriptor
        self._limit = limit
        self._overflow = overflow
        self._received = bytearray()
        os.set_blocking(descriptor, False)
        loop.add_reader(descriptor, self._read)

    @property
    def received(self) -> bytes:
        return bytes(self._received)

    def _read(self) -> bool:
        """Take what is there; False when nothing more will be taken now."""
        if self._descriptor is None:
            return False
        try:
            chunk = os.read(self._descriptor, _READ)
        except BlockingIOError:
            return False
        self._received += chunk
        if not chunk:
            self._close()
        elif len(self._received) > self._limit:
            self._close()
            self._overflow()
        return bool(chunk)

    def finish(self) -> None:
        """The child is gone: take the rest, which is at most a full pipe."""
        while self._read():
            pass
        self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None


class _Pipe(NamedTuple):
    read: int
    write: int


def _pipe(ours: ExitStack, theirs: ExitStack) -> _Pipe:
    """A pipe whose ends are closed with their stacks."""
    pipe = _Pipe(*os.pipe())
    ours.callback(os.close, pipe.read)
    theirs.callback(os.close, pipe.write)
    return pipe


@contextmanager
def _in_memory(data: bytes) -> Iterator[int]:
    """A file in memory: written at once, so that the child can never make us wait."""
    descriptor = os.memfd_create("vtp-job", os.MFD_CLOEXEC)
    try:
        with open(descriptor, "wb", closefd=False) as target:
            target.write(data)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)
