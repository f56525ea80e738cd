"""A file to be taken home, that PyAV writes to and goes back in."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping

import av
from av.container import OutputContainer

from vtp.media.pack.ladder import NoSpace

# What tells where everything lies comes first: a player begins before the whole file is there.
_MUXING = {"movflags": "+faststart"}


def target(descriptor: int) -> OutputContainer:
    """An MP4. Once its end is known, FFmpeg reads it again to make room at its beginning."""

    def again(_url: str, _flags: int, _options: Mapping[str, str]) -> Target:
        return Target(descriptor)

    return av.open(Target(descriptor), "w", format="mp4", options=_MUXING, io_open=again)


class Target:
    """With a place of its own: one descriptor is read at one and written at another."""

    def __init__(self, descriptor: int) -> None:
        self._fd = descriptor
        self._at = 0

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        while view:
            try:
                done = os.pwrite(self._fd, view, self._at)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise NoSpace from error
                raise
            view, self._at = view[done:], self._at + done
        return len(data)

    def read(self, size: int) -> bytes:
        found = os.pread(self._fd, size, self._at)
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        end = os.fstat(self._fd).st_size
        self._at = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: end}[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at
