"""/admin/settings: what may change while the program runs. Forms, without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from aiohttp import web

from vtp.actor import Actor, Role
from vtp.edge.bodies import form
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import only
from vtp.errors import Invalid
from vtp.runtime.api import RUNTIME
from vtp.runtime.catalogue import choice

routes = Routes("pages")


@routes.get(
    "/admin/settings", rule=only(Role.ADMIN, noun="settings", right="see", keys=False), **HTML
)
async def settings(request: web.Request, actor: Actor) -> web.Response:
    """All of them, each with its default."""
    return await _shown(request, actor, {}, 200)


@routes.post(
    "/admin/settings",
    rule=only(Role.ADMIN, noun="settings", right="set_page", writes=True, keys=False),
    **HTML,
)
async def change(request: web.Request, actor: Actor) -> web.Response:
    """Change the one that the form names, or put it back: `do` of the form."""
    values, runtime = await form(request), request.app[RUNTIME]
    name = values.get("name", "")
    try:
        if values.get("do") == "reset":
            await runtime.reset(actor, name)
        else:
            await runtime.change(actor, name, _typed(name, values))
    except Invalid as problem:
        return await _shown(request, actor, {name: problem.fields["value"]}, problem.status)
    return see_other("/admin/settings")


def _typed(name: str, values: Mapping[str, str]) -> object:
    """What the form says: a line, or the boxes that are checked."""
    if not choice(name).of:
        return values.get("value", "")
    return [word for word in choice(name).of if f"value:{word}" in values]


async def _shown(
    request: web.Request, actor: Actor, errors: Mapping[str, str], status: int
) -> web.Response:
    held = request.app[RUNTIME].listed(actor)
    # In the order of the catalogue, not in that of the alphabet.
    parts = [(name, list(one)) for name, one in groupby(held, key=lambda one: one.choice.section)]
    return await request.app[PAGES].render(
        request, "admin/settings.html", status=status, parts=parts, errors=errors
    )
