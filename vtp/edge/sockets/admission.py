"""Who gets in: the upgrade, then the CONNECT packet, which may bring a token of its own."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec
import structlog

from vtp.actor import Actor
from vtp.edge.auth import Authenticate, BadCredentials
from vtp.edge.problems import from_validation
from vtp.edge.sockets import ack, dispatch, endings, packets
from vtp.edge.sockets.channels import Channel, of_credential, of_user
from vtp.edge.sockets.connection import Connection
from vtp.edge.sockets.roster import Roster, own
from vtp.errors import Limited, NotFound, Problem, Unavailable
from vtp.tasks import Tasks

_log = structlog.get_logger()
# A JWT of ours has some 400 characters; what is longer is not looked at.
_LONGEST_TOKEN = 4096


class NoSuchNamespace(NotFound):
    """There is one namespace here, "/"."""


class TooManySockets(Limited):
    """You have too many connections open. Close some and try again."""


class Introduction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `auth` of a CONNECT; empty when the upgrade request said who it is."""

    token: str | None = None


_INTRODUCTION = msgspec.json.Decoder(Introduction)


class Admission:
    def __init__(
        self, roster: Roster, *, per_address: int, per_user: int, timeout: float, tasks: Tasks
    ) -> None:
        self._roster = roster
        self._per_address = per_address
        self._per_user = per_user
        self._tasks = tasks
        self._timeout = timeout  # seconds that looking at a token may take
        self._waiting: set[Connection] = set()  # those that are open and not yet accepted
        self._strangers: Counter[str] = Counter()  # of them, by address, who has not signed in
        self.going: Unavailable | None = None  # the answer to everybody once the server stops

    def require_place(self, actor: Actor, address: str) -> None:
        """Before an upgrade. Who has signed in is never kept out by others at its address."""
        if self.going is not None:
            raise self.going
        if not actor.known and self._strangers[address] >= self._per_address:
            raise Limited("Too many connections from here have not signed in.", retry_after=10.0)

    def waiting(self, name: Channel) -> list[Connection]:
        """Those who will be in a channel by who they are, once they are accepted."""
        return [one for one in self._waiting if name in own(one.actor)]

    def opened(self, connection: Connection) -> None:
        self._waiting.add(connection)
        if not connection.actor.known:
            self._strangers[connection.address] += 1

    def settled(self, connection: Connection) -> None:
        """It is accepted or has ended. Its actor is still the one of the upgrade."""
        if connection not in self._waiting:
            return
        self._waiting.discard(connection)
        if not connection.actor.known:
            self._strangers[connection.address] -= 1
            if not self._strangers[connection.address]:
                del self._strangers[connection.address]

    def connect(
        self, connection: Connection, packet: packets.Connect, authenticate: Authenticate
    ) -> None:
        if packet.namespace != "/":
            refusal = ack.error_body(NoSuchNamespace())
            connection.send(packets.refused(packet.namespace, refusal.detail, refusal))
        elif connection.connecting or connection.accepted:
            connection.end(endings.BAD_PACKET)
        else:
            self._introduce(connection, packet.auth, authenticate)

    def _introduce(self, connection: Connection, auth: bytes, authenticate: Authenticate) -> None:
        """Without a token all is known already, and no task is needed."""
        try:
            token = _INTRODUCTION.decode(auth or b"{}").token
            if token is None:
                self._accept(connection, connection.actor)
                return
            if len(token) > _LONGEST_TOKEN:
                raise BadCredentials
        except msgspec.ValidationError as error:
            self._refuse(connection, from_validation(error, "auth"))
        except Problem as problem:
            self._refuse(connection, problem)
        else:
            connection.connecting = True
            work = self._by_token(connection, token, authenticate)
            self._tasks.start("sockets.connect", work)

    async def _by_token(
        self, connection: Connection, token: str, authenticate: Authenticate
    ) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                actor = await _known(authenticate, token)
            self._accept(connection, actor)
        except TimeoutError:
            self._refuse(connection, Unavailable())
        except Problem as problem:
            self._refuse(connection, problem)
        except Exception as error:
            _log.error("sockets.bug", socket_event="connect", **dispatch.where(error))
            self._refuse(connection, Problem())

    def _accept(self, connection: Connection, actor: Actor) -> None:
        if connection.ending is not None:
            return
        if self.going is not None:
            raise self.going
        if len(self._roster.members(_of_person(actor))) >= self._per_user:
            raise TooManySockets
        self.settled(connection)
        connection.actor = actor
        connection.accept()
        self._roster.add(connection)
        connection.send(packets.connected(connection.sid))

    def _refuse(self, connection: Connection, problem: Problem) -> None:
        refusal = ack.error_body(problem)
        last = packets.refused("/", refusal.detail, refusal)
        connection.end(endings.REFUSED, last=last)


def _of_person(actor: Actor) -> Channel:
    if actor.guest is not None:
        return of_credential(actor.guest.id)
    return of_user(actor.require_user())


async def _known(authenticate: Authenticate, token: str) -> Actor:
    actor = await authenticate.by_token(token)
    if actor is None:
        raise BadCredentials
    return actor
