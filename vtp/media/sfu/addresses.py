"""Where people find us: the addresses that we announce, and addresses as the kernel writes them."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterable, Sequence

from aioice.ice import get_host_addresses

from vtp.media.rtp.ortc_types import IceCandidate

# RFC 8445 5.1.2.1; whoever can use UDP should (RFC 6544 4.2 asks for less for TCP).
_TYPE_PREFERENCE = {"udp": 126, "tcp": 90}
_LOOPBACK = ("127.0.0.1", "::1")

# struct sockaddr_in and sockaddr_in6: family, port, (flow,) address, (scope). The bytes are our
# key for a path; a scope is kept because link-local addresses are nothing without it.
_V4 = struct.Struct("=H2s4s8x")
_V6 = struct.Struct("=H2sI16sI")
V4_SIZE = _V4.size
V6_SIZE = _V6.size

Address = tuple[str, int] | tuple[str, int, int, int]


class BadAddress(ValueError):
    """Something that is to be announced or listened at is no IP address."""


def packed(address: Address) -> bytes:
    """As the kernel reads it."""
    port = address[1].to_bytes(2)
    if ":" not in address[0]:
        return _V4.pack(socket.AF_INET, port, socket.inet_pton(socket.AF_INET, address[0]))
    flow, scope = address[2:4] if len(address) == 4 else (0, 0)
    host = socket.inet_pton(socket.AF_INET6, address[0].partition("%")[0])
    return _V6.pack(socket.AF_INET6, port, flow, host, scope)


def unpacked(name: bytes) -> Address:
    """As Python's sockets take it."""
    if len(name) == V4_SIZE:
        _, port, host = _V4.unpack(name)
        return socket.inet_ntop(socket.AF_INET, host), int.from_bytes(port)
    _, port, flow, host, scope = _V6.unpack(name)
    return socket.inet_ntop(socket.AF_INET6, host), int.from_bytes(port), flow, scope


def host_and_port(name: bytes) -> tuple[bytes, int]:
    """The 4 or 16 bytes of the address, and the port."""
    host = name[4:8] if len(name) == V4_SIZE else name[8:24]
    return host, int.from_bytes(name[2:4])


def announced(configured: Sequence[str], listening: Sequence[str] = ()) -> list[str]:
    """What is configured; else where we listen; else every address of this machine.

    Loopback comes last: one browser never tries it, and all others find something better.
    """
    chosen = [_valid(text) for text in configured or listening]
    if chosen and not any(ipaddress.ip_address(text).is_unspecified for text in chosen):
        return chosen
    found = [text for text in get_host_addresses(use_ipv4=True, use_ipv6=True) if _useful(text)]
    return [*dict.fromkeys(found), *_LOOPBACK]


def _valid(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise BadAddress(f"{text!r} is no IP address") from None


def _useful(text: str) -> bool:
    ip = ipaddress.ip_address(text.partition("%")[0])
    return not (ip.is_link_local or ip.is_loopback or ip.is_multicast or ip.is_unspecified)


def candidates(hosts: Iterable[str], port: int, *, tcp: bool) -> list[IceCandidate]:
    """First come first preferred; TCP after all of UDP."""
    found = []
    for protocol in ("udp", "tcp") if tcp else ("udp",):
        for place, host in enumerate(hosts):
            found.append(_candidate(protocol, place, host, port))
    return found


def _candidate(protocol: str, place: int, host: str, port: int) -> IceCandidate:
    preference = 65_535 - place
    return IceCandidate(
        foundation=f"{protocol}{place}",
        priority=_TYPE_PREFERENCE[protocol] << 24 | preference << 8 | 255,
        address=host,
        protocol="tcp" if protocol == "tcp" else "udp",
        port=port,
        type="host",
        tcp_type="passive" if protocol == "tcp" else None,
    )
