"""What a forked child does before it becomes another program.

It ties its life to ours and, where PostgreSQL would refuse to run as root, takes another
identity. All of it is plain system calls, since between fork and exec nothing else is safe.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000

Enter = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Account:
    """A user id that a child takes instead of ours."""

    uid: int
    gid: int


def dies_with_us(death_signal: signal.Signals) -> Enter:
    """The kernel sends `death_signal` when the thread that forks now is gone, however it went.

    To be the last step: the kernel forgets the wish when the credentials change.
    """
    parent = os.getpid()

    def enter() -> None:
        if _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
        if os.getppid() != parent:  # it went between fork and prctl
            os._exit(1)

    return enter


def becomes(account: Account) -> Enter:
    def enter() -> None:
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)

    return enter


def seems_to_be(account: Account) -> Enter:
    """Enter a user namespace in which our own id is called `account`.

    Outside, nothing changes: files are read and made as by us, so a folder that only we may
    enter stays good enough.
    """
    uid, gid = os.geteuid(), os.getegid()

    def enter() -> None:
        if _libc.unshare(_CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        _write("/proc/self/uid_map", f"{account.uid} {uid} 1")
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/gid_map", f"{account.gid} {gid} 1")

    return enter


def _write(path: str, text: str) -> None:
    handle = os.open(path, os.O_WRONLY)
    try:
        os.write(handle, text.encode())
    finally:
        os.close(handle)


def can(enter: Enter) -> bool:
    """Whether this kernel lets a child of ours do `enter`: one tries it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            enter()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0
