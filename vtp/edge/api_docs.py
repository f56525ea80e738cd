"""The API, described: the document, and the two pages that show it and let one try it."""

from __future__ import annotations

import msgspec
from aiohttp import web

from vtp.edge.headers import DOCS_CONTENT_SECURITY_POLICY
from vtp.edge.html import PAGES
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone

routes = Routes("api")

DOCUMENT: web.AppKey[bytes] = web.AppKey("openapi", bytes)
_POLICY = {"Content-Security-Policy": DOCS_CONTENT_SECURITY_POLICY}


@routes.get("/api/openapi.json", rule=anyone("api", "read"), produces="application/json")
async def document(request: web.Request) -> web.Response:
    """This description, as OpenAPI 3.1."""
    return web.Response(body=request.app[DOCUMENT], content_type="application/json")


@routes.get("/api/docs", rule=anyone("api", "read"), produces="text/html", described=False)
async def swagger(request: web.Request) -> web.Response:
    """The API to read and to try, by Swagger UI."""
    return await request.app[PAGES].render(request, "docs/swagger.html", headers=_POLICY)


@routes.get("/api/redoc", rule=anyone("api", "read"), produces="text/html", described=False)
async def redoc(request: web.Request) -> web.Response:
    """The API to read, by ReDoc."""
    return await request.app[PAGES].render(request, "docs/redoc.html", headers=_POLICY)


def encode(description: object) -> bytes:
    return msgspec.json.encode(description)
