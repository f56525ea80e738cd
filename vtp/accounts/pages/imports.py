"""/admin/people/import: a list of people, what it would change, and the button that changes it."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, get_args
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts import roster
from vtp.accounts.model import ImportState
from vtp.accounts.pages.drawn import accounts
from vtp.accounts.problems import NothingToApply
from vtp.actor import Actor, Role
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.multipart import file
from vtp.edge.paging import after, page
from vtp.edge.problems import TooLarge
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only

routes = Routes("pages")

_AT_ONCE = 100
_OUTCOMES: tuple[roster.Outcome, ...] = get_args(roster.Outcome)


class ImportQuery(Struct, frozen=True, forbid_unknown_fields=True):
    outcome: Annotated[str, Meta(max_length=20)] = ""
    cursor: Annotated[str, Meta(max_length=512)] = ""


def _rule(right: str, *, writes: bool = False) -> Rule:
    return only(Role.ADMIN, noun="users", right=right, writes=writes, keys=False)


@routes.get("/admin/people/import", rule=_rule("see_import_form"), **HTML)
async def start(request: web.Request) -> web.Response:
    """Where a list is chosen."""
    return await _start(request)


@routes.post("/admin/people/import", rule=_rule("import_page", writes=True), **HTML)
async def send(request: web.Request, actor: Actor) -> web.Response:
    """Send it by the form; it is only compared."""
    try:
        content = await file(request, "list", limit=roster.MAX_BYTES)
    except TooLarge as problem:
        return await _start(request, error=True, status=problem.status)
    made = await accounts(request).imports.send(actor, content)
    return see_other(f"/admin/people/imports/{made.id}")


@routes.get("/admin/people/imports/{id}", rule=_rule("see_import_page"), **HTML)
async def shown(request: web.Request, actor: Actor, id: UUID, query: ImportQuery) -> web.Response:
    """What the list would change, line by line, or what has become of it."""
    imports = accounts(request).imports
    made = await imports.get(actor, id, patient=True)
    outcome = next((one for one in _OUTCOMES if one == query.outcome), None)
    found = await imports.lines(
        actor, id, outcome=outcome, after=after(query.cursor, int) or 0, limit=_AT_ONCE + 1
    )
    lines = page(found, limit=_AT_ONCE, key=lambda one: one.line)
    counts = await imports.counts(actor, id)
    applies = bool(counts.get("new") or counts.get("changed"))
    kept = {"outcome": outcome} if outcome else {}
    return await request.app[PAGES].render(
        request,
        "admin/import.html",
        made=made,
        lines=lines.items,
        more=f"?{urlencode({**kept, 'cursor': lines.next})}" if lines.next else None,
        counts=[(one, counts.get(one, 0)) for one in _OUTCOMES],
        outcome=outcome,
        applies=applies and made.state is ImportState.COMPARED,
        mail_arrives=accounts(request).invitations.possible,
    )


@routes.post("/admin/people/imports/{id}", rule=_rule("apply_import_page", writes=True), **HTML)
async def apply(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """Have it done by the button. Pressed twice, it is done once."""
    with suppress(NothingToApply):
        await accounts(request).imports.apply(actor, id)
    return see_other(f"/admin/people/imports/{id}")


async def _start(request: web.Request, *, error: bool = False, status: int = 200) -> web.Response:
    return await request.app[PAGES].render(
        request, "admin/import-start.html", status=status, error=error, most=roster.MOST
    )
