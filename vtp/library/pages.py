"""/library: the files of a teacher."""

from __future__ import annotations

from typing import Annotated, Any

from aiohttp import web
from msgspec import Meta, Struct

from vtp.edge.html import PAGES
from vtp.edge.routes import Routes
from vtp.edge.rules import only
from vtp.library.rights import TEACHERS

routes = Routes("pages")

_HTML: dict[str, Any] = {"produces": "text/html", "described": False}


class Shown(Struct, frozen=True, forbid_unknown_fields=True):
    """The page reads its filters from the address by itself."""

    q: Annotated[str, Meta(max_length=200)] = ""
    kind: Annotated[str, Meta(max_length=20)] = ""
    unused: Annotated[str, Meta(max_length=5)] = ""


@routes.get(
    "/library", rule=only(*TEACHERS, noun="media", right="see_library", keys=False), **_HTML
)
async def library(request: web.Request, query: Shown) -> web.Response:
    """What one has put into the library, and what is on its way."""
    del query
    return await request.app[PAGES].render(request, "library.html")
