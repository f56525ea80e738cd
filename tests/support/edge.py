"""A small application with the real front of every request, and people of the test's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from aiohttp import web

from vtp import settings
from vtp.actor import Actor, Role, Via
from vtp.clock import SetClock
from vtp.edge.auth import AUTHENTICATE
from vtp.edge.bodies import BODY_IDLE, MAX_BODY
from vtp.edge.front import Front
from vtp.edge.limits import Limiter
from vtp.edge.origins import ORIGINS, Origins
from vtp.edge.routes import Route, mount
from vtp.errors import Problem
from vtp.ids import UserId, uuid7

ORIGIN = "http://school.test"
HOST = {"Host": "school.test"}


def an_actor(
    *roles: Role,
    via: Via = Via.JWT,
    user_id: UUID | None = None,
    scopes: Iterable[str] | None = None,
) -> Actor:
    return Actor(
        UserId(user_id or uuid7()),
        frozenset(roles or {Role.STUDENT}),
        via,
        uuid7(),
        None if scopes is None else frozenset(scopes),
    )


@dataclass
class People:
    """Who each credential stands for."""

    sessions: Mapping[str, Actor] = field(default_factory=dict)
    tokens: Mapping[str, Actor] = field(default_factory=dict)
    keys: Mapping[str, Actor] = field(default_factory=dict)

    async def by_session(self, cookie: str) -> Actor | None:
        return self.sessions.get(cookie)

    async def by_token(self, token: str) -> Actor | None:
        return self.tokens.get(token)

    async def by_key(self, key: str) -> Actor | None:
        return self.keys.get(key)


@dataclass
class Seen:
    """What telemetry was told."""

    began: int = 0
    ended: list[tuple[str, str, int]] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    uploads: list[int] = field(default_factory=list)

    def begin(self) -> None:
        self.began += 1

    def end(self, *, method: str, route: str, status: int, seconds: float) -> None:
        self.ended.append((method, route, status))

    def held(self, route: str, seconds: float) -> None:
        self.holds.append(route)

    def uploaded(self, size: int) -> None:
        self.uploads.append(size)


async def no_pages(request: web.Request, problem: Problem) -> web.Response | None:
    return None


def an_app(
    routes: Iterable[Route],
    *,
    people: People | None = None,
    limits: settings.Limits | None = None,
    origins: Origins | None = None,
    seen: Seen | None = None,
    body_idle: float = 5.0,
) -> web.Application:
    names = origins or Origins(ORIGIN, frozenset({"school.test"}))
    front = Front(
        origins=names,
        limiter=Limiter(limits or settings.Limits()),
        clock=SetClock(),
        observe=seen or Seen(),
        error_page=no_pages,
    )
    app = web.Application(middlewares=[front.middleware()])
    app[AUTHENTICATE] = people or People()
    app[ORIGINS] = names
    app[BODY_IDLE] = body_idle
    app[MAX_BODY] = 1000
    mount(app, routes)
    return app
