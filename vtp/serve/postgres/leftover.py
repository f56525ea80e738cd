"""What an earlier life left behind: a postmaster that is still going, or backends without one.

A postmaster whose supervisor was killed is told so by the kernel and shuts down by itself; the
backends of a killed postmaster notice and leave. Until then the cluster is in use and a new
postmaster would be refused, so we wait a little and then help, each step harder than the last.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# Seconds since the first look, and what then goes to the processes that still are there.
_STEPS = (
    (3.0, signal.SIGINT),  # fast shutdown
    (15.0, signal.SIGQUIT),  # at once; recovery at the next start
    (20.0, signal.SIGKILL),
)


@dataclass(slots=True)
class Leftover:
    cluster: Path
    _since: float | None = None
    _step: int = 0

    def gone(self) -> bool:
        """Whether nothing uses the cluster; else the next step, when it is time for it."""
        found = list(processes_of(self.cluster))
        if not found:
            self._since, self._step = None, 0
            # PostgreSQL takes any live process with the noted id for a server of its own, also a
            # stranger that has the id since a reboot. We have looked, so it need not guess.
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
            return True
        self._help(found)
        return False

    def _help(self, found: list[int]) -> None:
        now = time.monotonic()
        if self._since is None:
            self._since = now
        if self._step < len(_STEPS) and now - self._since >= _STEPS[self._step][0]:
            for pid in found:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, _STEPS[self._step][1])
            self._step += 1


def processes_of(cluster: Path) -> Iterator[int]:
    """All server processes of this cluster: PostgreSQL's working directory is its cluster."""
    wanted = str(cluster.resolve())
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _comm(entry) == "postgres" and _works_in(entry, wanted):
            yield int(entry.name)


def _comm(entry: Path) -> str:
    try:
        return (entry / "comm").read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _works_in(entry: Path, wanted: str) -> bool:
    try:
        return str((entry / "cwd").readlink()) == wanted
    except FileNotFoundError:
        return False
    except OSError:
        # Another user's, seen without the right to look closely: its arguments are public.
        with suppress(OSError):
            return os.fsencode(wanted) in (entry / "cmdline").read_bytes().split(b"\0")
        return False


def socket_folder(cluster: Path) -> Path | None:
    """Where the running server of this cluster listens: line 5 of its own note."""
    try:
        lines = (cluster / "postmaster.pid").read_text("utf-8").splitlines()
    except OSError:
        return None
    return Path(lines[4]) if len(lines) > 4 and lines[4] else None
