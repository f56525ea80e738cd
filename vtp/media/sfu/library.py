"""Functions of C that Python does not offer: libsrtp in place, and the batch calls of Linux.

`srtp_*` and `ffi` are those of pylibsrtp, so that memory made here is what libsrtp takes.
"""

from __future__ import annotations

import errno
import sys
from typing import Any

from cffi import FFI
from pylibsrtp import _binding
from pylibsrtp._binding import ffi, lib

__all__ = [
    "BATCHES",
    "CIPHERS_AT",
    "OPENSSL",
    "address_of",
    "ffi",
    "last_error",
    "recvmmsg",
    "sendmmsg",
    "srtp_protect",
    "srtp_protect_rtcp",
    "srtp_unprotect",
    "srtp_unprotect_rtcp",
    "view_of",
    "words_of",
]

# Each takes (handle, char *, int *length), works in place, and returns 0 when it was done.
srtp_protect = lib.srtp_protect
srtp_unprotect = lib.srtp_unprotect
srtp_protect_rtcp = lib.srtp_protect_rtcp
srtp_unprotect_rtcp = lib.srtp_unprotect_rtcp
# Where those that C calls without Python are.
CIPHERS_AT = tuple(
    int(ffi.cast("uintptr_t", ffi.addressof(lib, name)))
    for name in ("srtp_protect", "srtp_unprotect", "srtp_unprotect_rtcp")
)

# The library in which OpenSSL's functions are that libsrtp itself calls.
OPENSSL = str(_binding.__file__)

_libc = FFI()
_libc.cdef(
    """
    int sendmmsg(int fd, void *messages, unsigned int count, int flags);
    int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout);
    """
)


def _missing(*_: Any) -> int:
    _libc.errno = errno.ENOSYS
    return -1


# A mmsghdr is written as eight words of 64 bits, as it lies in memory on these machines only.
BATCHES = sys.platform == "linux" and sys.byteorder == "little" and sys.maxsize > 2**32

_process = _libc.dlopen(None)
sendmmsg = _process.sendmmsg if BATCHES else _missing
recvmmsg = _process.recvmmsg if BATCHES else _missing


def last_error() -> int:
    """The errno of the last of the calls above."""
    return int(_libc.errno)


def address_of(memory: Any) -> int:
    return int(ffi.cast("uintptr_t", memory))


def view_of(memory: Any) -> memoryview:
    return memoryview(ffi.buffer(memory))


def words_of(memory: Any) -> memoryview:
    """The same in words of 64 bits."""
    return view_of(memory).cast("Q")
