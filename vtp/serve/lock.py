"""One supervisor per data folder: a lock that the kernel drops with its holder, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vtp.serve.errors import AlreadyServing, CannotServe

_NAME = "vtp.lock"


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the lock of this data folder; children do not inherit it."""
    handle = _opened(data / _NAME)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyServing(
                f"vtp is already running on {data} (process {_holder(handle)}). "
                "Stop that one first, or choose another folder with --data."
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotServe(
            f"{path.parent} cannot be written to: {error.strerror}. "
            "Mend that, or choose another folder with --data."
        ) from None


def _holder(handle: int) -> str:
    """Its process id, which it writes right after it got the lock."""
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        noted = os.pread(handle, 32, 0).decode("ascii", "replace")
        if noted.endswith("\n"):
            return noted.strip()
        time.sleep(0.01)
    return "unknown"
