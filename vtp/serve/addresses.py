"""The IPv4 addresses of this machine's interfaces, as the kernel lists them."""

from __future__ import annotations

import ctypes
import ipaddress
import socket
from collections.abc import Iterator

EVERYWHERE = str(ipaddress.IPv4Address(0))

_libc = ctypes.CDLL(None, use_errno=True)


class _SockAddr(ctypes.Structure):
    _fields_ = (
        ("family", ctypes.c_ushort),
        ("port", ctypes.c_ushort),
        ("address", ctypes.c_ubyte * 4),
    )


class _IfAddrs(ctypes.Structure):
    """`struct ifaddrs` of getifaddrs(3)."""


_IfAddrs._fields_ = (
    ("next", ctypes.POINTER(_IfAddrs)),
    ("name", ctypes.c_char_p),
    ("flags", ctypes.c_uint),
    ("address", ctypes.POINTER(_SockAddr)),
    ("netmask", ctypes.c_void_p),
    ("destination", ctypes.c_void_p),
    ("data", ctypes.c_void_p),
)


def of_interfaces() -> list[str]:
    """Without loopback, in the kernel's order."""
    first = ctypes.POINTER(_IfAddrs)()
    if _libc.getifaddrs(ctypes.byref(first)) != 0:
        raise OSError(ctypes.get_errno(), "getifaddrs")
    try:
        found = [address for address in _ipv4(first) if not address.is_loopback]
    finally:
        _libc.freeifaddrs(first)
    return [str(address) for address in dict.fromkeys(found)]


def _ipv4(entry: ctypes._Pointer[_IfAddrs]) -> Iterator[ipaddress.IPv4Address]:
    while bool(entry):
        address = entry.contents.address
        if bool(address) and address.contents.family == socket.AF_INET:
            yield ipaddress.IPv4Address(bytes(address.contents.address))
        entry = entry.contents.next


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def reachable(host: str) -> str:
    """An address at which this machine reaches what listens on `host`."""
    return {EVERYWHERE: "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)
