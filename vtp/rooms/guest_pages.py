"""The way in for people without an account: the page behind the link for guests."""

from __future__ import annotations

import msgspec
from aiohttp import web

from vtp.actor import Actor
from vtp.edge.headers import WITH_DEVICES
from vtp.edge.html import PAGES, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone
from vtp.rooms import rights
from vtp.rooms.api.asking import ROOMS
from vtp.rooms.api.guests import require_own_way, room_of_link

routes = Routes("pages")


@routes.get(
    "/join/{token}",
    rule=anyone("rooms", "see_by_link"),
    produces="text/html",
    described=False,
)
async def lobby(request: web.Request, actor: Actor, token: str) -> web.StreamResponse:
    """The lobby of a class for guests, who say their name there."""
    room = await room_of_link(request, token)
    if actor.signed_in:
        await require_own_way(request, actor, room)
        return see_other(f"/room/{room.id}")
    known = await request.app[ROOMS].guests.of(actor)
    here = known is not None and known.room_id == room.id
    return await request.app[PAGES].render(
        request,
        "room.html",
        headers=WITH_DEVICES | {"Referrer-Policy": "no-referrer"},
        room={"id": room.id, "title": room.title},
        host=False,
        publish=rights.publishable("member", room.member_sources),
        present=msgspec.json.encode([]).decode(),
        owner=await request.app[ROOMS].catalogue.owner_name(room),
        veiled=True,
        guest={"token": token, "name": known.name if known is not None and here else ""},
    )
