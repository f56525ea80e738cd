"""Whole processes for tests: start one, wait for what it says, look for what it left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_MARK = "VTP_TEST_MARK"


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def until(true: Callable[[], object], *, seconds: float = 20.0, what: str = "") -> None:
    """Wait for it; the limit is for a hung test, not a claim about speed."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {what or true}")
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Running, and not only waiting to be collected."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


@dataclass
class Program:
    """A started program and everything below it, known by a mark in the environment."""

    popen: subprocess.Popen[bytes]
    mark: str
    output: Path

    @property
    def pid(self) -> int:
        return self.popen.pid

    def said(self) -> str:
        return self.output.read_text("utf-8", "replace")

    def wait_for(self, words: str, *, times: int = 1, seconds: float = 60.0) -> None:
        def enough() -> bool:
            if self.popen.poll() is not None and self.said().count(words) < times:
                raise AssertionError(f"ended with {self.popen.returncode}: {self.said()}")
            return self.said().count(words) >= times

        until(enough, seconds=seconds, what=f"{words!r} in {self.output}")

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.popen.send_signal(number)

    def ended(self, *, seconds: float = 30.0) -> int:
        return self.popen.wait(seconds)

    def family(self) -> dict[int, str]:
        """Living processes with our mark, by id, with their arguments."""
        return dict(_marked(self.mark))

    def child(self, words: str) -> int:
        """The one descendant whose arguments end with these words."""
        found: list[int] = []

        def one() -> bool:
            found[:] = [pid for pid, argv in self.family().items() if argv.endswith(words)]
            return len(found) == 1

        until(one, what=f"one process `{words}` in {self.family()}")
        return found[0]


def _marked(mark: str) -> Iterator[tuple[int, str]]:
    wanted = f"{_MARK}={mark}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or not alive(int(entry.name)):
            continue
        with suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                argv = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
                yield int(entry.name), argv


@contextmanager
def started(
    argv: Sequence[str],
    *,
    folder: Path,
    env: Mapping[str, str] | None = None,
    user: int | None = None,
    before: Callable[[], None] | None = None,
) -> Iterator[Program]:
    """Run `argv` in `folder` with a clean environment; nothing of it outlives the block."""
    mark = uuid.uuid4().hex
    output = folder / f"output-{mark[:8]}.txt"
    with output.open("wb") as stream:
        popen = subprocess.Popen(
            argv,
            cwd=folder,
            env=clean_environment() | dict(env or {}) | {_MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            preexec_fn=before,
        )
    program = Program(popen, mark, output)
    try:
        yield program
    finally:
        for pid in [popen.pid, *program.family()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        popen.wait()


def clean_environment() -> dict[str, str]:
    """Ours, without settings of the program and with the sources on the path."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("VTP_", "PG"))}
    return env | {"PYTHONPATH": str(ROOT)}


def vtp(*words: str) -> list[str]:
    return [sys.executable, "-m", "vtp", *words]
