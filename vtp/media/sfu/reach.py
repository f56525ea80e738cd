"""Whether datagrams and connections come in at the addresses that browsers are told.

Tried from this machine itself: a firewall further out can be seen only from there.
"""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass

from vtp.media.sfu import addresses, sockets
from vtp.settings import Media

_WAIT = 1.0


@dataclass(frozen=True, slots=True)
class Reached:
    host: str
    udp: bool | None  # None: a server that runs has the port, and says nothing to strangers
    tcp: bool


async def reach(settings: Media) -> list[Reached]:
    """OSError when the port cannot be had for another reason than that it is in use."""
    hosts = addresses.announced(settings.announced, settings.listen)
    try:
        bound = sockets.bind(settings)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return [Reached(host, None, await _connects(host, settings.port)) for host in hosts]
    for sock in bound.tcp:
        sock.listen()
    try:
        return [await _look(host, bound) for host in hosts]
    finally:
        for sock in (*bound.udp, *bound.tcp):
            sock.close()


async def _look(host: str, bound: sockets.Sockets) -> Reached:
    return Reached(
        host,
        await _arrives(host, bound),
        await _connects(host, bound.port) if bound.tcp else False,
    )


async def _arrives(host: str, bound: sockets.Sockets) -> bool:
    """Whether a datagram of ours comes back to us by that address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    word = secrets.token_bytes(16)
    waiting = [asyncio.create_task(_read(sock, word)) for sock in bound.udp]
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        with suppress(OSError):
            sender.sendto(word, (host, bound.port))
    done, rest = await asyncio.wait(waiting, timeout=_WAIT, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return bool(done)


async def _read(sock: socket.socket, word: bytes) -> None:
    while await asyncio.get_running_loop().sock_recv(sock, 64) != word:
        continue


async def _connects(host: str, port: int) -> bool:
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_WAIT):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            return True
    return False
