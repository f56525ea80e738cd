"""The page of all notices, which works without any script; the bell of every page leads here."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor
from vtp.edge.bodies import form
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.paging import after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import signed_in
from vtp.mail.letters import moment
from vtp.notices.api import NOTICES

routes = Routes("pages")

_PAGE = 50


class NoticesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=512)] = ""


@routes.get("/notices", rule=signed_in("notices", "see_all", keys=False), **HTML)
async def notices_page(request: web.Request, actor: Actor, query: NoticesQuery) -> web.Response:
    """All that one was told, the newest first."""
    notices = request.app[NOTICES]
    found = await notices.listed(actor, before=after(query.cursor, UUID), limit=_PAGE + 1)
    shown = page(found, limit=_PAGE, key=lambda notice: notice.id)
    return await request.app[PAGES].render(
        request,
        "notices.html",
        items=[notices.shown(notice) for notice in shown.items],
        next=shown.next,
        moment=moment,
    )


@routes.post("/notices/read", rule=signed_in("notices", "read_all", writes=True), **HTML)
async def read_all(request: web.Request, actor: Actor) -> web.Response:
    """Mark all as read that were on the page."""
    newest = (await form(request)).get("up_to", "")
    await request.app[NOTICES].read_all(actor, up_to=_id(newest))
    return see_other("/notices")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
