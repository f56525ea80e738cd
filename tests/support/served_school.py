"""A school with classes that is served over HTTP and Socket.IO, with a media plane that is quiet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from tests.support.accounts import a_person, some_accounts
from tests.support.chronicle import a_chronicle
from tests.support.classroom import UNWRITTEN
from tests.support.edge import an_app
from tests.support.quiet_plane import QuietPlane
from tests.support.recordings import recorded
from tests.support.socket_app import QUICK, Noted
from tests.support.socket_client import Client, connected
from vtp import settings
from vtp.accounts.model import User
from vtp.accounts.service import Accounts
from vtp.accounts.service.standing import Standing
from vtp.actor import Role
from vtp.attendance.service import open_attendance
from vtp.blob.memory import MemoryBlobs
from vtp.blob.threads import Threads
from vtp.clock import SystemClock
from vtp.db import Database
from vtp.edge.server import Listener
from vtp.edge.sockets.facade import Sockets
from vtp.edge.sockets.upgrade import attach
from vtp.rooms import api, events, order_events, talk_events
from vtp.rooms.events import Herald
from vtp.rooms.service import Rooms, open_rooms
from vtp.sandbox.runner import Sandbox

BRISK = settings.Rooms(sweep=0.02, news_interval=0.01, away_after=0.3)
EVENTS = [events.events, order_events.events, talk_events.events]
_PLENTY = settings.Limits(requests_per_minute=100_000, anonymous_per_minute=100_000)


@dataclass
class Somebody:
    user: User
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Host": "school.test"}


@dataclass
class Served:
    port: int
    accounts: Accounts
    rooms: Rooms
    plane: QuietPlane
    sockets: Sockets
    http: aiohttp.ClientSession

    async def person(self, name: str, *roles: Role) -> Somebody:
        person = await a_person(self.accounts, name, *roles)
        return Somebody(person.user, (await person.client()).access_token)

    async def call(
        self, who: Somebody | None, method: str, path: str, body: Any = None
    ) -> tuple[int, Any]:
        headers = who.headers if who else {"Host": "school.test"}
        sent = {"json": body} if body is not None else {}
        url = f"http://127.0.0.1:{self.port}/api/v1{path}"
        async with self.http.request(method, url, headers=headers, **sent) as answer:
            raw = await answer.read()
            return answer.status, msgspec.json.decode(raw) if raw else None

    async def room(self, owner: Somebody, **fields: Any) -> str:
        status, made = await self.call(owner, "POST", "/rooms", {"title": "Algebra", **fields})
        assert status == 201, made
        return str(made["id"])

    @asynccontextmanager
    async def socket(self, who: Somebody) -> AsyncIterator[Client]:
        async with connected(self.port, auth={"token": who.token}) as client:
            yield client


@asynccontextmanager
async def a_served_school(
    db: Database, *, options: settings.Rooms = BRISK, limits: settings.Sockets = QUICK
) -> AsyncIterator[Served]:
    clock, plane = SystemClock(), QuietPlane()
    sockets = Sockets(limits, EVENTS, clock=clock, observe=Noted())
    async with AsyncExitStack() as stack:
        threads = await stack.enter_async_context(Threads(1))
        accounts = await stack.enter_async_context(some_accounts(db, clock))
        attendance = await stack.enter_async_context(
            open_attendance(db, clock=clock, options=UNWRITTEN)
        )
        rooms = await stack.enter_async_context(
            open_rooms(
                db,
                clock=clock,
                chronicle=a_chronicle(db, clock),
                options=options,
                accounts=accounts,
                attendance=attendance,
                plane=plane,
                audience=Herald(sockets),
                blobs=MemoryBlobs(threads, clock),
                sandbox=Sandbox(settings.Sandbox(), clock=clock),
                recheck=Standing(db, clock=clock, demo=False),
                recordings=await stack.enter_async_context(recorded(db)),
            )
        )
        app = an_app(api.routes, people=accounts.credentials, limits=_PLENTY)  # type: ignore[arg-type]  # the real ones, by shape
        app[api.ROOMS] = rooms
        attach(app, sockets)
        listener = Listener(app, settings.Server(shutdown_timeout=1))
        await listener.setup()
        stack.push_async_callback(listener.cleanup)
        await web.TCPSite(listener, "127.0.0.1", 0).start()
        sockets.start(app, Standing(db, clock=clock, demo=False))
        stack.push_async_callback(sockets.close)
        sockets.on_gone.append(rooms.standing.on_gone)
        accounts.on_ended.append(rooms.standing.on_ended)
        accounts.on_changed.extend([sockets.refresh_user, rooms.standing.on_changed])
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield Served(listener.addresses[0][1], accounts, rooms, plane, sockets, http)
