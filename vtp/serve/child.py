"""A child process: what to run, how it is known to be ready, and how it is asked to end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from vtp.serve.lineage import Enter, dies_with_us
from vtp.serve.pulse import Pulse
from vtp.telemetry.pulse import NAME as PULSE


@dataclass(frozen=True, slots=True)
class Ending:
    """A way to end, and the seconds that a child has before the next, harder one."""

    signal: signal.Signals
    patience: float


# A log that grew beyond this is put aside once, so that two of them are the most.
_LARGEST_LOG = 4_194_304

_LOOK = os.WEXITED | os.WNOHANG | os.WNOWAIT

AT_ONCE = Ending(signal.SIGKILL, 5.0)


def always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A plain description; `Process` is one life of it."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    # Runs once to success before the next child starts; the others are kept running.
    once: bool = False
    ready: Callable[[], bool] = always
    # Asked before each start; False asks again soon.
    may_start: Callable[[], bool] = always
    # From gentle to certain; a second stop signal from a person moves on to the next.
    endings: tuple[Ending, ...] = (Ending(signal.SIGTERM, 10.0), AT_ONCE)
    # All of a higher rank have ended before a lower one is asked to.
    stop_rank: int = 1
    death_signal: signal.Signals = signal.SIGKILL
    # Another identity, taken between fork and exec.
    enter: Enter | None = None
    # Where it works; else in our own folder, which another identity may not be able to enter.
    cwd: Path | None = None
    # Its messages go here, else to our own terminal.
    log: Path | None = None
    # Seconds without a beat after which it hangs; None: it has no pulse.
    silence_limit: float | None = None


@dataclass(slots=True)
class Process:
    """A started child. It leads its own session, so a terminal's Ctrl-C reaches only us."""

    child: Child
    popen: subprocess.Popen[bytes]
    pulse: Pulse | None = None
    code: int | None = None
    _ending: int = field(default=-1)
    _press_at: float = field(default=0.0)

    @classmethod
    def start(cls, child: Child) -> Process:
        pulse = None if child.silence_limit is None else Pulse.of(child.silence_limit)
        try:
            with _messages(child.log) as stream:
                popen = _fork(child, stdin=subprocess.DEVNULL, output=stream, pulse=pulse)
        except BaseException:
            if pulse is not None:
                pulse.close()
            raise
        if pulse is not None:
            pulse.handed_over()
        return cls(child, popen, pulse)

    def ended(self) -> int | None:
        """The exit code, negative for a signal; None while it runs.

        What it left in its group is killed while its id still cannot belong to anyone else.
        """
        if self.code is None and _is_dead(self.popen.pid):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, signal.SIGKILL)
            self.code = self.popen.wait()
            if self.pulse is not None:
                self.pulse.close()
        return self.code

    def hangs(self, now: float) -> bool:
        """One that was asked to end has its time for that, whatever it does meanwhile."""
        return self.pulse is not None and not self.asked and self.pulse.hangs(now)

    def kill(self) -> None:
        """As if it had died by itself."""
        with suppress(ProcessLookupError):
            os.kill(self.popen.pid, signal.SIGKILL)

    def ask_to_end(self, now: float) -> None:
        if self._ending < 0:
            self._next(now)

    def press(self, now: float, *, hurry: bool = False) -> None:
        """Go on to the next way of ending when it is time for it."""
        if self._ending >= 0 and (hurry or now >= self._press_at):
            self._next(now)

    def end(self) -> None:
        """Ask, press and wait until it has ended."""
        self.ask_to_end(time.monotonic())
        while self.ended() is None:
            time.sleep(0.02)
            self.press(time.monotonic())

    @property
    def asked(self) -> bool:
        return self._ending >= 0

    @property
    def press_at(self) -> float:
        return self._press_at

    @property
    def look_at(self) -> float:
        return self.pulse.look_at if self.pulse is not None else float("inf")

    def _next(self, now: float) -> None:
        self._ending = min(self._ending + 1, len(self.child.endings) - 1)
        ending = self.child.endings[self._ending]
        self._press_at = now + ending.patience
        with suppress(ProcessLookupError):
            os.kill(self.popen.pid, ending.signal)


def finish(child: Child, *, given: bytes = b"", timeout: float) -> tuple[int, bytes]:
    """Run a short child to its end: its exit code and everything that it wrote."""
    with _fork(child, stdin=subprocess.PIPE, output=subprocess.PIPE) as popen:
        try:
            said, _ = popen.communicate(given, timeout)
        finally:
            if popen.returncode is None:
                os.killpg(popen.pid, signal.SIGKILL)
    return popen.returncode, said


def _fork(
    child: Child, *, stdin: int, output: IO[bytes] | int | None, pulse: Pulse | None = None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        child.argv,
        env={**child.env, **({} if pulse is None else {PULSE: pulse.told})},
        pass_fds=() if pulse is None else (pulse.theirs,),
        cwd=child.cwd,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT if output is subprocess.PIPE else output,
        start_new_session=True,
        preexec_fn=_entering(child),
    )


def reap_strays(ours: Iterable[Process]) -> None:
    """As process 1 of a container, everything that lost its parent is ours to collect."""
    known = {process.popen.pid for process in ours}
    with suppress(ChildProcessError):
        while (found := os.waitid(os.P_ALL, 0, _LOOK)) is not None and found.si_pid not in known:
            os.waitpid(found.si_pid, 0)


def _is_dead(pid: int) -> bool:
    """Without taking it from the process table, which would free its id."""
    return os.waitid(os.P_PID, pid, _LOOK) is not None


def _entering(child: Child) -> Enter:
    tie = dies_with_us(child.death_signal)
    other = child.enter

    def enter() -> None:
        if other is not None:
            other()
        tie()

    return enter


@contextmanager
def _messages(log: Path | None) -> Iterator[IO[bytes] | None]:
    """The open log of a child while it is being started; None: it writes where we do."""
    if log is None:
        yield None
        return
    with suppress(FileNotFoundError):
        if log.stat().st_size > _LARGEST_LOG:
            log.replace(log.with_suffix(".old.log"))
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "ab") as stream:
        yield stream
