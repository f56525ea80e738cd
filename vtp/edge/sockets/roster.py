"""Who is here: the accepted sockets, and who of them is in which channel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vtp.actor import Actor, Role
from vtp.edge.sockets.channels import Channel, Sid, of_credential, of_user
from vtp.edge.sockets.connection import Connection
from vtp.errors import Forbidden


class Roster:
    """Forgets a channel with its last member. Members stand in the order of their coming."""

    def __init__(self) -> None:
        self._sockets: dict[Sid, Connection] = {}
        self._channels: dict[Channel, dict[Connection, None]] = {}

    def __len__(self) -> int:
        return len(self._sockets)

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._sockets.values()))

    def get(self, sid: Sid) -> Connection | None:
        return self._sockets.get(sid)

    def add(self, connection: Connection) -> None:
        self._sockets[connection.sid] = connection
        for name in own(connection.actor):
            self.enter(connection, name)

    def drop(self, connection: Connection) -> None:
        if self._sockets.pop(connection.sid, None) is not None:
            for name in list(connection.channels):
                self.leave(connection, name)

    def enter(self, connection: Connection, name: Channel) -> None:
        connection.channels.add(name)
        self._channels.setdefault(name, {})[connection] = None

    def bind(self, connection: Connection, name: Channel, roles: frozenset[Role]) -> None:
        """It may be in that channel with one of `roles` alone."""
        if not connection.actor.has(*roles):
            raise Forbidden
        connection.by_role = (connection.by_role or {}) | {name: roles}

    def now(self, connection: Connection, actor: Actor) -> None:
        """It has other roles than before: what it was in by right of the lost ones, it leaves."""
        connection.actor = actor
        for name, roles in list((connection.by_role or {}).items()):
            if not actor.has(*roles):
                self.leave(connection, name)

    def leave(self, connection: Connection, name: Channel) -> None:
        connection.channels.discard(name)
        if connection.by_role is not None:
            connection.by_role.pop(name, None)
        if (members := self._channels.get(name)) is not None:
            members.pop(connection, None)
            if not members:
                del self._channels[name]

    def members(self, name: Channel | Sid) -> list[Connection]:
        """Those in a channel, or the one with that sid."""
        alone = self._sockets.get(Sid(name))
        return [alone] if alone is not None else list(self._channels.get(Channel(name), ()))

    def at(self, names: Iterable[str]) -> list[Connection]:
        """Those in any of these channels, each once."""
        return list(dict.fromkeys(one for name in names for one in self.members(Channel(name))))


def own(actor: Actor) -> list[Channel]:
    """Where a socket is by who it belongs to; closing a user or a credential goes this way."""
    names = [of_user(actor.user_id)] if actor.user_id else []
    return [*names, of_credential(actor.credential_id)] if actor.credential_id else names
