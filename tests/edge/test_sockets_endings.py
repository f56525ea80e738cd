"""How sockets end that did nothing wrong: signed out, silent, slow, or the server stops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec
import pytest

from tests.support.socket_app import ANN, BEN, QUICK, SAID, Said, Served, comes, served
from tests.support.socket_client import Client, Refused, connected, upgraded
from vtp.actor import Actor, Role
from vtp.clock import SetClock
from vtp.edge.sockets import endings
from vtp.edge.sockets.channels import Sid, of_user
from vtp.ids import UserId
from vtp.settings import Sockets

ALIVE = msgspec.structs.replace(QUICK, ping_interval=0.1, ping_timeout=0.2)


@pytest.fixture
async def site() -> AsyncIterator[Served]:
    async with served() as made:
        yield made


async def test_signing_out_closes_what_that_session_opened_and_says_why(site: Served) -> None:
    async with (
        connected(site.port, auth={"token": "ann"}) as ann,
        connected(site.port, auth={"token": "ben"}) as ben,
    ):
        assert ANN.credential_id is not None
        await site.sockets.close_credential(ANN.credential_id)
        closed = await ann.closed()
        assert ann.news[0] == (
            "ended",
            {"code": "revoked", "detail": "You were signed out of this connection."},
        )
        assert (closed.status, closed.reason) == (1008, "revoked")
        assert "ok" in await ben.call("test.echo", {"text": "a"})
    assert site.noted.closed_by["revoked"] == 1


async def test_closing_a_user_closes_all_of_theirs(site: Served) -> None:
    async with (
        connected(site.port, auth={"token": "ann"}) as one,
        connected(site.port, Authorization="Bearer ann") as two,
    ):
        await site.sockets.close_user(ANN.require_user())
        assert site.sockets.count == 0  # from now on nothing reaches them
        assert {(await one.closed()).reason, (await two.closed()).reason} == {"revoked"}


async def test_what_ended_elsewhere_is_found_and_closed() -> None:
    async with (
        served(msgspec.structs.replace(QUICK, recheck_interval=0.05)) as site,
        connected(site.port, auth={"token": "ann"}) as ann,
        connected(site.port, auth={"token": "ben"}) as ben,
    ):
        site.over.add(ANN.credential_id)
        assert (await ann.closed()).reason == "revoked"
        assert "ok" in await ben.call("test.echo", {"text": "a"})


async def test_new_roles_are_known_after_the_next_look() -> None:
    async with (
        served(msgspec.structs.replace(QUICK, recheck_interval=0.05)) as site,
        connected(site.port, auth={"token": "ann"}) as ann,
    ):
        assert (await ann.call("test.rule"))["error"]["code"] == "forbidden"
        site.now[ANN.credential_id] = site.people.tokens["root"]
        assert await comes(lambda: ann.call("test.rule"), {"ok": None})


async def test_roles_that_changed_in_another_process_are_told_to_who_listens() -> None:
    heard: list[UserId] = []

    async def hear(user_id: UserId) -> None:
        heard.append(user_id)

    async with (
        served(msgspec.structs.replace(QUICK, recheck_interval=0.02)) as site,
        connected(site.port, auth={"token": "ann"}) as ann,
        connected(site.port, auth={"token": "ben"}) as ben,
    ):
        site.sockets.on_roles_changed.append(hear)
        site.now[ANN.credential_id] = replace(ANN, roles=frozenset({Role.ADMIN}))
        assert await comes(lambda: ann.call("test.rule"), {"ok": None})
        assert "ok" in await ben.call("test.echo", {"text": "a"})
        await asyncio.sleep(0.1)  # a few looks more
    assert heard == [ANN.user_id]


async def test_nobody_is_closed_because_nobody_can_be_asked() -> None:
    async with (
        served(msgspec.structs.replace(QUICK, recheck_interval=0.02)) as site,
        connected(site.port, auth={"token": "ann"}) as ann,
    ):
        site.unavailable = True
        await asyncio.sleep(0.1)
        assert "ok" in await ann.call("test.echo", {"text": "a"})
        site.unavailable = False
        site.over.add(ANN.credential_id)
        assert (await ann.closed()).reason == "revoked"


async def test_who_answers_pings_stays_and_who_does_not_is_closed() -> None:
    async with (
        served(ALIVE) as site,
        connected(site.port, auth={"token": "ann"}) as ann,
        connected(site.port, auth={"token": "ben"}) as ben,
    ):
        ben.answering = False
        ending = asyncio.ensure_future(ben.closed())
        while not ending.done():
            await asyncio.sleep(0.05)
            assert "ok" in await ann.call("test.echo", {"text": "a"})
        closed = await ending
        assert (closed.status, closed.reason) == (1001, "ping_timeout")
        assert ann.pings >= 2
        assert ben.pings == 1
        assert site.noted.closed_by == {"ping_timeout": 1}


@pytest.mark.parametrize(
    ("status", "how"), [(1001, endings.UNLOADED), (1000, endings.LEFT), (None, endings.LOST)]
)
async def test_it_is_known_whether_a_page_was_closed(
    site: Served, status: int | None, how: endings.Ending
) -> None:
    heard: list[endings.Ending] = []
    site.sockets.on_gone.append(lambda _sid, _actor, how: heard.append(how))
    async with connected(site.port, auth={"token": "ann"}) as ann:
        if status is None:
            ann.abort()
        else:
            ann.frame(0x8, status.to_bytes(2))

        async def was() -> list[endings.Ending]:
            return heard

        assert await comes(was, [how])


@pytest.mark.parametrize("step", [3600, -3600])
async def test_a_step_of_the_wall_clock_drops_nobody(
    monkeypatch: pytest.MonkeyPatch, step: float
) -> None:
    async with served(ALIVE) as site, connected(site.port, auth={"token": "ann"}) as ann:
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + step)
        pinged = ann.pings
        while ann.pings < pinged + 4:
            await ann.call("test.write")
            await asyncio.sleep(0.05)
        assert site.noted.closed_by == {}


async def test_the_times_are_those_of_the_clock_that_was_given() -> None:
    clock = SetClock()
    async with (
        served(clock=clock) as site,
        connected(site.port, auth={"token": "ann"}) as ann,
    ):
        ann.answering = False
        clock.step_wall(86_400)
        clock.advance(24.9)
        await ann.call("test.write")
        assert ann.pings == 0
        clock.advance(0.4)
        await asyncio.sleep(0.05)
        clock.advance(20.3)
        assert (await ann.closed()).reason == "ping_timeout"


async def test_who_does_not_leave_when_told_to_is_cut_off(site: Served) -> None:
    client = await upgraded(site.port, Authorization="Bearer ann")
    await client.connect()
    await site.sockets.close_user(ANN.require_user())
    async with asyncio.timeout(5):
        rest = await client.reader.read()  # without ever answering the close frame
    assert rest.endswith(b"revoked")
    await client.aclose()


# Small, so that little must be sent before a client counts as slow.
TIGHT = msgspec.structs.replace(QUICK, queue_bytes=100_000, queue_messages=10_000)


async def deaf(site: Served) -> Client:
    """Ben, who does not read."""
    client = await upgraded(site.port, Authorization="Bearer ben")
    await client.connect()
    client.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it can be read from
    return client


@pytest.mark.parametrize(
    ("options", "text"),
    [(TIGHT, "a" * 10_000), (msgspec.structs.replace(QUICK, queue_messages=50), "a" * 2_000)],
    ids=["bytes", "messages"],
)
async def test_a_client_that_does_not_read_is_closed_and_the_others_go_on(
    options: Sockets, text: str
) -> None:
    async with served(options) as site, connected(site.port, auth={"token": "ann"}) as ann:
        slow = await deaf(site)
        sent = 0
        async with asyncio.timeout(20):
            while site.sockets.actor(Sid(slow.sid)) is not None:
                await site.sockets.emit(SAID, Said(text), to=of_user(BEN.require_user()))
                await site.sockets.emit(SAID, Said("b"), to=Sid(ann.sid))
                await ann.told()
                sent += len(text)
        assert sent < 20_000_000  # the buffers of the kernel, and no more than the limit of ours
        assert await comes(site.closed_by, {"too_slow": 1})
        await slow.aclose()


async def test_a_slow_client_that_reads_again_hears_all_of_it_in_order() -> None:
    async with served(msgspec.structs.replace(QUICK, queue_bytes=20_000_000)) as site:
        slow = await deaf(site)
        for number in range(100):  # more than the buffers of the kernel take
            await site.sockets.emit(SAID, Said("a" * 100_000, number), to=Sid(slow.sid))
        slow.writer.transport.resume_reading()  # type: ignore[attr-defined]  # it can be read from
        assert [(await slow.told())[1]["times"] for _ in range(100)] == list(range(100))
        assert "ok" in await slow.call("test.echo", {"text": "a"})
        await slow.aclose()


async def test_half_a_connection_is_none(site: Served) -> None:
    async with connected(site.port, auth={"token": "ann"}) as ann:
        ann.writer.write_eof()
        assert (await ann.closed()).status == 1006
        await asyncio.sleep(0.01)
        assert (site.sockets.count, site.noted.now) == (0, 0)


async def test_a_stopping_server_tells_all_takes_nothing_new_and_lets_events_finish(
    site: Served,
) -> None:
    async with connected(site.port, auth={"token": "ann"}) as ann:
        stranger = await upgraded(site.port)
        running = ann.send("test.wait", {"text": "0.3"})
        await asyncio.sleep(0.05)
        drained = asyncio.ensure_future(
            site.sockets.drain(reason="restart", retry_after=4.0, within=5.0)
        )
        assert await ann.told() == ("going", {"reason": "restart", "retry_after": 4.0})
        error = (await ann.call("test.echo", {"text": "a"}))["error"]
        assert (error["code"], error["retry_after"]) == ("unavailable", 4.0)
        with pytest.raises(Refused) as caught:
            await upgraded(site.port)
        assert (caught.value.status, caught.value.headers["retry-after"]) == (503, "4")
        assert await ann.ack(running) == {"ok": "0.3"}
        closed = await ann.closed()
        assert (closed.status, closed.reason) == (1001, "going")
        assert (await stranger.closed()).reason == "going"
        await drained
        assert (site.sockets.count, site.noted.now) == (0, 0)


async def test_a_stopping_server_waits_only_so_long() -> None:
    options = msgspec.structs.replace(QUICK, close_timeout=0.1, event_timeout=30)
    async with served(options) as site:
        stuck = await upgraded(site.port, Authorization="Bearer ann")
        await stuck.connect()
        stuck.send("test.wait", {"text": "20"})
        await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            await site.sockets.drain(reason="stop", retry_after=1.0, within=0.1)
        assert site.noted.now == 0
        await stuck.aclose()


async def test_a_thousand_comings_and_goings_leave_nothing(site: Served) -> None:
    before = len(asyncio.all_tasks())
    for _ in range(50):
        clients = [await upgraded(site.port, Authorization="Bearer ann") for _ in range(20)]
        for number, client in enumerate(clients):
            if number % 2:
                await client.connect()
                client.send("test.enter", {"text": "hall"})
            client.abort()
    await asyncio.sleep(0.1)
    assert (site.sockets.count, site.noted.now) == (0, 0)
    assert not site.sockets._hub._open
    assert not site.sockets._admission._waiting
    assert not site.sockets._roster._channels
    assert len(asyncio.all_tasks()) == before


async def test_whoever_asked_hears_of_each_socket_that_has_gone_once(site: Served) -> None:
    gone: list[tuple[str, object]] = []

    def broken(sid: Sid, actor: Actor, how: endings.Ending) -> None:
        raise KeyError(sid)

    def heard_of(sid: Sid, actor: Actor, how: endings.Ending) -> None:
        gone.append((sid, actor.user_id))

    site.sockets.on_gone.append(broken)  # it does not keep the others from hearing
    site.sockets.on_gone.append(heard_of)
    stranger = await upgraded(site.port)
    stranger.abort()  # was never signed in: nobody knew of it
    async with connected(site.port, auth={"token": "ann"}) as ann:
        left = ann.sid
    async with connected(site.port, auth={"token": "ben"}) as ben:
        ended = ben.sid
        await site.sockets.close_user(BEN.require_user())
        await ben.closed()

    async def heard() -> list[tuple[str, object]]:
        return gone

    assert await comes(heard, [(left, ANN.user_id), (ended, BEN.user_id)])
