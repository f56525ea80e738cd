"""/admin/storage: what recordings take, and how long they are kept. Forms, without scripts."""

from __future__ import annotations

from aiohttp import web

from vtp.actor import Actor, Role
from vtp.edge.bodies import form
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import only
from vtp.errors import NotFound
from vtp.mail.letters import moment
from vtp.recordings.api import RECORDINGS
from vtp.runtime.api import RUNTIME
from vtp.runtime.catalogue import WrongValue

routes = Routes("pages")

_KEPT = ("processing.keep_days", "processing.bin_days")
_UNITS = ("kB", "MB", "GB", "TB")


@routes.get(
    "/admin/storage",
    rule=only(Role.ADMIN, noun="recordings", right="see_storage_page", keys=False),
    **HTML,
)
async def storage(request: web.Request, actor: Actor) -> web.Response:
    """What takes how much, by kind and by place."""
    return await _shown(request, actor, {}, 200)


@routes.post(
    "/admin/storage",
    rule=only(Role.ADMIN, noun="recordings", right="set_kept", writes=True, keys=False),
    **HTML,
)
async def change(request: web.Request, actor: Actor) -> web.Response:
    """How many days recordings, and those in the bin, are kept."""
    values = await form(request)
    name = values.get("name", "")
    if name not in _KEPT:
        raise NotFound
    try:
        await request.app[RUNTIME].change(actor, name, values.get("value", ""))
    except WrongValue as problem:
        return await _shown(request, actor, {name: problem.fields["value"]}, problem.status)
    return see_other("/admin/storage")


async def _shown(
    request: web.Request, actor: Actor, errors: dict[str, str], status: int
) -> web.Response:
    found = await request.app[RECORDINGS].upkeep.usage(actor)
    held = [one for one in request.app[RUNTIME].listed(actor) if one.choice.name in _KEPT]
    return await request.app[PAGES].render(
        request,
        "admin/storage.html",
        status=status,
        usage=found,
        taken=found.storage.taken,
        kept=held,
        errors=errors,
        size=size,
        moment=moment,
    )


def size(count: int) -> str:
    """Of bytes, as people read it: three digits, or a little more."""
    told, unit = count / 1_000, 0
    while told >= 999.5 and unit < len(_UNITS) - 1:
        told, unit = told / 1_000, unit + 1
    places = 0 if told >= 99.5 or unit == 0 else 1
    return f"{told:.{places}f} {_UNITS[unit]}"
