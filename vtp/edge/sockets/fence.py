"""python-socketio's server and its list of clients, over connections and a parser of our own.

What the rest of the program and the Redis manager use (`emit`, rooms, `disconnect`) is theirs;
what is behind it is not: their client list walks all rooms for each socket that goes, their
emit starts a task per recipient, and their Engine.IO keeps three tasks per socket and judges by
the wall clock. Every member that is relied on here is pinned by tests/unit/edge/sockets.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import socketio
from socketio.async_manager import AsyncManager

from vtp.edge.sockets import endings, packets
from vtp.edge.sockets.channels import Channel, Sid
from vtp.edge.sockets.connection import Connection
from vtp.edge.sockets.roster import Roster

# Writing to this many takes some 5 ms; then others have their turn.
_AT_ONCE = 500
_log = logging.getLogger(__name__)


class Clients(AsyncManager):  # type: ignore[misc]  # python-socketio ships no types
    """The client list, on the roster of its server. One for several nodes derives from theirs
    and this, in this order.
    """

    def __init__(self) -> None:
        super().__init__()
        self._order = asyncio.Lock()

    @property
    def _roster(self) -> Roster:
        roster: Roster = self.server.roster
        return roster

    async def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        *,
        room: str | list[str] | None = None,
        skip_sid: str | list[str] | None = None,
        callback: Any = None,
        to: str | list[str] | None = None,
        **_: Any,
    ) -> None:
        """Encode once and write to each; two emits reach every socket in the same order."""
        if callback is not None or namespace != "/":
            raise ValueError("there is one namespace, and clients are not asked to acknowledge")
        frame = packets.event(event, *([] if data is None else [data]))
        skipped = _listed(skip_sid)
        async with self._order:
            recipients = self._recipients(to or room)
            for start in range(0, len(recipients), _AT_ONCE):
                if start:
                    await asyncio.sleep(0)
                for one in recipients[start : start + _AT_ONCE]:
                    if one.sid not in skipped:
                        one.send(frame)

    def _recipients(self, room: str | list[str] | None) -> list[Connection]:
        if room is None:
            return list(self._roster)
        return self._roster.at(_listed(room))

    def is_connected(self, sid: str, namespace: str) -> bool:
        return self._at(sid, namespace) is not None

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        found = self._at(sid, namespace)
        return sorted(found.channels) if found is not None else []

    def basic_enter_room(
        self, sid: str, namespace: str, room: str, eio_sid: str | None = None
    ) -> None:
        if (found := self._at(eio_sid or sid, namespace)) is not None:
            self._roster.enter(found, Channel(room))

    def basic_leave_room(self, sid: str, namespace: str, room: str) -> None:
        if (found := self._at(sid, namespace)) is not None:
            self._roster.leave(found, Channel(room))

    def basic_close_room(self, room: str, namespace: str) -> None:
        for member in self._roster.members(Channel(room)) if namespace == "/" else ():
            self._roster.leave(member, Channel(room))

    def _at(self, sid: str, namespace: str) -> Connection | None:
        return self._roster.get(Sid(sid)) if namespace == "/" else None


class Server(socketio.AsyncServer):  # type: ignore[misc]  # python-socketio ships no types
    """What domains and managers know as the Socket.IO server. Requests never reach it."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        super().__init__(
            client_manager=Clients(),
            async_mode="aiohttp",
            transports=["websocket"],
            monitor_clients=False,
            logger=_log,
            engineio_logger=_log,
        )

    async def disconnect(
        self, sid: str, namespace: str | None = None, *, ignore_queue: bool = False
    ) -> None:
        """Take one socket out; with `ignore_queue`, on another node's request."""
        local = ignore_queue or await self.manager.can_disconnect(sid, namespace or "/")
        if local and (found := self.roster.get(Sid(sid))) is not None:
            found.end(endings.REVOKED)


def _listed(names: str | list[str] | None) -> list[str]:
    if names is None:
        return []
    return [names] if isinstance(names, str) else names
