"""Running the events of clients: limited, one after the other per client, always acknowledged."""

from __future__ import annotations

import asyncio
import traceback
from collections import deque
from collections.abc import Callable
from typing import Protocol

import structlog

from vtp.actor import ORIGIN, Origin
from vtp.clock import Clock
from vtp.edge.sockets import ack, packets
from vtp.edge.sockets.bucket import Bucket, Rate
from vtp.edge.sockets.connection import Connection
from vtp.edge.sockets.events import Call, Event, Table
from vtp.errors import Invalid, Limited, NotFound, Problem, Unavailable
from vtp.ids import uuid7
from vtp.tasks import Tasks

_log = structlog.get_logger()
_UNKNOWN = "(unknown)"  # the name in counts of an event that there is not


class Observe(Protocol):
    """What telemetry wants to know of sockets."""

    def opened(self) -> None: ...

    def closed(self, code: str) -> None: ...

    def event(self, name: str, outcome: str, seconds: float) -> None:
        """`outcome` is "ok" or the code of the error that was acknowledged."""


class NoSuchEvent(NotFound):
    """There is no such event."""


class OneBody(Invalid):
    """An event takes one object and nothing beside it."""

    code = "one_body"


class NoBinary(Invalid):
    """Events are JSON; binary attachments are not taken."""

    code = "no_binary"


class TimedOut(Unavailable):
    """This took too long and was given up. Try again."""

    code = "timed_out"


class Dispatch:
    """An event is refused at once when it comes too fast, when too many wait before it, or when
    the server is going; else it waits for its turn. Refusals overtake: an ack names its event.
    """

    def __init__(
        self,
        table: Table,
        *,
        calls: Callable[[Connection, str], Call],
        rate: Rate,
        most_waiting: int,
        timeout: float,
        clock: Clock,
        observe: Observe,
        tasks: Tasks,
    ) -> None:
        self._table = table
        self._calls = calls
        self._rate = rate
        self._most_waiting = most_waiting
        self._timeout = timeout  # seconds that one handler may take
        self._clock = clock
        self._observe = observe
        self._tasks = tasks
        self._running: set[Connection] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self.going: Unavailable | None = None  # what is answered once the server stops

    async def finished(self) -> None:
        """Wait until no event waits or runs."""
        await self._idle.wait()

    def take(self, connection: Connection, event: packets.Event) -> None:
        if (refusal := self._refusal(connection)) is not None:
            self._refuse(connection, event.id, event.name, refusal)
            return
        waiting = connection.events
        if waiting is None:
            waiting = connection.events = deque()
        waiting.append(event)
        if connection not in self._running:
            self._running.add(connection)
            self._idle.clear()
            self._tasks.start("sockets.events", self._run(connection, waiting))

    def take_binary(self, connection: Connection, event: packets.Binary) -> None:
        self._refuse(connection, event.id, _UNKNOWN, NoBinary())

    def _refusal(self, connection: Connection) -> Problem | None:
        if self.going is not None:
            return self.going
        if connection.turns is None:
            connection.turns = Bucket(self._rate, now=self._clock.monotonic())
        if wait := connection.turns.take(self._rate, now=self._clock.monotonic()):
            return Limited(retry_after=round(wait, 3))
        if connection.events is not None and len(connection.events) >= self._most_waiting:
            return Limited("Too many of your events wait for an answer.", retry_after=1.0)
        return None

    def _refuse(self, connection: Connection, id: int | None, name: str, why: Problem) -> None:
        known = name if self._table.get(name) else _UNKNOWN
        self._observe.event(known, why.code, 0.0)
        if id is not None:
            connection.send(packets.ack(id, ack.error(why, uuid7().hex)))

    async def _run(self, connection: Connection, waiting: deque[packets.Event]) -> None:
        try:
            while waiting and connection.ending is None:
                await self._one(connection, waiting.popleft())
        finally:
            waiting.clear()
            self._running.discard(connection)
            if not self._running:
                self._idle.set()

    async def _one(self, connection: Connection, sent: packets.Event) -> None:
        started = self._clock.monotonic()
        request_id = uuid7().hex
        event = self._table.get(sent.name)
        name, outcome = event.name if event else _UNKNOWN, "ok"
        ORIGIN.set(Origin(connection.address, connection.agent, request_id))
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                answer = await self._answer(self._calls(connection, request_id), event, sent)
            except Problem as problem:
                answer, outcome = ack.error(problem, request_id), problem.code
            except Exception as error:
                _log.error("sockets.bug", socket_event=name, request_id=request_id, **where(error))
                answer, outcome = ack.error(Problem(), request_id), Problem.code
        self._observe.event(name, outcome, self._clock.monotonic() - started)
        if sent.id is not None:
            connection.send(packets.ack(sent.id, answer))

    async def _answer(self, call: Call, event: Event | None, sent: packets.Event) -> bytes:
        if event is None:
            raise NoSuchEvent
        event.rule.check(call.actor)
        if sent.odd:
            raise OneBody
        try:
            async with asyncio.timeout(event.timeout or self._timeout) as limit:
                return ack.ok(await event(call, sent.body))
        except TimeoutError:
            if limit.expired():
                raise TimedOut from None
            raise


def where(error: BaseException) -> dict[str, object]:
    """A bug for the log: its kind and place. Its message may quote what a client sent."""
    places = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "at": [f"{place.filename}:{place.lineno} {place.name}" for place in places],
    }
