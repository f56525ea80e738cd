"""A served application with sockets, and people and events of the test's own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from aiohttp import web

from tests.support.edge import People, an_actor, an_app
from vtp import settings
from vtp.actor import Actor, Role, Via
from vtp.clock import Clock, SystemClock
from vtp.edge.rules import only, signed_in
from vtp.edge.server import Listener
from vtp.edge.sockets.channels import channel
from vtp.edge.sockets.events import Call, Events
from vtp.edge.sockets.facade import Sockets
from vtp.edge.sockets.upgrade import attach
from vtp.errors import Conflict, Unavailable

# Times short enough to wait for; those that a test is about, it sets itself.
QUICK = settings.Sockets(sweep=0.01, close_timeout=0.2, event_timeout=1.0)

events = Events("test")


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    times: int = 1


class Heard(msgspec.Struct, frozen=True):
    text: str
    by: str


SAID = events.news("test.said", Said, "Somebody said something")


@events.on("test.echo", rule=signed_in("test", "echo"))
async def echo(call: Call, body: Said) -> Heard:
    """Say it again."""
    return Heard(body.text * body.times, str(call.actor.user_id))


@events.on("test.write", rule=signed_in("test", "write", writes=True))
async def write(call: Call) -> None:
    """Needs test:write of a key."""


@events.on("test.rule", rule=only(Role.ADMIN, noun="test", right="rule"))
async def rule(call: Call) -> None:
    """Only an admin."""


@events.on("test.enter", rule=signed_in("test", "enter"))
async def enter(call: Call, body: Said) -> None:
    await call.sockets.enter(call.sid, channel("test", body.text))


@events.on("test.leave", rule=signed_in("test", "leave"))
async def leave(call: Call, body: Said) -> None:
    await call.sockets.leave(call.sid, channel("test", body.text))


@events.on("test.wait", rule=signed_in("test", "wait"))
async def wait(call: Call, body: Said) -> str:
    await asyncio.sleep(float(body.text))
    return body.text


@events.on("test.clash", rule=signed_in("test", "clash"))
async def clash(call: Call) -> None:
    raise Conflict("Somebody else was first.", fields={"text": "Is taken."}, retry_after=2.5)


@events.on("test.bug", rule=signed_in("test", "bug"))
async def bug(call: Call, body: Said) -> None:
    raise KeyError(body.text)


@events.on("test.unwritable", rule=signed_in("test", "unwritable"))
async def unwritable(call: Call) -> object:
    return object()


@dataclass
class Noted:
    """What telemetry was told."""

    now: int = 0
    closed_by: Counter[str] = field(default_factory=Counter)
    events: list[tuple[str, str]] = field(default_factory=list)

    def opened(self) -> None:
        self.now += 1

    def closed(self, code: str) -> None:
        self.now -= 1
        self.closed_by[code] += 1

    def event(self, name: str, outcome: str, seconds: float) -> None:
        self.events.append((name, outcome))


ANN, BEN = an_actor(), an_actor()
KEY = an_actor(via=Via.KEY, scopes=["test:read"])
NARROW_KEY = an_actor(via=Via.KEY, scopes=["test:read"])
COOKIE = an_actor(via=Via.SESSION)


def everybody() -> People:
    return People(
        sessions={"crumb": COOKIE},
        tokens={"ann": ANN, "ben": BEN, "root": an_actor(Role.ADMIN)},
        keys={"key": KEY, "narrow": NARROW_KEY},
    )


@dataclass
class Served:
    port: int
    sockets: Sockets
    noted: Noted
    people: People
    app: web.Application
    listener: Listener
    # What the recheck finds: who is ended, who is somebody else by now, or nothing at all.
    over: set[object] = field(default_factory=set)
    now: dict[object, Actor] = field(default_factory=dict)
    unavailable: bool = False

    async def closed_by(self) -> dict[str, int]:
        return dict(self.noted.closed_by)

    async def recheck(self, actors: Sequence[Actor]) -> Sequence[Actor | None]:
        if self.unavailable:
            raise Unavailable
        return [
            None if one.credential_id in self.over else self.now.get(one.credential_id, one)
            for one in actors
        ]


async def comes(ask: Callable[[], Awaitable[object]], wanted: object) -> bool:
    """Whether the answer becomes what is wanted within a few seconds."""
    for _ in range(250):
        if await ask() == wanted:
            return True
        await asyncio.sleep(0.06)  # slower than events are limited
    return False


@asynccontextmanager
async def served(
    options: settings.Sockets = QUICK,
    *,
    clock: Clock | None = None,
    groups: Iterable[Events] = (events,),
) -> AsyncIterator[Served]:
    noted, people = Noted(), everybody()
    sockets = Sockets(options, groups, clock=clock or SystemClock(), observe=noted)
    limits = settings.Limits(requests_per_minute=100_000, anonymous_per_minute=100_000)
    app = an_app([], people=people, limits=limits)
    attach(app, sockets)
    listener = Listener(app, settings.Server(shutdown_timeout=1))
    await listener.setup()
    await web.TCPSite(listener, "127.0.0.1", 0).start()
    made = Served(listener.addresses[0][1], sockets, noted, people, app, listener)
    sockets.start(app, made.recheck)
    try:
        yield made
    finally:
        await sockets.close()
        await listener.cleanup()
