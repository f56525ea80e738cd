"""/whip: sending into a class with an encoder that speaks WHIP (RFC 9725), such as OBS."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone, owner
from vtp.ids import RoomId
from vtp.media.rtp.sdp_lines import BadSdp
from vtp.rooms.api import over_http
from vtp.rooms.api.asking import OVERSEERS, ROOMS
from vtp.rooms.api.over_http import FRAGMENT, SDP, SessionRef
from vtp.rooms.api.shapes import Id
from vtp.rooms.problems import MayNotPublish

routes = Routes("whip")


class Sent(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    source: Annotated[
        Literal["camera", "screen"],
        Meta(description="What the picture is; its sound goes with it.", examples=["camera"]),
    ] = "camera"


@routes.post(
    "/whip/{id}",
    rule=owner(*OVERSEERS, noun="media", right="send", writes=True),
    status=201,
    errors=(BadSdp, MayNotPublish),
    consumes=(SDP,),
    produces=SDP,
    for_devices=True,
)
async def send(request: web.Request, actor: Actor, id: Id, query: Sent) -> web.Response:
    """Join the class of a room and send into it; at `Location` it is ended."""
    text = await over_http.offer(request)
    opened = await request.app[ROOMS].sessions.publish(
        actor, RoomId(id), text=text, screen=query.source == "screen"
    )
    return over_http.created(opened)


@routes.on(
    "OPTIONS",
    "/whip/{id}",
    rule=anyone("media", "ask", writes=True),
    produces="text/plain",
    for_devices=True,
)
async def offered(_request: web.Request, id: Id) -> web.Response:
    """What may be sent here."""
    del id  # the same for all: who asks is nobody yet
    return over_http.taken("OPTIONS, POST", Accept_Post=SDP)


@routes.on(
    "OPTIONS",
    "/whip/{id}/{session}",
    rule=anyone("media", "ask", writes=True),
    produces="text/plain",
    for_devices=True,
)
async def offered_later(_request: web.Request, id: Id, session: SessionRef) -> web.Response:
    """What may be done with a session."""
    del id, session
    return over_http.taken("DELETE, OPTIONS, PATCH", Accept_Patch=FRAGMENT)


@routes.patch(
    "/whip/{id}/{session}",
    rule=owner(noun="media", right="change_session", writes=True),
    consumes=(FRAGMENT,),
    produces=FRAGMENT,
    for_devices=True,
)
async def change(request: web.Request, actor: Actor, id: Id, session: SessionRef) -> web.Response:
    """Tell candidates, or restart ICE."""
    found = over_http.session_of(request, actor, "whip", RoomId(id), session)
    return await over_http.patched(request, found)


@routes.delete(
    "/whip/{id}/{session}",
    rule=owner(noun="media", right="end_session", writes=True),
    produces="text/plain",
    for_devices=True,
)
async def end(request: web.Request, actor: Actor, id: Id, session: SessionRef) -> web.Response:
    """Stop sending, and leave the class."""
    found = over_http.session_of(request, actor, "whip", RoomId(id), session)
    return over_http.ended(request, found)
