"""Where web and the recorder meet: a local socket in the folder of the recordings."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = ".recorder"


def listening(folder: Path) -> socket.socket:
    """For the owner alone. What an earlier process left there is in nobody's way."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        (folder / _NAME).unlink(missing_ok=True)
        with _short(folder) as path:
            made.bind(path)
    finally:
        os.umask(before)
    made.setblocking(False)
    return made


def connected(folder: Path) -> socket.socket:
    """OSError where nobody listens; a local connection is made or refused at once."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.setblocking(False)
    try:
        with _short(folder) as path:
            made.connect(path)
    except OSError:
        made.close()
        raise
    return made


@contextmanager
def _short(folder: Path) -> Iterator[str]:
    """The kernel takes paths of 107 bytes; folders of people are longer."""
    held = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{held}/{_NAME}"
    finally:
        os.close(held)
