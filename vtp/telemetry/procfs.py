"""What Linux tells of a process in `/proc`. The parsing is pure; only `look` reads files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    cpu_seconds: float
    resident_bytes: int
    threads: int
    open_files: int


def look(pid: int) -> Usage | None:
    """None when the process is gone, or nothing is told here (another system, another user)."""
    try:
        text = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
        with os.scandir(_PROC / str(pid) / "fd") as found:
            files = sum(1 for _ in found)
        return parse(text, files, tick=os.sysconf("SC_CLK_TCK"), page=os.sysconf("SC_PAGE_SIZE"))
    except OSError:
        return None


def parse(stat: str, open_files: int, *, tick: int, page: int) -> Usage:
    """From one line of `/proc/<pid>/stat`, proc(5)."""
    # The name stands in brackets and may hold anything, brackets and spaces too.
    fields = stat[stat.rindex(")") + 2 :].split()
    return Usage(
        cpu_seconds=(int(fields[11]) + int(fields[12])) / tick,
        threads=int(fields[17]),
        resident_bytes=int(fields[21]) * page,
        open_files=open_files,
    )


def children(pid: int) -> list[int]:
    try:
        listed = (_PROC / str(pid) / "task" / str(pid) / "children").read_text("ascii")
    except OSError:
        return []
    return [int(child) for child in listed.split()]


def command(pid: int) -> list[str]:
    try:
        return (_PROC / str(pid) / "cmdline").read_text("utf-8", "replace").split("\0")
    except OSError:
        return []


def role(command: Sequence[str]) -> str:
    """`work` for `python -m vtp work`, `postgres` for that; empty for what is not ours to name."""
    if "vtp" in command and command.index("vtp") + 1 < len(command):
        return command[command.index("vtp") + 1]
    return Path(command[0]).name if command and command[0].endswith("postgres") else ""
