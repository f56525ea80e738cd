"""What does a socket cost beside Node's socket.io: to connect, to keep, and in memory?

Both servers run one after the other on one core, held to the same terms (WebSocket only, a token
signed with HMAC-SHA-256 in CONNECT, the same times and limits); the same client, on the other
core, opens, answers pings and counts. Ours is the whole edge: front, routes, sockets. The ping
interval is shortened to 2 s on both sides, so that a run is short: what is compared is CPU per
ping, and the share of a core at the default 25 s is computed from it.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import os
import platform
import resource
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import cast
from uuid import UUID

import uvloop

_HERE = Path(__file__).resolve().parent
_SECRET = "bench"
_PING_INTERVAL = 2.0  # s; the default is 25
_CONNECT_TIMEOUT = 10.0  # s
_TERMS = {
    "secret": _SECRET,
    "pingInterval": int(_PING_INTERVAL * 1000),
    "pingTimeout": 20_000,
    "connectTimeout": int(_CONNECT_TIMEOUT * 1000),
}
_SIDES = {
    "vtp": [sys.executable, "-m", "bench.peers.ours"],
    "node": ["node", str(_HERE / "peers" / "server.mjs")],
}
# Addresses of the client, so that the limit of strangers per address is not what is measured.
_ADDRESSES = [f"127.0.1.{n}" for n in range(1, 65)]
_AIMS = {"connect_us": 1.5, "ping_us": 1.5, "rss_kib": 1.0}


@dataclass(frozen=True)
class Size:
    sockets: int
    warmup: int
    strangers: int
    pings: int  # to each socket, while idle CPU is measured
    rounds: int


_FULL = Size(sockets=2000, warmup=400, strangers=200, pings=5, rounds=3)
_QUICK = Size(sockets=300, warmup=100, strangers=50, pings=3, rounds=1)


@dataclass(frozen=True)
class Figures:
    connect_us: float  # CPU per socket that connects and is accepted
    ping_us: float  # CPU per ping that is sent and answered
    idle_percent: float  # of a core, for all sockets at a ping interval of 25 s
    rss_kib: float  # per socket
    strangers_closed: float  # %, of those who never said who they are, by 10 s (and 1 s of grace)


class Client(asyncio.Protocol):
    """The cheapest client that is still one: it connects with its token and answers pings."""

    def __init__(self, token: str | None) -> None:
        loop = asyncio.get_running_loop()
        self.accepted: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[float] = loop.create_future()
        self.pings = 0
        self._token = token
        self._held = b""
        self._upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by class
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: bench.test\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._held += data
        if not self._upgraded:
            head, found, rest = self._held.partition(b"\r\n\r\n")
            if not found:
                return
            assert b" 101 " in head, head
            self._upgraded, self._held = True, rest
        while len(self._held) >= 2:
            length, start = self._held[1], 2
            if length == 126:
                length, start = int.from_bytes(self._held[2:4]), 4
            if len(self._held) < start + length:
                return
            opcode, payload = self._held[0] & 0x0F, self._held[start : start + length]
            self._held = self._held[start + length :]
            self._message(opcode, payload)

    def _message(self, opcode: int, payload: bytes) -> None:
        if opcode == 8:
            self.transport.write(b"\x88\x80\0\0\0\0")
        elif payload == b"2":
            self.pings += 1
            self.transport.write(b"\x81\x81\0\0\0\x003")
        elif payload[:1] == b"0" and self._token is not None:
            self._send(b'40{"token":"%b"}' % self._token.encode())
        elif payload[:2] == b"40":
            self.accepted.set_result(None)

    def _send(self, payload: bytes) -> None:
        head = struct.pack("!BBH", 0x81, 0xFE, len(payload))
        self.transport.write(head + bytes(4) + payload)  # a mask of zeros masks too

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set_result(time.monotonic())
        if not self.accepted.done():
            self.accepted.set_exception(exc or ConnectionResetError())
            self.accepted.exception()  # not an error of its own when nobody awaits it


class Server:
    """A server process, and what it has used."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.port = port
        self._folder = Path("/proc") / str(process.pid)

    def cpu(self) -> float:
        """Seconds, of all its threads."""
        words = (self._folder / "stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def rss(self) -> int:
        """Bytes."""
        pages = int((self._folder / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running(side: str, core: int | None) -> Iterator[Server]:
    process = subprocess.Popen(
        [*_SIDES[side], json.dumps(_TERMS)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=_HERE.parent,
        env=os.environ | {"NODE_ENV": "production"},
    )
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        assert process.stdout is not None
        yield Server(process, int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


def token(number: int) -> str:
    user = str(UUID(int=number))
    return f"{user}.{hmac.new(_SECRET.encode(), user.encode(), hashlib.sha256).hexdigest()}"


async def opened(server: Server, count: int, *, strangers: bool = False) -> list[Client]:
    """`count` sockets, 32 at a time."""
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(32)

    async def one(number: int) -> Client:
        address = (_ADDRESSES[number % len(_ADDRESSES)], 0)
        async with gate, asyncio.timeout(30):
            _, client = await loop.create_connection(
                lambda: Client(None if strangers else token(number)),
                "127.0.0.1",
                server.port,
                local_addr=address,
            )
            if not strangers:
                await client.accepted
            return client

    return await asyncio.gather(*(one(number) for number in range(count)))


async def leave(clients: list[Client]) -> None:
    for client in clients:
        client.transport.abort()
    async with asyncio.timeout(30):
        await asyncio.gather(*(client.ended for client in clients))


async def measured(server: Server, size: Size) -> Figures:
    clients = await opened(server, size.warmup)
    await asyncio.sleep(2 * _PING_INTERVAL)
    rss, cpu = server.rss(), server.cpu()
    clients += await opened(server, size.sockets)
    await asyncio.sleep(0.5)
    connect = server.cpu() - cpu
    await asyncio.sleep(2 * _PING_INTERVAL)
    cpu, pinged = server.cpu(), sum(client.pings for client in clients)
    await asyncio.sleep(size.pings * _PING_INTERVAL)
    ping = (server.cpu() - cpu) / (sum(client.pings for client in clients) - pinged)
    grown = server.rss() - rss
    if any(client.ended.done() for client in clients):
        raise RuntimeError("a socket was dropped")
    await leave(clients)
    return Figures(
        connect_us=connect / size.sockets * 1e6,
        ping_us=ping * 1e6,
        idle_percent=ping * size.sockets / 25 * 100,
        rss_kib=grown / size.sockets / 1024,
        strangers_closed=await closed_strangers(server, size.strangers),
    )


async def closed_strangers(server: Server, count: int) -> float:
    """How many of those who say nothing are closed in time."""
    clients = await opened(server, count, strangers=True)
    await asyncio.wait([client.ended for client in clients], timeout=_CONNECT_TIMEOUT + 1)
    closed = sum(client.ended.done() for client in clients)
    await leave(clients)
    return closed / count * 100


def run(size: Size) -> dict[str, Figures]:
    """The median of each figure; the sides take turns, so that a busy minute hits both."""
    server_core, client_core = (0, 1) if (os.cpu_count() or 1) > 1 else (None, None)
    if client_core is not None:
        os.sched_setaffinity(0, {client_core})
    seen: dict[str, list[Figures]] = {side: [] for side in _SIDES}
    for _ in range(size.rounds):
        for side in _SIDES:
            with running(side, server_core) as server:
                seen[side].append(uvloop.run(measured(server, size)))
    return {side: _median(runs) for side, runs in seen.items()}


def _median(runs: list[Figures]) -> Figures:
    return Figures(*(statistics.median(values) for values in zip(*map(astuple, runs), strict=True)))


def table(found: dict[str, Figures], size: Size) -> str:
    ours, node = found["vtp"], found["node"]
    rows = [
        ("CPU to connect, µs a socket", ours.connect_us, node.connect_us, "connect_us"),
        ("idle CPU, µs a ping", ours.ping_us, node.ping_us, "ping_us"),
        (f"= % of a core, {size.sockets} at 25 s", ours.idle_percent, node.idle_percent, ""),
        ("RSS, KiB a socket", ours.rss_kib, node.rss_kib, "rss_kib"),
        ("unauthenticated, % closed by 10 s", ours.strangers_closed, node.strangers_closed, ""),
    ]
    versions = f"Python {platform.python_version()}, Node {_node_version()}, {platform.machine()}"
    lines = [
        f"{size.sockets} sockets, median of {size.rounds}; {versions}",
        f"{'':36}{'vtp':>10}{'node':>10}{'ratio':>8}{'aim':>8}",
    ]
    for name, mine, theirs, aim in rows:
        ratio = f"{mine / theirs:8.2f}" if theirs and aim else " " * 8
        lines.append(f"{name:36}{mine:10.1f}{theirs:10.1f}{ratio}{_aim(aim):>8}")
    return "\n".join(lines)


def _aim(name: str) -> str:
    return f"≤ {_AIMS[name]}" if name else ""


def _node_version() -> str:
    return subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer sockets, one round")
    size = _QUICK if parser.parse_args().quick else _FULL
    if not (_HERE / "peers" / "node_modules" / "socket.io").is_dir():
        sys.exit("bench/sockets.py: install the peer first: bench/peers/install")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(table(run(size), size))


if __name__ == "__main__":
    main()
