"""Puts the walls up around this process. Runs in a child only, and nothing takes them down.

`before_imports` needs a process of one thread and the rights of its user; `after_imports` takes
away every file that was not given, so what is not imported by then never will be.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
from contextlib import suppress
from pathlib import Path

from vtp.sandbox import bpf
from vtp.sandbox.limits import Limits, countable_threads, resource_limits
from vtp.sandbox.syscalls import MACHINES, Machine
from vtp.sandbox.wire import Walls

# linux/prctl.h
_SET_PDEATHSIG, _SET_DUMPABLE, _SET_NO_NEW_PRIVS, _SET_MDWE = 1, 4, 38, 65
# linux/sched.h
_NEW_USER, _NEW_NET, _NEW_IPC = 0x1000_0000, 0x4000_0000, 0x0800_0000
# The same numbers on every machine.
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_LANDLOCK_VERSION = 1
_SECCOMP_FILTER, _SECCOMP_ALL_THREADS = 1, 1
_CAPABILITY_VERSION = 0x2008_0522

_libc = ctypes.CDLL(None, use_errno=True)


def before_imports(limits: Limits, *, parent: int) -> bool:
    """Limits and namespaces; True when the network is one of its own."""
    die_with(parent)
    os.umask(0o077)
    os.nice(limits.nice)
    # The first to go when the machine runs out of memory, long before a class does.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    separated = _separate()
    # Entering a user namespace forgets whose death to follow.
    die_with(parent)
    threads = countable_threads(os.uname().release, own_namespace=separated)
    for number, values in resource_limits(limits, threads=threads).items():
        resource.setrlimit(number, values)
    # Python ignores it; here it is what cuts a file that grows without end.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    return separated


def after_imports(*, separated: bool, makes_code: bool = False) -> Walls:
    """Close everything else, the strongest last.

    Memory that was written to never becomes code, but for who has to compile what it computes:
    networks of neurons run on kernels that are made for the processor at hand.
    """
    empty_root = _enter_empty_root()
    _drop_capabilities()
    _prctl(_SET_NO_NEW_PRIVS, 1)
    _prctl(_SET_DUMPABLE, 0)
    if not makes_code:
        _prctl(_SET_MDWE, 1)
    return Walls(
        namespaces=separated,
        root=empty_root,
        landlock=_forbid_paths(),
        seccomp=_filter_calls(MACHINES.get(platform.machine())),
    )


def die_with(parent: int) -> None:
    """End when the parent ends; at once when it is gone already."""
    _prctl(_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _prctl(option: int, value: int) -> bool:
    numbers = (ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3)
    return int(_libc.prctl(option, *numbers)) == 0


def _separate() -> bool:
    """A network without any interface, by way of an own user namespace or of being root."""
    flags = _NEW_NET | _NEW_IPC
    return any(_libc.unshare(wanted) == 0 for wanted in (_NEW_USER | flags, flags))


def _enter_empty_root() -> bool:
    """Chromium's trick: a folder of the process itself, where nothing can be made or found."""
    try:
        os.chroot("/proc/self/fdinfo")
        os.chdir("/")
    except OSError:
        return False
    return True


def _drop_capabilities() -> None:
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    _libc.capset(header, bytes(24))


def ruleset(version: int) -> bytes:
    """`struct landlock_ruleset_attr` that handles, and so forbids, all that `version` knows."""
    # 13 rights to files at first; then refer (2), truncate (3), ioctl on devices (5).
    files = 13 + sum(version >= since for since in (2, 3, 5))
    attributes = [(1 << files) - 1]
    if version >= 4:
        attributes.append(0b11)  # bind and connect over TCP
    if version >= 6:
        attributes.append(0b11)  # abstract sockets of, and signals to, anybody else
    return struct.pack(f"={len(attributes)}Q", *attributes)


def _forbid_paths() -> int:
    """The version of landlock that now forbids every path; 0 where the kernel has none."""
    version = _libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), _LANDLOCK_VERSION)
    if version < 1:
        return 0
    attributes = ruleset(version)
    size = ctypes.c_size_t(len(attributes))
    rules = _libc.syscall(_LANDLOCK_CREATE, attributes, size, 0)
    if rules < 0:
        return 0
    done = _libc.syscall(_LANDLOCK_RESTRICT, rules, 0)
    os.close(rules)
    return int(version) if done == 0 else 0


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _filter_calls(machine: Machine | None) -> bool:
    if machine is None:
        return False
    code = bpf.program(machine, pid=os.getpid())
    program = _Program(len(code), bpf.packed(code))
    # The numbers are written for 64-bit processes; a 32-bit one would end at its next call.
    if ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    done = _libc.syscall(
        machine.seccomp, _SECCOMP_FILTER, _SECCOMP_ALL_THREADS, ctypes.byref(program)
    )
    return int(done) == 0
