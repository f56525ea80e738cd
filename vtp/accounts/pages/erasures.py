"""/admin/erasures: who asked to be forgotten. Forms, in dialogs where a script opens them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts.api.asking import ERASURE
from vtp.accounts.service.erasure import MAX_REASON
from vtp.actor import Actor, Role
from vtp.edge.bodies import form
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.paging import after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only
from vtp.errors import Problem

routes = Routes("pages")

_AT_ONCE = 30


class ErasuresQuery(Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=512)] = ""


def _admin(right: str, *, writes: bool = False) -> Rule:
    return only(Role.ADMIN, noun="erasures", right=right, writes=writes, keys=False)


@routes.get("/admin/erasures", rule=_admin("see"), **HTML)
async def erasures(request: web.Request, actor: Actor, query: ErasuresQuery) -> web.Response:
    """All requests, newest first."""
    return await _shown(request, actor, query.cursor)


@routes.post("/admin/erasures/{id}", rule=_admin("decide", writes=True), **HTML)
async def decide(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """What the button says that was pressed: `do` of the form."""
    values, served = await form(request), request.app[ERASURE]
    try:
        if values.get("do") == "erase":
            await served.carry_out(actor, id)
        else:
            await served.refuse(actor, id, reason=values.get("reason", "")[:MAX_REASON])
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        return await _shown(request, actor, problem=problem)
    return see_other("/admin/erasures")


async def _shown(
    request: web.Request, actor: Actor, cursor: str = "", *, problem: Problem | None = None
) -> web.Response:
    served = request.app[ERASURE]
    found = await served.listed(actor, before=after(cursor, UUID), limit=_AT_ONCE + 1)
    shown = page(found, limit=_AT_ONCE, key=lambda one: one.id)
    return await request.app[PAGES].render(
        request,
        "admin/erasures.html",
        status=problem.status if problem else 200,
        requests=shown.items,
        kept=served.kept,
        older=f"/admin/erasures?cursor={shown.next}" if shown.next else None,
        problem=str(problem) if problem else "",
    )
