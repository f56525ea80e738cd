"""What `vtp serve` wants to hear of a process that it started: that its loop still runs.

Without it (no VTP_CHILD_PULSE: the descriptor of a pipe, and the seconds between two beats) all of
this does nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress

NAME = "VTP_CHILD_PULSE"


class Pulse:
    """Run `beat` on the loop that is to be judged by it. It ends, and is no longer judged, when
    that is cancelled."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        descriptor, _, every = environ.get(NAME, "").partition(":")
        self._pipe = int(descriptor) if descriptor.isdecimal() else -1
        self._every = float(every or 1.0)

    async def beat(self) -> None:
        if self._pipe < 0:
            return
        os.set_inheritable(self._pipe, False)
        os.set_blocking(self._pipe, False)
        try:
            while True:
                with suppress(OSError):  # nobody reads now, and we do not wait for it
                    os.write(self._pipe, b".")
                await asyncio.sleep(self._every)
        finally:
            os.close(self._pipe)
