"""What happens to every request before and after its handler, in one place and in this order.

Request id, Host, who asks, Origin, rate, rule, handler; then the error as a problem or a page,
the headers, one log line and the metrics. One middleware and no more: eight would cost eight
coroutines per request and hide the order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

import structlog
from aiohttp import web

from vtp.actor import ANONYMOUS, ORIGIN, Actor, Origin
from vtp.clock import Clock
from vtp.edge import headers, problems, request_ids, versions
from vtp.edge.auth import ACTOR, BadCredentials, by_cookie, identify
from vtp.edge.limits import Limiter
from vtp.edge.origins import Origins, address_of
from vtp.edge.problems import REQUEST_ID
from vtp.edge.routes import ROUTE_OF, Route
from vtp.errors import Problem
from vtp.telemetry.loop_hold import Held

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ADDRESS: web.RequestKey[str] = web.RequestKey("address", str)

_log = structlog.get_logger()
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_ROUTE = "(none)"


class Observe(Protocol):
    """What telemetry wants to know of a request."""

    def begin(self) -> None: ...

    def end(self, *, method: str, route: str, status: int, seconds: float) -> None: ...

    def held(self, route: str, seconds: float) -> None:
        """The longest that its handler held the loop at a stretch."""

    def uploaded(self, size: int) -> None: ...


class ErrorPage(Protocol):
    """Shows a problem to a person; None where the asker is a program."""

    async def __call__(self, request: web.Request, problem: Problem) -> web.Response | None: ...


class Front:
    def __init__(
        self,
        *,
        origins: Origins,
        limiter: Limiter,
        clock: Clock,
        observe: Observe,
        error_page: ErrorPage,
    ) -> None:
        self._origins = origins
        self._limiter = limiter
        self._clock = clock
        self._observe = observe
        self._error_page = error_page
        self._headers = headers.secure_headers(secure=origins.secure)

    def middleware(self) -> Any:
        @web.middleware
        async def front(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._serve(request, handler)

        return front

    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        started = self._clock.monotonic()
        route = request.app[ROUTE_OF].get(request.match_info.handler)
        self._receive(request)
        self._observe.begin()
        status = 499  # the client went away, as nginx counts it
        try:
            response = await self._answer(request, route, handler)
            status = response.status
            return response
        finally:
            self._finish(request, route, status, self._clock.monotonic() - started)

    def _receive(self, request: web.Request) -> None:
        request[REQUEST_ID] = request_ids.taken(request.headers.get(request_ids.HEADER, ""))
        request[ADDRESS] = address_of(request, self._origins)
        request[ACTOR] = ANONYMOUS
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request[REQUEST_ID])
        agent = request.headers.get("User-Agent", "")
        ORIGIN.set(Origin(request[ADDRESS], agent, request[REQUEST_ID]))

    async def _answer(
        self, request: web.Request, route: Route | None, handler: Handler
    ) -> web.StreamResponse:
        try:
            await self._admit(request, route)
            response = await self._held(request, route, handler)
        except asyncio.CancelledError:
            raise
        except web.HTTPRedirection as redirect:
            response = redirect
        except web.HTTPException as error:
            response = await self._refuse(request, problems.from_http(error))
        except Problem as problem:
            response = await self._refuse(request, problem)
        except Exception as error:
            response = await self._broken(request, error)
        if not response.prepared:
            headers.put(response, self._headers)
            response.headers[request_ids.HEADER] = request[REQUEST_ID]
            if route is not None and route.version is not None:
                response.headers[versions.HEADER] = route.version
        return response

    async def _held(
        self, request: web.Request, route: Route | None, handler: Handler
    ) -> web.StreamResponse:
        if route is None or not route.counted:
            return await handler(request)
        return await Held(handler(request), partial(self._observe.held, route.path))

    async def _admit(self, request: web.Request, route: Route | None) -> None:
        if route is None or not route.any_host:
            self._origins.require_host(request.host)
        if route is None:
            return
        if route.counted:
            request[ACTOR] = actor = await self._identify(request, route)
            self._require_origin(request, route, actor)
            if route.streamed:
                await self._limiter.stream(actor, request[ADDRESS])
            else:
                await self._limiter.request(actor, request[ADDRESS])
            if route.version is not None:
                versions.require(route.version, request.headers.get(versions.HEADER))
            route.rule.check(actor)

    async def _identify(self, request: web.Request, route: Route) -> Actor:
        """What is not valid is counted by address, so that guessing is slowed."""
        try:
            return await identify(request, bearer_keys=route.for_devices)
        except BadCredentials:
            await self._limiter.request(ANONYMOUS, request[ADDRESS])
            raise

    def _require_origin(self, request: web.Request, route: Route, actor: Actor) -> None:
        """A form is checked even where nobody is signed in: signing in is an act too."""
        if request.method in _SAFE:
            return
        if by_cookie(actor) or not (route.is_api or route.for_devices):
            self._origins.require_origin(request)

    async def _refuse(self, request: web.Request, problem: Problem) -> web.StreamResponse:
        page = await self._error_page(request, problem)
        return page or problems.as_json(problem, request[REQUEST_ID])

    async def _broken(self, request: web.Request, error: Exception) -> web.StreamResponse:
        _log.error("http.bug", path=request.path, exc_info=error)
        return await self._refuse(request, Problem())

    def _finish(
        self, request: web.Request, route: Route | None, status: int, seconds: float
    ) -> None:
        path = route.path if route else _NO_ROUTE
        self._observe.end(method=request.method, route=path, status=status, seconds=seconds)
        if route is not None and route.consumes and status < 300:
            self._observe.uploaded(request.content_length or 0)
        if route is not None and not route.logged:
            return
        actor = request[ACTOR]
        _log.info(
            "http.request",
            method=request.method,
            route=path,
            status=status,
            ms=round(seconds * 1000, 1),
            user_id=str(actor.user_id) if actor.user_id else None,
            via=actor.via.value,
            address=request[ADDRESS],
        )
