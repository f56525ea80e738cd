"""What the server tells, and whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from tests.support.socket_app import ANN, SAID, Said, Served, served
from tests.support.socket_client import Client, connected
from vtp.actor import Role
from vtp.edge.sockets import fence, packets
from vtp.edge.sockets.channels import Sid, channel, of_user
from vtp.errors import Forbidden

HALL = channel("test", "hall")


@pytest.fixture
async def site() -> AsyncIterator[Served]:
    async with served() as made:
        yield made


async def nothing_more(client: Client) -> bool:
    """Whether all that was told has been read: an answer comes after it."""
    await client.call("test.write")
    return not client.news


async def test_who_is_in_a_channel_is_told_and_nobody_else(site: Served) -> None:
    async with (
        connected(site.port, auth={"token": "ann"}) as ann,
        connected(site.port, auth={"token": "ben"}) as ben,
    ):
        await ann.call("test.enter", {"text": "hall"})
        await site.sockets.emit(SAID, Said("hello"), to=HALL)
        assert await ann.told() == ("test.said", {"text": "hello", "times": 1})
        assert await nothing_more(ben)
        await ann.call("test.leave", {"text": "hall"})
        await site.sockets.emit(SAID, Said("again"), to=HALL)
        assert await nothing_more(ann)


async def test_the_sender_can_be_left_out(site: Served) -> None:
    async with (
        connected(site.port, auth={"token": "ann"}) as ann,
        connected(site.port, auth={"token": "ben"}) as ben,
    ):
        for client in (ann, ben):
            await client.call("test.enter", {"text": "hall"})
        await site.sockets.emit(SAID, Said("a"), to=HALL, skip=Sid(ann.sid))
        assert (await ben.told())[1]["text"] == "a"
        assert await nothing_more(ann)


async def test_all_sockets_of_a_user_are_reached_and_one_by_its_sid(site: Served) -> None:
    async with (
        connected(site.port, auth={"token": "ann"}) as one,
        connected(site.port, auth={"token": "ann"}) as two,
        connected(site.port, auth={"token": "ben"}) as ben,
    ):
        await site.sockets.emit(SAID, Said("all"), to=of_user(ANN.require_user()))
        assert (await one.told())[1]["text"] == (await two.told())[1]["text"] == "all"
        await site.sockets.emit(SAID, Said("one"), to=Sid(two.sid))
        assert (await two.told())[1]["text"] == "one"
        assert await nothing_more(one)
        assert await nothing_more(ben)


async def test_a_channel_forgets_who_has_gone_and_is_forgotten_when_empty(site: Served) -> None:
    async with connected(site.port, auth={"token": "ann"}) as ann:
        await ann.call("test.enter", {"text": "hall"})
        gone = Sid(ann.sid)
    await asyncio.sleep(0.05)
    await site.sockets.emit(SAID, Said("nobody"), to=HALL)
    await site.sockets.enter(gone, HALL)
    assert not site.sockets._roster._channels
    assert site.sockets.count == 0


async def test_everybody_hears_two_speakers_in_the_same_order(
    site: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More sockets than are written to at a stretch, so that two emits run into each other."""
    monkeypatch.setattr(fence, "_AT_ONCE", 3)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(connected(site.port, auth={"token": "ann"}))
            for _ in range(8)
        ]
        for client in clients:
            await client.call("test.enter", {"text": "hall"})
        emits = [site.sockets.emit(SAID, Said(str(n)), to=HALL) for n in range(20)]
        await asyncio.gather(*emits)
        heard = [[(await client.told())[1]["text"] for _ in range(20)] for client in clients]
        assert heard == [[str(n) for n in range(20)]] * 8


async def test_what_is_told_is_encoded_once(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[object] = []
    encode = packets.event

    def counting(name: str, *body: object) -> bytes:
        encoded.append(body)
        return encode(name, *body)

    monkeypatch.setattr(packets, "event", counting)
    async with (
        connected(site.port, auth={"token": "ann"}) as one,
        connected(site.port, auth={"token": "ann"}) as two,
    ):
        await site.sockets.emit(SAID, Said("a"), to=of_user(ANN.require_user()))
        await one.told()
        await two.told()
    assert len(encoded) == 1


async def test_a_channel_that_needs_a_role_is_left_with_that_role_alone(site: Served) -> None:
    async with connected(site.port, auth={"token": "root"}) as root:
        sid = Sid(root.sid)
        actor = site.sockets.actor(sid)
        assert actor is not None
        await site.sockets.enter(sid, HALL, roles=(Role.ADMIN, Role.MANAGER))
        await site.sockets.enter(sid, channel("test", "yard"))
        for roles in ({Role.MANAGER}, {Role.STUDENT}):
            site.now[actor.credential_id] = replace(actor, roles=frozenset(roles))
            await site.sockets.refresh_user(actor.require_user())
            await site.sockets.emit(SAID, Said("hall"), to=HALL)
            await site.sockets.emit(SAID, Said("yard"), to=channel("test", "yard"))
        told = [(await root.told())[1]["text"] for _ in range(3)]
        assert told == ["hall", "yard", "yard"]
        with pytest.raises(Forbidden):
            await site.sockets.enter(sid, HALL, roles=(Role.ADMIN,))
