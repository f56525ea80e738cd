"""The members of python-socketio that are relied on, pinned against the installed version."""

from __future__ import annotations

import inspect
from importlib.metadata import version
from typing import Any

import pytest
import socketio
from socketio.async_manager import AsyncManager
from socketio.async_pubsub_manager import AsyncPubSubManager

from tests.support.edge import an_actor
from vtp.edge.sockets import endings, packets
from vtp.edge.sockets.channels import Channel, Sid, of_user
from vtp.edge.sockets.endings import Ending
from vtp.edge.sockets.fence import Clients, Server
from vtp.edge.sockets.roster import Roster


class Socket:
    """As much of a connection as a client list sees."""

    def __init__(self, sid: str) -> None:
        self.sid = Sid(sid)
        self.actor = an_actor()
        self.channels: set[Channel] = set()
        self.by_role = None
        self.sent: list[bytes] = []
        self.ended: list[Ending] = []

    def send(self, frame: bytes) -> None:
        self.sent.append(frame)

    def end(self, ending: Ending) -> None:
        self.ended.append(ending)


def two(roster: Roster) -> tuple[Socket, Socket]:
    both = Socket("a"), Socket("b")
    for socket in both:
        roster.add(socket)  # type: ignore[arg-type]  # the part of one that is needed
    return both


class Bus(AsyncPubSubManager):  # type: ignore[misc]  # python-socketio ships no types
    """What Redis would be: keeps what is published."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[dict[str, Any]] = []

    async def _publish(self, data: dict[str, Any]) -> None:
        self.published.append(data)


class ManyNodes(Bus, Clients):
    """How a manager for several nodes is made."""


def server_with(manager: type[AsyncManager], roster: Roster) -> Server:
    server = Server(roster)
    many = manager()
    many.set_server(server)
    server.manager = many
    return server


def test_the_installed_version_is_the_one_that_was_read() -> None:
    assert version("python-socketio").startswith("5.18.")
    assert version("python-engineio").startswith("4.15.")


def test_the_server_calls_its_manager_as_ours_expects() -> None:
    emit = list(inspect.signature(AsyncManager.emit).parameters)
    assert emit[:7] == ["self", "event", "data", "namespace", "room", "skip_sid", "callback"]
    source = inspect.getsource(socketio.AsyncServer.emit)
    assert "self.manager.emit(event, data, namespace, room=room," in source
    assert "skip_sid=skip_sid, callback=callback" in source
    for name in ("basic_enter_room", "basic_leave_room", "basic_close_room", "get_rooms"):
        theirs = inspect.signature(getattr(AsyncManager, name))
        assert list(inspect.signature(getattr(Clients, name)).parameters) == list(theirs.parameters)


async def test_making_a_server_starts_nothing() -> None:
    server = Server(Roster())
    assert server.eio.service_task_handle is None
    assert server.eio.start_service_task is False


async def test_who_enters_is_reached_and_who_leaves_is_not() -> None:
    roster = Roster()
    server, (a, b) = Server(roster), two(roster)
    await server.enter_room("a", "test:1")
    await server.enter_room("b", "test:1")
    await server.enter_room("gone", "test:1")
    await server.emit("test.said", {"n": 1}, to="test:1", skip_sid="b")
    await server.leave_room("a", "test:1")
    await server.emit("test.said", None, to="test:1")
    assert a.sent == [packets.event("test.said", {"n": 1})]
    assert b.sent == [packets.event("test.said")]
    assert server.rooms("b")[0].startswith("credential:")
    assert "test:1" in server.rooms("b")
    await server.close_room("test:1")
    assert "test:1" not in server.rooms("b")


async def test_each_is_reached_once_however_many_rooms_it_is_in() -> None:
    roster = Roster()
    server, (a, b) = Server(roster), two(roster)
    await server.enter_room("a", "test:1")
    await server.enter_room("a", "test:2")
    await server.emit("test.said", 1, to=["test:1", "test:2", str(b.sid)])
    await server.emit("test.said", 2)
    assert len(a.sent) == len(b.sent) == 2


async def test_acknowledgements_of_clients_and_other_namespaces_are_not_offered() -> None:
    server = Server(Roster())
    with pytest.raises(ValueError, match="acknowledge"):
        await server.emit("test.said", 1, callback=print)
    with pytest.raises(ValueError, match="namespace"):
        await server.emit("test.said", 1, namespace="/admin")


async def test_disconnect_takes_a_socket_out() -> None:
    roster = Roster()
    server, (a, b) = Server(roster), two(roster)
    await server.disconnect("a")
    await server.disconnect("nobody")
    assert (a.ended, b.ended) == ([endings.REVOKED], [])


async def test_a_manager_for_several_nodes_reaches_both_its_own_and_the_others() -> None:
    roster = Roster()
    server, (a, b) = server_with(ManyNodes, roster), two(roster)
    await server.emit("test.said", {"n": 1}, to=of_user(a.actor.require_user()))
    assert a.sent == [packets.event("test.said", {"n": 1})]
    (published,) = server.manager.published
    assert published["event"] == "test.said"
    other = server_with(ManyNodes, Roster())
    await other.manager._handle_emit(published)  # the same news, on the node that has it not
    await server.manager._handle_emit(published | {"room": "b"})
    assert b.sent == [packets.event("test.said", {"n": 1})]
    await server.disconnect("elsewhere")
    assert server.manager.published[-1]["method"] == "disconnect"
    await server.manager._handle_disconnect({"sid": "a", "namespace": "/"})
    assert a.ended == [endings.REVOKED]
