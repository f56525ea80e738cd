"""The recorder's end of the line to a child. Nothing here waits, but `wait`."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator

from vtp.media.recorder import mixwire

_READ = 256 * 1024

# Ends a child, also one that has stopped doing anything.
End = Callable[[], None]


class Line:
    """`close` ends the child as well."""

    def __init__(self, sock: socket.socket, end: End, *, most: int | None = None) -> None:
        self._end = end
        sock.setblocking(False)
        self._socket = sock
        self._waiting = bytearray()
        self._frames = mixwire.Frames() if most is None else mixwire.Frames(most=most)
        self.gone = False

    def send(self, data: bytes) -> None:
        self._waiting += data

    def flush(self) -> bool:
        """Whether all is sent."""
        try:
            while self._waiting:
                del self._waiting[: self._socket.send(self._waiting)]
        except BlockingIOError:
            return False
        except OSError:
            return False  # what it said before it went is still to be read
        return True

    def received(self) -> Iterator[tuple[int, bytes]]:
        """All that is there; `gone` where nothing more will come."""
        while True:
            try:
                data = self._socket.recv(_READ)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self.gone = True
                return
            yield from self._frames.feed(data)

    def wait(self, seconds: float) -> None:
        """Until something can be read, or sent where something waits."""
        writing = [self._socket] if self._waiting else []
        select.select([self._socket], writing, [], seconds)

    def close(self) -> None:
        self._socket.close()
        self._end()
