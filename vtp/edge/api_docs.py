"""The API, described: the document, and the two pages that show it and let one try it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec
from aiohttp import web

from vtp.edge import openapi
from vtp.edge.headers import DOCS_CONTENT_SECURITY_POLICY
from vtp.edge.html import PAGES
from vtp.edge.routes import Route, Routes
from vtp.edge.rules import anyone

routes = Routes("api")


class Description:
    """Written when somebody first asks for it: few starts are followed by a reader."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(routes)
        self._written = b""

    async def written(self) -> bytes:
        if not self._written:
            self._written = await asyncio.to_thread(self._write)
        return self._written

    def _write(self) -> bytes:
        return msgspec.json.encode(openapi.describe(self._routes))


DOCUMENT: web.AppKey[Description] = web.AppKey("openapi", Description)
_POLICY = {"Content-Security-Policy": DOCS_CONTENT_SECURITY_POLICY}


@routes.get("/api/openapi.json", rule=anyone("api", "read"), produces="application/json")
async def document(request: web.Request) -> web.Response:
    """This description, as OpenAPI 3.1."""
    written = await request.app[DOCUMENT].written()
    return web.Response(body=written, content_type="application/json")


@routes.get("/api/docs", rule=anyone("api", "read"), produces="text/html", described=False)
async def swagger(request: web.Request) -> web.Response:
    """The API to read and to try, by Swagger UI."""
    return await request.app[PAGES].render(request, "docs/swagger.html", headers=_POLICY)


@routes.get("/api/redoc", rule=anyone("api", "read"), produces="text/html", described=False)
async def redoc(request: web.Request) -> web.Response:
    """The API to read, by ReDoc."""
    return await request.app[PAGES].render(request, "docs/redoc.html", headers=_POLICY)
