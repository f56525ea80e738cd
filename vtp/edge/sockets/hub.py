"""All connections together: one timer for them, and where their packets go."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable

import structlog

from vtp import settings
from vtp.actor import Actor
from vtp.clock import Clock
from vtp.edge.auth import Authenticate
from vtp.edge.sockets import packets
from vtp.edge.sockets.admission import Admission
from vtp.edge.sockets.bucket import Rate
from vtp.edge.sockets.channels import Sid
from vtp.edge.sockets.connection import Connection, Terms
from vtp.edge.sockets.dispatch import Dispatch, Observe, where
from vtp.edge.sockets.endings import LOST, Ending
from vtp.edge.sockets.liveness import Pace
from vtp.edge.sockets.roster import Roster
from vtp.edge.sockets.wheel import Wheel

# An event of `max_event` bytes still has its name, its ack id and the brackets around it.
_ENVELOPE = 512
# A client may send so many times more messages than events: pongs, and events that are refused.
_MESSAGES_PER_EVENT = 5
# Ticks or goodbyes in one go: some 2 ms of the loop.
_AT_ONCE = 200
_log = structlog.get_logger()

# Which socket has ended, whose it was, and how.
OnGone = Callable[[Sid, Actor, Ending], None]


class Hub:
    """The host of the connections. `start` it on a running loop; it stops with `close`."""

    def __init__(
        self,
        options: settings.Sockets,
        *,
        roster: Roster,
        admission: Admission,
        dispatch: Dispatch,
        clock: Clock,
        observe: Observe,
    ) -> None:
        self.terms = _terms(options)
        self._options = options
        self._roster = roster
        self._admission = admission
        self._dispatch = dispatch
        self._clock = clock
        self._observe = observe
        self.on_gone: list[OnGone] = []
        self._authenticate: Authenticate | None = None
        self._open: set[Connection] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._wheel: Wheel[Connection] = Wheel(slot=options.sweep, now=clock.monotonic())
        self._due: deque[Connection] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._work: asyncio.Handle | None = None

    def start(self, authenticate: Authenticate) -> None:
        self._authenticate = authenticate
        self._sweep()

    async def close(self) -> None:
        await self._abort_all()
        for handle in (self._timer, self._work):
            if handle is not None:
                handle.cancel()
        self._timer = self._work = None

    def connection(self, actor: Actor, address: str, agent: str) -> Connection:
        """For an upgrade that is about to be granted."""
        self._admission.require_place(actor, address)
        sid = Sid(secrets.token_urlsafe(16))
        return Connection(self, sid=sid, actor=actor, address=address, agent=agent)

    async def end_all(self, ending: Ending) -> None:
        """Tell every socket why it ends, and see that it does."""
        for number, connection in enumerate(list(self._open), start=1):
            connection.end(ending)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        try:
            async with asyncio.timeout(self._options.close_timeout):
                await self._empty.wait()
        except TimeoutError:
            await self._abort_all()

    async def _abort_all(self) -> None:
        for connection in list(self._open):
            connection.abort()
        await self._empty.wait()

    def now(self) -> float:
        return self._clock.monotonic()

    def opened(self, connection: Connection) -> None:
        self._open.add(connection)
        self._empty.clear()
        self._admission.opened(connection)
        self._observe.opened()

    def took(self, connection: Connection, packet: packets.Packet) -> None:
        match packet:
            case packets.Connect():
                self._admission.connect(connection, packet, self._who())
            case packets.Event("/") if connection.accepted:
                self._dispatch.take(connection, packet)
            case packets.Binary("/") if connection.accepted:
                self._dispatch.take_binary(connection, packet)
            case _:  # before its CONNECT, or in a namespace that was refused
                raise packets.BadPacket

    def ended(self, connection: Connection) -> None:
        self._admission.settled(connection)
        self._roster.drop(connection)
        if connection.accepted:
            self._say_gone(connection)

    def _say_gone(self, connection: Connection) -> None:
        """Everybody hears it, even where one of them fails."""
        for hear in self.on_gone:
            try:
                hear(connection.sid, connection.actor, connection.ending or LOST)
            except Exception as error:
                _log.error("sockets.ending_unheard", **where(error))

    def gone(self, connection: Connection) -> None:
        self._open.discard(connection)
        if not self._open:
            self._empty.set()
        self._observe.closed((connection.ending or LOST).code)

    def wake(self, connection: Connection, *, at: float) -> None:
        self._wheel.put(connection, at=at)

    def _who(self) -> Authenticate:
        if self._authenticate is None:
            raise RuntimeError("sockets are not started")
        return self._authenticate

    def _sweep(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._options.sweep, self._sweep)
        self._due.extend(self._wheel.due(self._clock.monotonic()))
        if self._work is None:
            self._some()

    def _some(self) -> None:
        """A part of what is due; the rest after others have had their turn."""
        self._work = None
        for _ in range(min(_AT_ONCE, len(self._due))):
            self._due.popleft().tick()
        if self._due:
            self._work = asyncio.get_running_loop().call_soon(self._some)


def _terms(options: settings.Sockets) -> Terms:
    return Terms(
        pace=Pace(
            ping_interval=options.ping_interval,
            ping_timeout=options.ping_timeout,
            # The wheel may come one slot late and its timer another; a limit is kept all the same.
            connect_timeout=max(options.sweep, options.connect_timeout - 2 * options.sweep),
            close_timeout=options.close_timeout,
        ),
        most_bytes=options.max_event + _ENVELOPE,
        messages=Rate(
            options.events_per_second * _MESSAGES_PER_EVENT,
            options.events_burst * _MESSAGES_PER_EVENT,
        ),
        queue_bytes=options.queue_bytes,
        queue_messages=options.queue_messages,
    )
