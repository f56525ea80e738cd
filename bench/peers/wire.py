"""A wire between the servers of a bench and its clients: two virtual network cards.

On the loopback device a packet costs the sender a third of what a card costs it, so that nobody's
saving of system calls is seen. Cards need root; without it everything stays on the loopback.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Wire:
    name: str
    server: str  # the address that servers listen at
    inside: tuple[str, ...]  # what starts a program at that end


LOOPBACK = Wire("loopback", "127.0.0.1", ())


@contextmanager
def wire() -> Iterator[Wire]:
    if os.geteuid() or shutil.which("ip") is None:
        yield LOOPBACK
        return
    space = f"vtp-bench-{os.getpid()}"
    here, there = f"vb{os.getpid()}", "vb"
    net = f"10.{64 + os.getpid() % 64}.{os.getpid() // 64 % 256}"
    if not _ip("netns", "add", space):
        yield LOOPBACK
        return
    try:
        made = (
            _ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", space)
            and _ip("addr", "add", f"{net}.1/24", "dev", here)
            and _ip("link", "set", here, "up")
            and _ip("-n", space, "addr", "add", f"{net}.2/24", "dev", there)
            and _ip("-n", space, "link", "set", there, "up")
            and _ip("-n", space, "link", "set", "lo", "up")
        )
        yield Wire("veth", f"{net}.2", ("ip", "netns", "exec", space)) if made else LOOPBACK
    finally:
        _ip("netns", "del", space)


def _ip(*words: str) -> bool:
    return subprocess.run(["ip", *words], check=False, capture_output=True).returncode == 0
