"""Signals as something to wait for: asked to stop, or a child ended."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Use from the main thread, within `listening`."""

    def __init__(self) -> None:
        # How often somebody asked us to stop.
        self.stops = 0
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)

    def wait(self, timeout: float | None) -> None:
        """Return at the next signal, at the latest after `timeout` seconds."""
        readable, _, _ = select.select([self._woken], [], [], timeout)
        if readable:
            self._woken.recv(4096)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stops += 1

    def _child(self, _number: int, _frame: FrameType | None) -> None:
        """Only to be woken."""

    @contextmanager
    def listening(self) -> Iterator[Signals]:
        old_wake = signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        old = {signal.SIGCHLD: signal.signal(signal.SIGCHLD, self._child)}
        for number in _STOP:
            # `nohup` made SIGHUP ignored on purpose.
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue
            old[number] = signal.signal(number, self._stop)
        try:
            yield self
        finally:
            for number, handler in old.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(old_wake)
            self._wake.close()
            self._woken.close()
