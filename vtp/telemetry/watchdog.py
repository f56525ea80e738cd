"""What systemd wants to hear from a service of Type=notify, sd_notify(3): ready, alive, stopping.

Without systemd (no NOTIFY_SOCKET) all of this does nothing.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Watchdog:
    """Call `ready` once, keep `feed` running on the loop, call `stopping` before the drain."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        # "@" begins a name in the abstract namespace, for which the kernel wants a zero byte.
        self._address = environ.get("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        self._every = _interval(environ)

    def ready(self) -> None:
        self._tell("READY=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    async def feed(self) -> None:
        """Runs until it is cancelled. A loop that hangs feeds nobody, and systemd restarts us."""
        while self._every:
            self._tell("WATCHDOG=1")
            await asyncio.sleep(self._every)

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        # Never wait for systemd, and never fail because of it.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.setblocking(False)
            told.sendto(message.encode(), self._address)


def _interval(environ: Mapping[str, str]) -> float:
    """Half of what systemd waits, in seconds; 0 when it does not, or waits for another process."""
    micros, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not micros.isdecimal() or (pid and pid != str(os.getpid())):
        return 0.0
    return int(micros) / 2e6
