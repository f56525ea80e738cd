"""Our side of bench/sockets.py: the whole edge, with people who are known by a signed name.

Prints its port; everything else comes as JSON in the first argument.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sys
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
import uvloop
from aiohttp import web

from vtp import settings
from vtp.actor import Actor, Role, Via
from vtp.clock import SystemClock
from vtp.edge.auth import AUTHENTICATE
from vtp.edge.front import Front
from vtp.edge.limits import Limiter
from vtp.edge.origins import ORIGINS, Origins
from vtp.edge.routes import ROUTE_OF
from vtp.edge.server import Listener
from vtp.edge.sockets.facade import Sockets
from vtp.edge.sockets.upgrade import attach
from vtp.errors import Problem
from vtp.ids import UserId


class People:
    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    async def by_token(self, token: str) -> Actor | None:
        user, _, signature = token.partition(".")
        expected = hmac.digest(self._secret, user.encode(), hashlib.sha256)
        if not hmac.compare_digest(expected.hex(), signature):
            return None
        return Actor(UserId(UUID(user)), frozenset({Role.STUDENT}), Via.JWT, UUID(user))

    async def by_session(self, cookie: str) -> Actor | None:
        return await self.by_token(cookie)

    async def by_key(self, key: str) -> Actor | None:
        return await self.by_token(key)


class Nobody:
    """Observes requests and sockets, and keeps nothing."""

    def begin(self) -> None:
        pass

    def end(self, *, method: str, route: str, status: int, seconds: float) -> None:
        pass

    def held(self, route: str, seconds: float) -> None:
        pass

    def uploaded(self, size: int) -> None:
        pass

    def opened(self) -> None:
        pass

    def closed(self, code: str) -> None:
        pass

    def event(self, name: str, outcome: str, seconds: float) -> None:
        pass


async def no_page(request: web.Request, problem: Problem) -> web.Response | None:
    del request, problem  # only programs ask here
    return None


async def unchanged(actors: Sequence[Actor]) -> Sequence[Actor | None]:
    return actors


def _app(terms: dict[str, Any], clock: SystemClock) -> tuple[web.Application, Sockets]:
    names = Origins("http://bench.test", frozenset({"bench.test"}))
    limits = settings.Limits(anonymous_per_minute=1_000_000)
    front = Front(
        origins=names,
        limiter=Limiter(limits),
        clock=clock,
        observe=Nobody(),
        error_page=no_page,
    )
    app = web.Application(middlewares=[front.middleware()])
    app[AUTHENTICATE], app[ORIGINS], app[ROUTE_OF] = People(terms["secret"]), names, {}
    options = settings.Sockets(
        ping_interval=terms["pingInterval"] / 1000,
        ping_timeout=terms["pingTimeout"] / 1000,
        connect_timeout=terms["connectTimeout"] / 1000,
    )
    sockets = Sockets(options, (), clock=clock, observe=Nobody())
    attach(app, sockets)
    return app, sockets


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    app, sockets = _app(json.loads(sys.argv[1]), SystemClock())
    listener = Listener(app, settings.Server())
    await listener.setup()
    sockets.start(app, unchanged)
    await web.TCPSite(listener, "127.0.0.1", 0, backlog=4096).start()
    print(listener.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
