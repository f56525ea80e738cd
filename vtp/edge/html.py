"""Pages: templates with what every one of them needs, and problems shown to people."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web

from vtp import resources, settings
from vtp.actor import Actor
from vtp.edge import problems
from vtp.edge.assets import Assets
from vtp.edge.auth import ACTOR
from vtp.edge.problems import REQUEST_ID
from vtp.edge.texts import Texts
from vtp.errors import Problem, Unauthenticated, Unavailable

# What every route of a page says of itself: it is none for programs, nor in their manual.
HTML: dict[str, Any] = {"produces": "text/html", "described": False}

THEMES = ("auto", "light", "dark")
_THEME_COOKIE = "theme"
# Of a page, words and values in turn, that are made at once: less than a millisecond's worth.
_PIECES = 500
# What programs ask for; everything else is a page.
_MACHINE = ("/api/", "/health", "/metrics", "/static/", "/socket.io", "/whip/", "/whep/")


class Viewer(Protocol):
    """What a page shows of the person who looks at it; `accounts` gives it."""

    async def __call__(self, actor: Actor) -> Mapping[str, Any] | None: ...


class Navigation(Protocol):
    """The menu of a person, by role."""

    def __call__(self, actor: Actor, path: str) -> list[dict[str, Any]]: ...


class Pages:
    """Renders templates. One per application."""

    def __init__(
        self,
        *,
        school: settings.School,
        assets: Assets,
        texts: Texts,
        viewer: Viewer,
        navigation: Navigation,
        templates: Path | None = None,
    ) -> None:
        self._viewer = viewer
        self._navigation = navigation
        self._texts = texts
        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(templates or resources.templates()),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._jinja.globals.update(
            asset=assets.url, preload=assets.preload, t=texts, school=school, local=local
        )

    async def viewer(self, actor: Actor) -> Mapping[str, Any] | None:
        """Who looks, as pages know them."""
        return await self._viewer(actor)

    async def render(
        self,
        request: web.Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> web.Response:
        user = await self._viewer(request[ACTOR])
        return await self._response(request, template, status, headers, user=user, **context)

    async def _response(
        self,
        request: web.Request,
        template: str,
        status: int,
        headers: Mapping[str, str] | None,
        *,
        user: Mapping[str, Any] | None,
        **context: Any,
    ) -> web.Response:
        text = await self.drawn(
            template,
            user=user,
            theme=theme_of(request, user),
            path=request.path,
            nav=self._navigation(request[ACTOR], request.path) if user else [],
            **context,
        )
        response = web.Response(text=text, content_type="text/html", status=status)
        response.headers["Cache-Control"] = "no-store"
        response.headers.update(headers or {})
        return response

    async def drawn(self, template: str, **context: Any) -> str:
        """The text of a page, of which long ones let others run."""
        left = self._jinja.get_template(template).generate(**context)
        text: list[str] = []
        while pieces := list(islice(left, _PIECES)):
            text += pieces
            if len(pieces) == _PIECES:
                await asyncio.sleep(0)
        return "".join(text)

    async def error(self, request: web.Request, problem: Problem) -> web.Response | None:
        """A problem as a page; None for programs, who get problem+json."""
        if request.path.startswith(_MACHINE):
            return None
        if isinstance(problem, Unauthenticated) and request.method in {"GET", "HEAD"}:
            return _to_login(request)
        return await self._response(
            request,
            "error.html",
            problem.status,
            problems.headers_of(problem),
            user=await self._viewer_or_nobody(request, problem),
            problem=self._shown(problem, request[REQUEST_ID]),
        )

    async def _viewer_or_nobody(
        self, request: web.Request, problem: Problem
    ) -> Mapping[str, Any] | None:
        """The page about an outage must not need what is out, nor wait for it once more."""
        if isinstance(problem, Unavailable):
            return None
        try:
            return await self._viewer(request[ACTOR])
        except Problem:
            return None

    def _shown(self, problem: Problem, request_id: str) -> dict[str, Any]:
        return {
            "status": problem.status,
            "code": problem.code,
            "title": self._said(problem, "title") or problem.title().removesuffix("."),
            "detail": problem.detail or self._said(problem, "detail") or "",
            "request_id": request_id,
        }

    def _said(self, problem: Problem, part: str) -> str | None:
        """What the catalogue says of this problem, or of all with its status."""
        names = (problem.code.replace("_", "-"), problem.status)
        found = (self._texts.get(f"error.{name}.{part}") for name in names)
        return next((text for text in found if text), None)


PAGES: web.AppKey[Pages] = web.AppKey("pages", Pages)
TEXTS: web.AppKey[Texts] = web.AppKey("texts", Texts)


def local(at: datetime, zone: str) -> str:
    """A time where somebody is, as "12 March 2026, 18:00:05"."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%B %Y, %H:%M:%S}"


def theme_of(request: web.Request, user: Mapping[str, Any] | None) -> str:
    theme = user["theme"] if user else request.cookies.get(_THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def _to_login(request: web.Request) -> web.Response:
    to = "" if request.path == "/" else f"?next={quote(request.path_qs, safe='/')}"
    return see_other(f"/login{to}")


def see_other(location: str) -> web.Response:
    """After a form: the browser goes on with GET."""
    return web.Response(
        status=HTTPStatus.SEE_OTHER, headers={"Location": location, "Cache-Control": "no-store"}
    )


def local_path(wanted: str) -> str:
    """Where a form may send the browser: a path of ours, never another site."""
    if not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return "/"
    if any(character < " " or character == "\\" for character in wanted):
        return "/"
    return wanted
