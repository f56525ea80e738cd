"""/whep: watching a class with a player that speaks WHEP (draft-ietf-wish-whep)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

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
from vtp.rooms.facts import ParticipantId
from vtp.rooms.problems import NoSuchParticipant
from vtp.rooms.watching import Wish

routes = Routes("whep")


class Watched(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    participant: Annotated[
        UUID | None,
        Meta(description="Watch this participant alone. Else a host who sends, or who came first."),
    ] = None
    source: Annotated[
        Literal["camera", "screen"],
        Meta(description="What goes into the first picture, where both are there."),
    ] = "camera"


@routes.post(
    "/whep/{id}",
    rule=owner(*OVERSEERS, noun="media", right="watch", writes=True),
    status=201,
    errors=(BadSdp, NoSuchParticipant),
    consumes=(SDP,),
    produces=SDP,
    for_devices=True,
)
async def watch(request: web.Request, actor: Actor, id: Id, query: Watched) -> web.Response:
    """Join the class of a room and receive what is on; at `Location` it is ended."""
    text = await over_http.offer(request)
    wish = Wish(
        participant=None if query.participant is None else ParticipantId(query.participant),
        screen=query.source == "screen",
    )
    opened = await request.app[ROOMS].sessions.watch(actor, RoomId(id), text=text, wish=wish)
    return over_http.created(opened)


@routes.on(
    "OPTIONS",
    "/whep/{id}",
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
    "/whep/{id}/{session}",
    rule=anyone("media", "ask", writes=True),
    produces="text/plain",
    for_devices=True,
)
async def offered_later(_request: web.Request, id: Id, session: SessionRef) -> web.Response:
    """What may be done with a session."""
    del id, session
    return over_http.taken("DELETE, OPTIONS, PATCH", Accept_Patch=FRAGMENT)


@routes.patch(
    "/whep/{id}/{session}",
    rule=owner(noun="media", right="change_session", writes=True),
    consumes=(FRAGMENT,),
    produces=FRAGMENT,
    for_devices=True,
)
async def change(request: web.Request, actor: Actor, id: Id, session: SessionRef) -> web.Response:
    """Tell candidates, or restart ICE."""
    found = over_http.session_of(request, actor, "whep", RoomId(id), session)
    return await over_http.patched(request, found)


@routes.delete(
    "/whep/{id}/{session}",
    rule=owner(noun="media", right="end_session", writes=True),
    produces="text/plain",
    for_devices=True,
)
async def end(request: web.Request, actor: Actor, id: Id, session: SessionRef) -> web.Response:
    """Watch no more, and leave the class."""
    found = over_http.session_of(request, actor, "whep", RoomId(id), session)
    return over_http.ended(request, found)
