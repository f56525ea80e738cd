"""What is promised when something dies: acknowledged writes stay, requests under way are answered."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.start.test_serve import READY, Served, serve
from tests.support.accounts import PASSWORD
from tests.support.second_client import SecondClient
from tests.support.socket_client import Closed, connected
from vtp import demo

_WRITERS = 10
# A key each; fifty are the most that a person may have.
_MOST_WRITES = 45
_CHEAP = {"VTP_AUTH__BCRYPT_COST": "4", "VTP_LIMITS__REGISTRATIONS_PER_HOUR": "1000"}


@dataclass
class Writer:
    token: str
    acknowledged: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@asynccontextmanager
async def http(served: Served) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(served.url) as session:
        yield session


async def a_writer(session: aiohttp.ClientSession, number: int) -> Writer:
    person = {"email": f"writer{number}@school.test", "password": PASSWORD}
    made = await session.post("/api/v1/auth/register", json={**person, "name": f"W {number}"})
    assert made.status == 201, await made.text()
    signed_in = await session.post("/api/v1/auth/login", json=person)
    return Writer((await signed_in.json())["access_token"])


async def write(session: aiohttp.ClientSession, writer: Writer, stop: asyncio.Event) -> None:
    """Make keys until told to stop, and keep the ids of those that were acknowledged."""
    while not stop.is_set() and len(writer.acknowledged) < _MOST_WRITES:
        with suppress(aiohttp.ClientError):
            async with session.post(
                "/api/v1/keys", json={"name": "k"}, headers=writer.headers
            ) as answer:
                if answer.status == 201:
                    writer.acknowledged.append((await answer.json())["id"])
                else:
                    writer.refused.append(answer.status)
        await asyncio.sleep(0.05)


async def readiness(session: aiohttp.ClientSession, seen: list[int], stop: asyncio.Event) -> None:
    while not stop.is_set():
        async with session.get("/health/ready") as answer:
            seen.append(answer.status)
        await asyncio.sleep(0.05)


async def kept(session: aiohttp.ClientSession, writer: Writer) -> set[str]:
    async with session.get("/api/v1/keys?limit=100", headers=writer.headers) as answer:
        assert answer.status == 200, await answer.text()
        return {key["id"] for key in (await answer.json())["items"]}


async def killed_under_writers(served: Served) -> tuple[list[Writer], list[int]]:
    """Ten write, the database is killed among them, and all is read back."""
    stop, seen = asyncio.Event(), list[int]()
    async with http(served) as session:
        writers = [await a_writer(session, number) for number in range(_WRITERS)]
        async with asyncio.TaskGroup() as group:
            for writer in writers:
                group.create_task(write(session, writer, stop))
            group.create_task(readiness(session, seen, stop))
            await until(lambda: all(len(writer.acknowledged) > 3 for writer in writers))
            # Held, so that the outage lasts long enough for somebody to ask in it.
            served.program.kill(signal.SIGSTOP)
            for pid in served.postgres():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await until(lambda: 503 in seen)
            served.program.kill(signal.SIGCONT)
            await until(lambda: seen[-1] == 200)
            await until(lambda: all(len(w.acknowledged) == _MOST_WRITES for w in writers))
            stop.set()
        for writer in writers:
            assert set(writer.acknowledged) <= await kept(session, writer)
    return writers, seen


async def until(true: Callable[[], bool], *, limit: float = 40.0) -> None:
    async with asyncio.timeout(limit):
        while True:
            if true():
                return
            await asyncio.sleep(0.02)


def test_no_acknowledged_write_is_lost_when_the_database_is_killed(tmp_path: Path) -> None:
    with serve(tmp_path, env=_CHEAP) as served:
        served.program.wait_for(READY)
        writers, seen = asyncio.run(killed_under_writers(served))
        assert seen[0] == 200
        assert {status for writer in writers for status in writer.refused} <= {503}
        served.stop()


@dataclass
class Seen:
    answered: int = 0
    odd: list[object] = field(default_factory=list)


async def ask_on(session: aiohttp.ClientSession, path: str, seen: Seen) -> None:
    """Until nobody listens any more. What was begun must be answered whole."""
    while True:
        try:
            async with session.get(path) as answer:
                await answer.read()
                if answer.status not in {200, 503}:
                    seen.odd.append(answer.status)
                seen.answered += 1
        except aiohttp.ClientConnectorError:
            return
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            continue  # an idle connection was closed before it was used: nothing was begun


async def until_begun(session: aiohttp.ClientSession) -> None:
    """Until the server works on another request than the one that asks."""
    async with asyncio.timeout(20):
        while True:
            async with session.get("/metrics") as answer:
                if "vtp_http_active 2.0" in await answer.text():
                    return


async def stopped_under_load(served: Served) -> tuple[Seen, int, tuple[str, object], Closed]:
    """SIGTERM while many ask, one uploads slowly and one listens on a socket."""
    seen = Seen()
    port = int(served.url.rpartition(":")[2])
    async with http(served) as session:
        writer = await a_writer(session, 0)
        auth, host = {"token": writer.token}, f"127.0.0.1:{port}"
        async with connected(port, auth=auth, Host=host) as socket:
            told = asyncio.Event()

            async def body() -> AsyncIterator[bytes]:
                yield b'{"name": '
                await told.wait()
                await asyncio.sleep(1)
                yield b'"slow"}'

            headers = writer.headers | {"Content-Type": "application/json"}
            async with asyncio.TaskGroup() as group:
                slow = group.create_task(session.post("/api/v1/keys", data=body(), headers=headers))
                await until_begun(session)
                for path in ("/health/live", "/login", "/api/openapi.json", "/health/ready") * 3:
                    group.create_task(ask_on(session, path, seen))
                await until(lambda: seen.answered > 12)
                served.program.kill(signal.SIGTERM)
                told.set()
                news = await socket.told()
                ended = await socket.closed()
            return seen, slow.result().status, news, ended


def test_sigterm_under_load_answers_what_was_begun_and_tells_sockets(tmp_path: Path) -> None:
    with serve(tmp_path, env=_CHEAP) as served:
        served.program.wait_for(READY)
        seen, slow, (name, told), ended = asyncio.run(stopped_under_load(served))
        assert served.program.ended() == 0, served.program.said()
        assert seen.odd == []
        assert slow == 201
        assert name == "going"
        assert isinstance(told, dict)
        assert told["retry_after"] > 0
        assert ended.status == 1001
        assert served.nothing_left()


async def told_to_stop_in_a_class(served: Served) -> None:
    """The first signal is kept from a class that runs, the second is not."""
    async with aiohttp.ClientSession() as session:
        ines = SecondClient(session, served.url)
        await ines.sign_in("teacher@demo.test", demo.PASSWORD)
        await ines.connect()
        await ines.join(str(demo.ROOM))
        served.program.kill(signal.SIGTERM)
        await ines.until(lambda: ines.events and ines.events[-1]["type"] == "server_stops")
        assert await asyncio.to_thread(served.status, "/health/ready") == 503
        assert served.program.popen.poll() is None
        served.program.kill(signal.SIGTERM)
        assert await ines.socket.closed() == 1001
        assert ines.told_of("going")[0]["retry_after"] > 0


def test_a_second_sigterm_waits_for_no_class(tmp_path: Path) -> None:
    with serve(tmp_path, "--demo", env=_CHEAP) as served:
        served.program.wait_for(READY, seconds=110)
        asyncio.run(told_to_stop_in_a_class(served))
        assert served.program.ended(seconds=30) == 0, served.program.said()
        assert served.nothing_left()
