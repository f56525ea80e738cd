"""How much a child may use, and what its end means. Pure."""

from __future__ import annotations

import math
import resource
import signal
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from vtp.errors import Problem
from vtp.sandbox.failures import Crashed, OutOfMemory, Stuck, TimedOut, TooMuchOutput

# Enough for the pipes, what was given and a codec's own; a leak of descriptors ends early.
OPEN_FILES = 64
# Below interactive work, above nothing: a child never costs the class its packets.
NICE = 10
# Threads of one decoder or encoder, with room.
THREADS = 64


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`math.inf` seconds are for a child that lives as long as a class."""

    memory: int
    cpu_seconds: float
    wall_seconds: float
    output: int
    nice: int = NICE
    # Seconds without any progress of its own; `math.inf` for one that waits for others.
    still_seconds: float = math.inf


class Cut(StrEnum):
    """Why the parent ended a child that still ran."""

    TIME = "time"
    STILL = "still"  # it does nothing any more
    OUTPUT = "output"
    LEFT = "left"  # nobody waits for it any more


class End(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a child that ended."""

    # As `subprocess` has it: negative is the signal that ended it.
    status: int
    cut: Cut | None
    limits: Limits
    cpu_seconds: float = 0.0
    peak_memory: int = 0


def resource_limits(limits: Limits, *, threads: int | None) -> Mapping[int, tuple[int, int]]:
    """Soft and hard limits by RLIMIT number; `threads` is None where they cannot be counted."""
    table = {
        resource.RLIMIT_CORE: (0, 0),
        # An encoder that may would run before everything else on this machine.
        resource.RLIMIT_RTPRIO: (0, 0),
        resource.RLIMIT_NOFILE: (OPEN_FILES, OPEN_FILES),
        resource.RLIMIT_AS: (limits.memory, limits.memory),
        resource.RLIMIT_FSIZE: (limits.output, limits.output),
    }
    if math.isfinite(limits.cpu_seconds):
        # The soft limit sends SIGXCPU, which says why; the hard one kills who ignores it.
        cpu = max(1, math.ceil(limits.cpu_seconds))
        table[resource.RLIMIT_CPU] = (cpu, cpu + 1)
    if threads is not None:
        table[resource.RLIMIT_NPROC] = (threads, threads)
    return table


def countable_threads(release: str, *, own_namespace: bool) -> int | None:
    """RLIMIT_NPROC counts per user of a namespace since Linux 5.14.

    Before that, or without a namespace of its own, it counts everything else that this user
    runs as well, so that a child could start no thread at all.
    """
    numbers = release.split("-", 1)[0].split(".")
    major, minor = (int(part) if part.isdigit() else 0 for part in (*numbers, "0")[:2])
    return THREADS if own_namespace and (major, minor) >= (5, 14) else None


def verdict(end: End) -> Problem | None:
    """Why the child failed; None when it ended by itself."""
    if end.cut is Cut.OUTPUT or end.status == -signal.SIGXFSZ:
        return TooMuchOutput()
    if end.cut is Cut.STILL:
        return Stuck()
    if end.cut is Cut.TIME or end.status == -signal.SIGXCPU:
        return TimedOut()
    if end.status == -signal.SIGKILL and end.cut is None:
        # Not killed by us: the hard CPU limit, or the kernel ran out of memory.
        return TimedOut() if end.cpu_seconds >= end.limits.cpu_seconds else OutOfMemory()
    if end.status != 0:
        return Crashed(_how(end.status))
    return None


def _how(status: int) -> str:
    if status >= 0:
        return f"exit {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
