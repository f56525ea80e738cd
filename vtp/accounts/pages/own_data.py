"""The forms on "/profile?tab=data": a file of all that is held, and being forgotten."""

from __future__ import annotations

from aiohttp import web

from vtp.accounts.api.asking import ERASURE, TAKEOUTS
from vtp.accounts.pages.drawn import accounts
from vtp.accounts.pages.forms import typed_proof
from vtp.actor import Actor
from vtp.edge.bodies import form
from vtp.edge.html import HTML, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import signed_in
from vtp.errors import Conflict, Forbidden, Invalid, Limited, NotFound

routes = Routes("pages")

_TAB = "/profile?tab=data"


@routes.post(
    "/profile/takeout",
    rule=signed_in("users", "ask_takeout_page", writes=True, keys=False),
    **HTML,
)
async def takeout(request: web.Request, actor: Actor) -> web.Response:
    """Have the file made."""
    await request.app[TAKEOUTS].ask(actor)
    return see_other(_TAB)


@routes.post(
    "/profile/erasure",
    rule=signed_in("users", "ask_erasure_page", writes=True, keys=False),
    **HTML,
)
async def erasure(request: web.Request, actor: Actor) -> web.Response:
    """Ask to be forgotten, or take that back: `do` of the form."""
    values, served = await form(request), accounts(request)
    try:
        if values.get("do") == "withdraw":
            await request.app[ERASURE].withdraw(actor)
            return see_other(_TAB)
        if not await served.proving.proofs.fresh(actor):
            await served.proving.proofs.give(actor, typed_proof(values))
        await request.app[ERASURE].ask(actor)
    except (Invalid, Forbidden, Limited):
        return see_other(f"{_TAB}&done=unproved")
    except (Conflict, NotFound):
        return see_other(_TAB)  # it was decided meanwhile, as the page shows
    return see_other(_TAB)
