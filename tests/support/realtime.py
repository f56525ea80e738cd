"""An encoder must not take the machine away from everybody else.

libsvtav1 puts the process that opens it on SCHED_FIFO with the highest priority, where that is
allowed, and so all that this process starts from then on. Root may, unless it gives the right up.
"""

from __future__ import annotations

import ctypes
import os
import struct

_VERSION = 0x2008_0522  # linux/capability.h
_SYS_NICE = 1 << 23
_SETS = "=6I"  # effective, permitted and inheritable; of the capabilities below 32, then above


def give_up_realtime() -> None:
    """For this process; what it starts by exec as root has the right again."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = ctypes.create_string_buffer(struct.pack("=Ii", _VERSION, 0), 8)
    held = ctypes.create_string_buffer(struct.calcsize(_SETS))
    _check(libc.capget(header, held))
    effective, permitted, *rest = struct.unpack(_SETS, held.raw)
    kept = struct.pack(_SETS, effective & ~_SYS_NICE, permitted & ~_SYS_NICE, *rest)
    _check(libc.capset(header, ctypes.create_string_buffer(kept, len(kept))))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
