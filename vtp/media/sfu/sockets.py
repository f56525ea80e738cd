"""The sockets of one port number: UDP and TCP, IPv4 and IPv6."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack
from dataclasses import dataclass, field

import structlog

from vtp.settings import Media

_log = structlog.get_logger()

# Any free number may be taken on the other protocols.
_TRIES = 20
# This machine has no IPv6 (or none of IPv4), which is no fault.
_NO_FAMILY = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT}
# linux/in6.h: answer from the address that people know, not from one that changes for privacy.
_ADDR_PREFERENCES, _PREFER_PUBLIC = 72, 2


@dataclass(slots=True)
class Sockets:
    port: int = 0
    udp: list[socket.socket] = field(default_factory=list)
    tcp: list[socket.socket] = field(default_factory=list)


def bind(settings: Media) -> Sockets:
    """All of them, or an OSError."""
    for _ in range(_TRIES):
        try:
            return _bind(settings, settings.port)
        except OSError as error:
            if settings.port or error.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, "no number is free for UDP and TCP")


def _bind(settings: Media, port: int) -> Sockets:
    made = Sockets(port)
    with ExitStack() as undo:
        for family, host in _places(settings):
            udp = _udp(family, host, made.port, settings.buffer)
            if udp is None:
                continue
            undo.enter_context(udp)
            made.udp.append(udp)
            made.port = udp.getsockname()[1]
            if settings.tcp:
                tcp = undo.enter_context(_tcp(family, host, made.port))
                made.tcp.append(tcp)
        if not made.udp:
            raise OSError(errno.EADDRNOTAVAIL, "there is no network to listen on")
        undo.pop_all()
    return made


def _places(settings: Media) -> list[tuple[socket.AddressFamily, str]]:
    v4, v6 = socket.AF_INET, socket.AF_INET6
    if not settings.listen:
        return [(v4, ""), (v6, "")]
    return [(v6 if ":" in host else v4, host) for host in settings.listen]


def _udp(family: socket.AddressFamily, host: str, port: int, buffer: int) -> socket.socket | None:
    try:
        sock = socket.socket(family, socket.SOCK_DGRAM)
    except OSError as error:
        if host or error.errno not in _NO_FAMILY:
            raise
        return None
    try:
        _ready(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        if host or error.errno not in _NO_FAMILY:
            raise
        return None
    granted = sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    if granted < buffer:
        _log.warning("media_buffer_small", wanted=buffer, granted=granted)
    return sock


def _tcp(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        _ready(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def _ready(sock: socket.socket) -> None:
    sock.setblocking(False)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        _prefer_public(sock)


def _prefer_public(sock: socket.socket) -> None:
    try:
        sock.setsockopt(socket.IPPROTO_IPV6, _ADDR_PREFERENCES, _PREFER_PUBLIC)
    except OSError:
        return  # only Linux knows it
