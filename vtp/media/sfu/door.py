"""The front door: one port for everybody. What comes from a stranger ends here.

Nothing but a STUN check is read of an address that has not passed one; what is dropped is counted
by its reason and answered by silence.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Protocol

import structlog

from vtp.media.rtp import stun
from vtp.media.rtp.ortc_types import IceCandidate
from vtp.media.sfu import addresses, ice, sockets
from vtp.media.sfu.egress import Egress, Mode, gso_works
from vtp.media.sfu.ice import SILENT, Agent, Directory, Link, Path
from vtp.media.sfu.intake import SLOT, Intake
from vtp.media.sfu.tcp import Connection, Strangers
from vtp.settings import Media
from vtp.tasks import Tasks
from vtp.telemetry.seldom import Seldom

_log = structlog.get_logger()

# No browser sends more; what does has other aims.
LONGEST = 1500
# s; how long the last words to the other sides may take at a stop.
_FAREWELL = 1.0


class Guest(Protocol):
    """A transport, as far as the door looks after it."""

    def tick(self, now: float) -> None: ...

    def close(self) -> None: ...


class Source(Protocol):
    """Where a datagram lies, and the way back."""

    memory: Any
    view: memoryview
    link: Link

    def remote(self, key: bytes) -> bytes:
        """The address behind the key of a path."""


def _nothing(now: float) -> None: ...


class Read(Protocol):
    """What waits on a socket is taken to whose it is, with `arrived` for all that is not plain."""

    def __call__(
        self, door: Door, by_address: dict[bytes, Path], intake: Intake, now: float, /
    ) -> None: ...


def in_python(door: Door, _by_address: dict[bytes, Path], intake: Intake, now: float, /) -> None:
    for number in range(intake.read()):
        door.arrived(intake, number * SLOT, intake.sizes[number], intake.names[number], now)


class Door:
    """`open` it on the loop that it serves, and `close` it, which closes its transports first.

    `on_batch_end` is called after what came together was delivered, with the time that all of it
    has: that of `now`, a monotonic clock. What waits in `egress` is sent by who put it there.
    """

    def __init__(self, settings: Media, *, now: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.now = now
        self.port = 0
        self.drops: defaultdict[str, int] = defaultdict(int)
        self.egress = Egress()
        self.directory = Directory()
        self.guests: set[Guest] = set()
        self.tasks = Tasks(self._failed)
        self.handshakes = asyncio.Semaphore(settings.handshakes)
        self.on_batch_end: Callable[[float], None] = _nothing
        self.read: Read = in_python
        self._candidates: list[IceCandidate] = []
        self._sockets = sockets.Sockets()
        self._servers: list[asyncio.Server] = []
        self._connections: set[Connection] = set()
        self._strangers = Strangers()
        self._leaving: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._seldom = Seldom()

    async def open(self) -> None:
        """Listen; OSError where that is not possible."""
        loop, settings = asyncio.get_running_loop(), self.settings
        hosts = addresses.announced(settings.announced, settings.listen)
        self._sockets = sockets.bind(settings)
        self.port = self._sockets.port
        self._candidates = addresses.candidates(hosts, self.port, tcp=settings.tcp)
        mode: Mode = "gso" if settings.gso == "auto" and gso_works() else "sendmmsg"
        for sock in self._sockets.udp:
            box = self.egress.outbox(sock, mode, self.drops)
            loop.add_reader(sock.fileno(), partial(self._readable, Intake(sock, box)))
        for sock in self._sockets.tcp:
            self._servers.append(await loop.create_server(self._accept, sock=sock))
        self._sweeper = loop.call_later(settings.sweep, self._sweep)
        _log.info("media_open", port=self.port, sending=mode, hosts=hosts)

    async def close(self) -> None:
        for guest in list(self.guests):
            guest.close()
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=_FAREWELL)
        await self.tasks.close()
        loop = asyncio.get_running_loop()
        if self._sweeper is not None:
            self._sweeper.cancel()
        while self._sockets.udp:
            sock = self._sockets.udp.pop()
            loop.remove_reader(sock.fileno())
            sock.close()
        for server in self._servers:
            server.close()
        for connection in list(self._connections):
            connection.abort()
        while self._servers:
            await self._servers.pop().wait_closed()

    def farewell(self, work: Coroutine[Any, Any, None]) -> None:
        """The last words of a transport; a stop waits for them, a little."""
        task = self.tasks.start("farewell", work)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    def candidates(self) -> list[IceCandidate]:
        return self._candidates

    # What comes

    def _readable(self, intake: Intake) -> None:
        now = self.now()
        self.read(self, self.directory.by_address, intake, now)
        self._delivered(now)

    def framed(self, connection: Connection, frames: Sequence[bytes]) -> None:
        now = self.now()
        for frame in frames:
            connection.hold(frame)
            self.arrived(connection, 0, len(frame), connection.key, now)
        self._delivered(now)

    def _delivered(self, now: float) -> None:
        try:
            self.on_batch_end(now)
        except Exception as error:
            self.drops["error"] += 1
            self._tell("media_batch_failed", error, now)

    def arrived(self, source: Source, at: int, size: int, key: bytes, now: float) -> None:
        try:
            why = self._take(source, at, size, key, now)
        except Exception as error:
            self.stumbled(error, now)
            return
        if why:
            self.dropped(why)

    def dropped(self, why: str) -> None:
        self.drops[why] += 1

    def stumbled(self, error: BaseException, now: float) -> None:
        """A datagram met a fault of ours."""
        self.dropped("error")
        self._tell("media_datagram_failed", error, now)

    def _take(self, source: Source, at: int, size: int, key: bytes, now: float) -> str:
        """Deliver a datagram by its first byte (RFC 7983); why it was dropped, else ""."""
        if not 0 < size <= LONGEST:
            return "oversize" if size else "empty"
        first = source.view[at]
        if first < 4:
            return self._check(bytes(source.view[at : at + size]), source, key, now)
        media = 127 < first < 192
        if not media and not 19 < first < 64:
            return "odd"
        path = self.directory.by_address.get(key)
        if path is None:
            return "stranger"
        if media:
            view = source.view[at : at + size]
            return path.agent.owner.media(path, source.memory + at, view, now)
        took = path.agent.owner.handshake(bytes(source.view[at : at + size]))
        return "" if took else "dtls_full"

    def _check(self, data: bytes, source: Source, key: bytes, now: float) -> str:
        """Answer a check of somebody who knows the password; to all others we are not there."""
        found = stun.look(data)
        if found is None:
            return "stun_malformed"
        agent = self.directory.by_ufrag.get(found.local)
        if agent is None:
            return "stun_unknown"
        if not stun.authentic(data, found, agent.password(found.local)):
            return "stun_forged"
        if self._taken(key, agent, now):
            return "taken"
        if not agent.may_answer(now):
            return "stun_limited"
        reply = ice.answer(found, agent, source.remote(key))
        path = _path(found, agent, source, key, now)
        if len(reply) > len(data) or not path.answers.take(now):
            return "stun_limited"
        source.link.send(path, reply)
        return ""

    def _taken(self, key: bytes, agent: Agent, now: float) -> bool:
        """Whether another peer uses the address: it may not be talked away from under it."""
        path = self.directory.by_address.get(key)
        return path is not None and path.agent is not agent and now - path.heard < SILENT

    # Connections

    def _accept(self) -> Connection:
        connection = Connection(self, self._strangers, self.settings.handshake_timeout)
        self._connections.add(connection)
        return connection

    def gone(self, connection: Connection) -> None:
        self._connections.discard(connection)
        path = self.directory.by_address.get(connection.key)
        if path is not None:
            path.agent.lose(path, self.now())

    # Time

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweeper = loop.call_later(self.settings.sweep, self._sweep)
        now = self.now()
        for guest in list(self.guests):
            guest.tick(now)

    def _failed(self, name: str, error: BaseException) -> None:
        self._tell(f"media_{name}_failed", error, self.now())

    def _tell(self, event: str, error: BaseException, now: float) -> None:
        """A fault of ours, as a line now and then: whoever can cause it can cause it often."""
        held_back = self._seldom.held_back(event, now=now)
        if held_back is not None:
            _log.error(event, exc_info=error, held_back=held_back)


def _path(found: stun.Binding, agent: Agent, source: Source, key: bytes, now: float) -> Path:
    if found.controlled:  # it is told that it should control, and asks again
        return agent.paths.get(key) or Path(agent, key, source.remote(key), source.link, now)
    source.link.known()
    return agent.checked(found, key, source.remote(key), source.link, now)
