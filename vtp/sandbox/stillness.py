"""Does a child that still runs do anything? Codecs are known to lock themselves up: all of their
threads wait for each other, for ever and at no cost. Nothing is made without the processor.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# s of the processor; less than that is a lock that is looked at now and then.
_SOMETHING = 0.05
# Looks within the limit.
_LOOKS = 24
# Fields of /proc/pid/stat after the name, which may hold anything: utime and stime, proc(5).
_USER, _SYSTEM = 11, 12


@dataclass(slots=True)
class Stillness:
    """Only time in which we ourselves were running counts: else the child had no turn either."""

    limit: float
    _used: float = 0.0
    _still: float = 0.0
    _looked: float | None = None

    @property
    def every(self) -> float:
        """How often to look, in seconds."""
        return self.limit / _LOOKS

    def look(self, used: float, now: float) -> bool:
        """With the seconds of the processor that it has used so far: is it stuck?"""
        passed = 0.0 if self._looked is None else min(now - self._looked, 2 * self.every)
        self._looked = now
        if used - self._used >= _SOMETHING:
            self._used, self._still = used, 0.0
        else:
            self._still += passed
        return self._still >= self.limit


def processor_seconds(pid: int) -> float | None:
    """Of all threads of a process of ours; None where the kernel does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")
