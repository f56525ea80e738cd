"""Routes as data: declared beside their handlers at import, mounted by the composition root.

Because they are data, the API description, the table of permissions and the tests that call
every cell of it are made without a server or a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

import msgspec
from aiohttp import web

from vtp.edge import binding, versions
from vtp.edge.binding import Handler, Signature
from vtp.edge.rules import Rule
from vtp.errors import Problem

_SAFE = frozenset({"GET", "HEAD"})
_ENCODER = msgspec.json.Encoder()
_UUID = "[0-9a-fA-F-]{32,36}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """Since when a route is deprecated, when it ends, and what to use instead."""

    since: date
    ends: date
    instead: str

    def headers(self) -> dict[str, str]:
        """RFC 9745 and RFC 8594: a client that looks is warned at every call."""
        since, ends = _midnight(self.since), _midnight(self.ends)
        return {
            "Deprecation": f"@{int(since.timestamp())}",
            "Sunset": format_datetime(ends, usegmt=True),
            "Link": f'<{self.instead}>; rel="successor-version"',
        }


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    method: str
    path: str
    rule: Rule
    handler: Handler
    signature: Signature
    status: int = 200
    errors: tuple[type[Problem], ...] = ()
    # None: JSON of what the handler returns. Else the handler makes the response itself.
    produces: str | None = None
    # Media types that are read by the handler itself, as raw bytes.
    consumes: tuple[str, ...] = ()
    # Whether it answers 304 to an If-None-Match that names what is there.
    revalidated: bool = False
    deprecated: Deprecation | None = None
    tag: str = ""
    # Probes and scrapers call by address; every other route answers only under our names.
    any_host: bool = False
    # Called by encoders and players, which send no Origin and know one header to prove who they
    # are: `Authorization: Bearer`, so that a key may stand there (WHIP, WHEP).
    for_devices: bool = False
    # Whether the asker is identified, checked and counted; static files and probes need none.
    counted: bool = True
    # What players fetch many times a second has a limit of its own.
    streamed: bool = False
    logged: bool = True
    described: bool = True  # in the API description

    @property
    def name(self) -> str:
        return self.handler.__name__

    @property
    def summary(self) -> str:
        return (self.handler.__doc__ or self.name).strip().splitlines()[0].rstrip(".")

    @property
    def description(self) -> str:
        lines = (self.handler.__doc__ or "").strip().splitlines()[1:]
        return "\n".join(line.strip() for line in lines).strip()

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def version(self) -> str | None:
        """Of the API; pages and probes have none."""
        return versions.of(self.path)


@dataclass(slots=True)
class Routes:
    """The routes of one package; `tag` is its heading in the API description."""

    tag: str
    listed: list[Route] = field(default_factory=list)

    def __iter__(self) -> Iterator[Route]:
        return iter(self.listed)

    def on(
        self, method: str, path: str, *, rule: Rule, **more: Any
    ) -> Callable[[Handler], Handler]:
        if (method not in _SAFE) != rule.writes:
            raise binding.BadRoute(f"{method} {path}: its rule does not fit its method")

        def declare(handler: Handler) -> Handler:
            self.listed.append(
                Route(
                    method=method,
                    path=path,
                    rule=rule,
                    handler=handler,
                    signature=binding.read(handler, path),
                    tag=self.tag,
                    **more,
                )
            )
            return handler

        return declare

    def get(self, path: str, *, rule: Rule, **more: Any) -> Callable[[Handler], Handler]:
        return self.on("GET", path, rule=rule, **more)

    def post(self, path: str, *, rule: Rule, **more: Any) -> Callable[[Handler], Handler]:
        return self.on("POST", path, rule=rule, **more)

    def put(self, path: str, *, rule: Rule, **more: Any) -> Callable[[Handler], Handler]:
        return self.on("PUT", path, rule=rule, **more)

    def patch(self, path: str, *, rule: Rule, **more: Any) -> Callable[[Handler], Handler]:
        return self.on("PATCH", path, rule=rule, **more)

    def delete(self, path: str, *, rule: Rule, **more: Any) -> Callable[[Handler], Handler]:
        return self.on("DELETE", path, rule=rule, **more)


ROUTE_OF: web.AppKey[dict[Any, Route]] = web.AppKey("route_of")


def mount(app: web.Application, routes: Iterable[Route]) -> None:
    """Add `routes` to `app`. A handler without a rule cannot get here: `Routes.on` demands one."""
    table = app[ROUTE_OF] = app.get(ROUTE_OF, {})
    for route in routes:
        target = _runner(route)
        table[target] = route
        path = _with_ids(route)
        if route.method == "GET":
            app.router.add_get(path, target, allow_head=True)
        else:
            app.router.add_route(route.method, path, target)


def _with_ids(route: Route) -> str:
    """`{id}` matches ids alone, so that `/users/me/picture` is no picture of a user "me"."""
    path = route.path
    for name, kind in route.signature.path.items():
        if _names_an_id(kind):
            path = path.replace(f"{{{name}}}", f"{{{name}:{_UUID}}}")
    return path


def _names_an_id(kind: Any) -> bool:
    """Also where the type is annotated, or a name of its own for UUID."""
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return getattr(bare, "__supertype__", bare) is UUID


def _runner(route: Route) -> Callable[[web.Request], Any]:
    signature, handler = route.signature, route.handler
    going = route.deprecated.headers() if route.deprecated else {}

    async def run(request: web.Request) -> web.StreamResponse:
        given = await binding.arguments(request, signature)
        response = _as_response(await handler(request, **given), route.status)
        if going and not response.prepared:
            response.headers.update(going)
        return response

    return run


def _as_response(result: Any, status: int) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    if status == HTTPStatus.NO_CONTENT:
        return web.Response(status=204)
    return json_response(result, status=status)


def json_response(
    value: Any, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    response = web.Response(
        status=status, body=_ENCODER.encode(value), content_type="application/json"
    )
    # What an API says is somebody's, and changes: no cache keeps it unless a handler says so.
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response
