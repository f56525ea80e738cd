"""A bad line between one side of a test and a UDP server: a relay of ours with seeded misfortune.

Each way has its `Weather`, which may be changed while packets are on their way: losses, a delay that
swings, packets that overtake others or come twice, a rate with a queue that drops what is too much.
"""

from __future__ import annotations

import asyncio
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_BUCKET = 3_000  # bytes that pass at once, whatever the rate
_LATE = 0.015  # s that a packet waits while others overtake it
_MEMORY = 4 << 20


@dataclass(frozen=True)
class Weather:
    loss: float = 0.0  # share
    delay: float = 0.0  # s
    jitter: float = 0.0  # s more, evenly between none and this; the order stays
    overtaken: float = 0.0  # share that comes later than what follows
    doubled: float = 0.0  # share
    rate: float = 0.0  # bit/s; 0 is as fast as it can
    queue: float = 0.2  # s at that rate; what would wait longer is dropped


@dataclass
class Counts:
    given: int = 0
    lost: int = 0  # by chance
    dropped: int = 0  # by the queue
    # Of streams, by their SSRC: what did not arrive for either reason.
    missing: Counter[int] = field(default_factory=Counter)

    def of(self, ssrcs: Iterable[int]) -> int:
        return sum(self.missing[ssrc] for ssrc in ssrcs)


@dataclass
class Way:
    """One direction."""

    seed: int
    weather: Weather = field(default_factory=Weather)
    counts: Counts = field(default_factory=Counts)
    _free_at: float = 0.0
    _last: float = 0.0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def carry(self, size: int, now: float) -> list[float]:
        """When it arrives: not at all, once or twice."""
        weather, chance = self.weather, self._random.random
        self.counts.given += 1
        leaves = self._through_queue(size, now)
        if leaves is None:
            self.counts.dropped += 1
            return []
        if chance() < weather.loss:
            self.counts.lost += 1
            return []
        self._last = max(self._last, leaves + weather.delay + chance() * weather.jitter)
        arrives = self._last + (_LATE if chance() < weather.overtaken else 0.0)
        return [arrives] * (2 if chance() < weather.doubled else 1)

    def _through_queue(self, size: int, now: float) -> float | None:
        rate = self.weather.rate
        if not rate:
            return now
        leaves = max(self._free_at, now - _BUCKET * 8 / rate) + size * 8 / rate
        if leaves - now > self.weather.queue:
            return None
        self._free_at = leaves
        return max(leaves, now)


class Line:
    """What anybody sends to `port` goes `up` to the server, its answers come `down` again."""

    def __init__(self, server: tuple[str, int], *, seed: int) -> None:
        self.up, self.down = Way(seed), Way(seed + 1)
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._front = _udp()
        self._front.bind(("127.0.0.1", 0))
        self.port: int = self._front.getsockname()[1]
        self._backs: dict[tuple[str, int], socket.socket] = {}
        self._loop.add_reader(self._front, self._from_client)

    def both(self, weather: Weather) -> None:
        """The same from now on in both directions."""
        self.up.weather = self.down.weather = weather

    def _from_client(self) -> None:
        for data, client in _waiting(self._front):
            back = self._backs.get(client) or self._known(client)
            self._later(self.up, data, back, None)

    def _known(self, client: tuple[str, int]) -> socket.socket:
        back = self._backs[client] = _udp()
        back.connect(self._server)
        self._loop.add_reader(back, self._from_server, back, client)
        return back

    def _from_server(self, back: socket.socket, client: tuple[str, int]) -> None:
        for data, _ in _waiting(back):
            self._later(self.down, data, self._front, client)

    def _later(self, way: Way, data: bytes, out: socket.socket, to: tuple[str, int] | None) -> None:
        now = self._loop.time()
        arrivals = way.carry(len(data), now)
        if not arrivals and _is_rtp(data):
            way.counts.missing[int.from_bytes(data[8:12])] += 1
        for arrives in arrivals:
            if arrives <= now:
                _put(out, data, to)
            else:
                self._loop.call_at(arrives, _put, out, data, to)

    def rebind(self) -> None:
        """From now on the server sees everybody at another address, as after a NAT forgot them."""
        for client, back in list(self._backs.items()):
            self._loop.remove_reader(back)
            back.close()
            self._known(client)

    def close(self) -> None:
        for sock in (self._front, *self._backs.values()):
            self._loop.remove_reader(sock)
            sock.close()


def _is_rtp(data: bytes) -> bool:
    """RFC 5761 and RFC 7983: not STUN, DTLS or RTCP."""
    return len(data) > 12 and 128 <= data[0] < 192 and not 192 <= data[1] < 224


def _udp() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    for side in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        made.setsockopt(socket.SOL_SOCKET, side, _MEMORY)
    return made


def _waiting(sock: socket.socket) -> list[tuple[bytes, tuple[str, int]]]:
    found = []
    for _ in range(64):
        try:
            found.append(sock.recvfrom(2048))
        except OSError:
            break
    return found


def _put(sock: socket.socket, data: bytes, to: tuple[str, int] | None) -> None:
    if sock.fileno() < 0:
        return  # closed meanwhile
    try:
        if to is None:
            sock.send(data)
        else:
            sock.sendto(data, to)
    except OSError:
        return  # the other side is gone, or its buffer is full


@asynccontextmanager
async def a_line(port: int, *, seed: int) -> AsyncIterator[Line]:
    """Before the server at that port of the loopback."""
    line = Line(("127.0.0.1", port), seed=seed)
    try:
        yield line
    finally:
        line.close()
