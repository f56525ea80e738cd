"""One of ten in a class sends whatever comes to mind: all of it is answered, nobody misses anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from tests.support.quiet_plane import DTLS, device, sound
from tests.support.served_school import Served, a_served_school
from tests.support.socket_app import QUICK
from tests.support.socket_client import Client
from vtp.actor import Role
from vtp.db import Database
from vtp.ids import uuid7

_OTHERS = 8
_NOBODY = str(uuid7())
# Not what is looked at here: how fast somebody may be.
_UNHURRIED = msgspec.structs.replace(QUICK, events_per_second=100_000.0, events_burst=100_000)


def plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def deep(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels):
        value = {"a": [value]}
    return value


_ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63, 2**70, 1.5, 1e300, "", "x" * 5_000, "\0", "\u202e", "../../etc"),
    *([], [[]], ["x"] * 300, {}, {"": ""}, {"__proto__": 1}, deep(60), _NOBODY, "Infinity"),
)
_WELL: dict[str, dict[str, Any]] = {
    "room.hand": {"raised": True},
    "room.mute": {"track": _NOBODY},
    "room.remove": {"participant": _NOBODY},
    "media.transport": {"direction": "recv"},
    "media.connect": {"transport": "x", "dtls_parameters": plain(DTLS)},
    "media.restart_ice": {"transport": "x"},
    "media.produce": {
        "transport": "x",
        "kind": "audio",
        "source": "microphone",
        "rtp_parameters": plain(sound()),
        "paused": False,
    },
    "media.pause": {"track": _NOBODY, "paused": True},
    "media.unpublish": {"track": _NOBODY},
    "media.consume": {"transport": "x", "track": _NOBODY, "rtp_capabilities": plain(device())},
    "media.resume": {"consumer": "x"},
    "media.hold": {"consumer": "x"},
    "media.prefer": {"consumer": "x", "width": 1, "height": 1, "priority": "pinned"},
    "media.unsubscribe": {"consumer": "x"},
}


def nonsense(names: list[str]) -> Iterator[tuple[str, Any]]:
    """Every event with bodies that are none, and with each part of a good one replaced."""
    for name in names:
        for odd in _ODD:
            yield name, odd
        well = _WELL.get(name, {})
        for part in (*well, "more"):
            for odd in _ODD:
                yield name, {**well, part: odd}
    for part in ("codecs", "headerExtensions", "encodings", "rtcp", "mid"):
        for odd in _ODD:
            parameters = {**plain(sound()), part: odd}
            yield "media.produce", {**_WELL["media.produce"], "rtp_parameters": parameters}


@dataclass
class Class:
    school: Served
    host: Client
    others: list[Client]
    hostile: Client

    async def join(self, room: str) -> None:
        for client in (self.host, *self.others, self.hostile):
            assert "ok" in await client.call("room.join", {"room": room})


@pytest.fixture
async def lesson(db: Database) -> AsyncIterator[Class]:
    async with a_served_school(db, limits=_UNHURRIED) as school, AsyncExitStack() as stack:
        ines = await school.person("Ines Carvalho", Role.INSTRUCTOR)
        people = [await school.person(f"Person-{n} Someone") for n in range(_OTHERS + 1)]
        host, *others = [
            await stack.enter_async_context(school.socket(one)) for one in (ines, *people)
        ]
        made = Class(school, host, others[:-1], others[-1])
        await made.join(await school.room(ines))
        yield made


async def heard(client: Client) -> list[dict[str, Any]]:
    """All changes until the end of the class."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        while not any(event["type"] == "meeting_ended" for event in found):
            name, body = await client.told()
            found += body["events"] if name == "room.events" else []
    return found


async def test_whatever_one_sends_is_answered_and_the_others_miss_nothing(lesson: Class) -> None:
    named = [event.name for event in lesson.school.sockets.table]
    # To leave by {}, and to be let in again, is no nonsense.
    names = [name for name in named if name not in {"room.leave", "room.join", "test.echo"}]
    codes: set[str] = set()
    for n, (name, body) in enumerate(nonsense(names)):
        answer = await lesson.hostile.call(name, body)
        codes.add("" if "ok" in answer else answer["error"]["code"])
        if n % 50 == 0:
            assert "ok" in await lesson.host.call("room.hand", {"raised": n % 100 == 0})
    assert "internal" not in codes
    assert {"invalid_input", "not_found"} <= codes
    assert "ok" in await lesson.host.call("room.end", {})
    for client in lesson.others:
        events = await heard(client)
        numbers = [event["seq"] for event in events]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert len([event for event in events if event["type"] == "hand"]) >= n // 50
