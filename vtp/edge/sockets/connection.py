"""One client on the wire: bytes to packets and back, liveness, and a bounded way out.

It is an asyncio protocol and nothing more: no task, no queue, no timer of its own, so a socket
that is idle costs one small object. What waits for a slow client waits in the transport, whose
size is watched: past the limits the client is closed (`endings.SLOW`), because dropping single
messages would leave it in a state that nobody can reason about.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol, cast

from vtp.actor import Actor, Role
from vtp.edge.sockets import endings, frames, packets
from vtp.edge.sockets.bucket import Bucket, Rate
from vtp.edge.sockets.channels import Channel, Sid
from vtp.edge.sockets.endings import Ending
from vtp.edge.sockets.frames import Deframer
from vtp.edge.sockets.liveness import Liveness, Pace, Verdict

# Above this much unsent, the client counts as slow and what is sent to it is counted.
_CONGESTED = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What every client is held to."""

    pace: Pace
    most_bytes: int  # of one message of a client
    messages: Rate  # of a client, of whatever kind
    queue_bytes: int  # that may wait for a client
    queue_messages: int


class Host(Protocol):
    """Who a connection reports to."""

    terms: Terms

    def now(self) -> float: ...

    def opened(self, connection: Connection) -> None: ...

    def took(self, connection: Connection, packet: packets.Packet) -> None:
        """An event, a CONNECT or an event with attachments came."""

    def ended(self, connection: Connection) -> None:
        """Its end is decided: nothing more is taken from it or sent to it."""

    def gone(self, connection: Connection) -> None:
        """The transport is closed."""

    def wake(self, connection: Connection, *, at: float) -> None:
        """Call `tick` then."""


class Connection(asyncio.Protocol):
    __slots__ = (
        "_attachments",
        "_congested",
        "_deframer",
        "_host",
        "_liveness",
        "_messages",
        "_transport",
        "_waiting",
        "accepted",
        "actor",
        "address",
        "agent",
        "by_role",
        "channels",
        "connecting",
        "ending",
        "events",
        "sid",
        "turns",
    )

    def __init__(
        self, host: Host, *, sid: Sid, actor: Actor, address: str, agent: str = ""
    ) -> None:
        self.sid = sid
        self.actor = actor
        self.address = address
        self.agent = agent
        self.connecting = False  # its CONNECT is being looked at
        self.accepted = False
        self.ending: Ending | None = None
        self.channels: set[Channel] = set()
        # Those that it may be in only with one of these roles; None until there is one.
        self.by_role: dict[Channel, frozenset[Role]] | None = None
        # Both are made with the first event; who only listens has neither.
        self.turns: Bucket | None = None
        self.events: deque[packets.Event] | None = None
        self._host = host
        self._transport: asyncio.Transport | None = None
        self._deframer: Deframer | None = Deframer(host.terms.most_bytes)
        now = host.now()
        self._liveness = Liveness(host.terms.pace, now=now)
        self._messages = Bucket(host.terms.messages, now=now)
        self._attachments = 0  # binary messages still to come of a refused event
        self._congested = False
        self._waiting = 0  # messages sent since it became so

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        terms = self._host.terms
        self._transport.set_write_buffer_limits(high=min(_CONGESTED, terms.queue_bytes))
        self.send(
            packets.opening(
                self.sid,
                ping_interval=terms.pace.ping_interval,
                ping_timeout=terms.pace.ping_timeout,
                limit=terms.most_bytes,
            )
        )
        self._host.opened(self)
        self._host.wake(self, at=self._liveness.due)

    def data_received(self, data: bytes) -> None:
        if self._deframer is None:
            return
        self._liveness.heard()
        try:
            for opcode, payload in self._deframer.feed(data):
                self._count()
                self._message(opcode, payload)
        except frames.BadFrame as error:
            self._deframer = None
            self.end(endings.of_bad_frame(error))
        except packets.BadPacket:
            self.end(endings.BAD_PACKET)

    def pause_writing(self) -> None:
        self._congested = True

    def resume_writing(self) -> None:
        self._congested = False
        self._waiting = 0

    def eof_received(self) -> None:
        """Half a WebSocket is none: what still waits for this client is dropped with it."""
        self._decide(endings.LOST)
        self.abort()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._transport = None
        self._deframer = None
        self._decide(endings.LOST)
        self._host.gone(self)

    def accept(self) -> None:
        self.connecting = False
        self.accepted = True
        self._liveness.accepted()

    def send(self, frame: bytes) -> None:
        """Send, or end a client that does not keep up. To one that has ended, nothing is sent."""
        transport = self._transport
        if transport is None or self.ending is not None:
            return
        if self._congested and self._too_much(transport, len(frame)):
            self.end(endings.SLOW)
            return
        transport.write(frame)

    def end(self, ending: Ending, *, last: bytes = b"") -> None:
        """Say `last` and why, and close; abort when the client does not answer in time."""
        transport = self._transport
        if transport is None or not self._decide(ending):
            return
        out = packets.LEFT if ending.final and self.accepted else b""
        transport.write(last + out + frames.closing(ending.status, ending.code))

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def tick(self) -> None:
        """Ping it, or give it up. Called when `wake` asked for, and harmless at other times."""
        if self._transport is None:
            return
        match self._liveness.check(now=self._host.now()):
            case Verdict.SILENT:
                self.end(endings.SILENT)
                return
            case Verdict.UNINTRODUCED:
                self.end(endings.NOT_CONNECTED)
                return
            case Verdict.OVERDUE:
                self._transport.abort()
                return
            case Verdict.PING:
                self.send(packets.PING)
            case Verdict.WAIT:
                pass
        self._host.wake(self, at=self._liveness.due)

    def _decide(self, ending: Ending) -> bool:
        """From now on it is ending: however the client behaves, the transport closes in time."""
        if self.ending is not None:
            return False
        self.ending = ending
        self._host.ended(self)
        if self._transport is not None:
            self._liveness.closing(now=self._host.now())
            self._host.wake(self, at=self._liveness.due)
        return True

    def _too_much(self, transport: asyncio.Transport, size: int) -> bool:
        self._waiting += 1
        return (
            self._waiting > self._host.terms.queue_messages
            or transport.get_write_buffer_size() + size > self._host.terms.queue_bytes
        )

    def _count(self) -> None:
        if self._messages.take(self._host.terms.messages, now=self._host.now()):
            raise frames.BadFrame(frames.POLICY)

    def _message(self, opcode: int, payload: bytes) -> None:
        if opcode == frames.CLOSE:
            self._closed_by_client(payload)
        elif self.ending is not None or self._transport is None:
            return
        elif opcode == frames.TEXT:
            self._packet(packets.parse(payload))
        elif opcode == frames.BINARY:
            self._attachment()
        elif opcode == frames.PING:
            self.send(frames.frame(frames.PONG, payload))

    def _packet(self, packet: packets.Packet) -> None:
        match packet:
            case packets.Leave("/"):
                self.end(endings.LEFT)
            case packets.Pong() | packets.Leave():
                pass
            case packets.Binary(attachments=attachments):
                self._attachments += attachments
                self._host.took(self, packet)
            case _:
                self._host.took(self, packet)

    def _attachment(self) -> None:
        """The rest of an event that was refused is let pass; other binary is not ours."""
        if self._attachments == 0:
            self.end(endings.NO_BINARY)
        else:
            self._attachments -= 1

    def _closed_by_client(self, payload: bytes) -> None:
        status = frames.close_status(payload)
        if self._transport is None:
            return
        unloaded = status == frames.GOING_AWAY
        if self._decide(endings.UNLOADED if unloaded else endings.LEFT):
            answer = frames.NORMAL if status == frames.NO_STATUS else status
            self._transport.write(frames.closing(answer))
        self._transport.close()
