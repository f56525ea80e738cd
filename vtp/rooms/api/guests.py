"""/api/v1/rooms/by-link/{token}: the way in for people without an account."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor
from vtp.edge.auth import guest_cookie
from vtp.edge.front import ADDRESS
from vtp.edge.limits import LIMITER
from vtp.edge.origins import ORIGINS
from vtp.edge.routes import Routes, json_response
from vtp.edge.rules import anyone
from vtp.errors import Limited, NotFound
from vtp.rooms.api.asking import ROOMS
from vtp.rooms.model import Room
from vtp.rooms.problems import RoomClosed, SignedInAlready
from vtp.rooms.service.guests import Passed

routes = Routes("rooms")

_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"


class GuestIn(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[
        str, Meta(max_length=200, description="As others see it.", examples=["Siobhán Kelly"])
    ]


class GuestView(Struct, frozen=True, kw_only=True):
    """Somebody without an account, in one room."""

    guest_id: Annotated[UUID, Meta(examples=[_ID])]
    room_id: Annotated[UUID, Meta(examples=[_ID])]
    name: Annotated[str, Meta(examples=["Siobhán Kelly"])]


@routes.post(
    "/api/v1/rooms/by-link/{token}/guests",
    rule=anyone("rooms", "come_by_link", writes=True),
    status=201,
    produces="application/json",
    errors=(RoomClosed, Limited, SignedInAlready, NotFound),
)
async def come(request: web.Request, actor: Actor, token: str, body: GuestIn) -> web.StreamResponse:
    """Come as a guest: a cookie opens this one room, its class, and nothing else."""
    room = await room_of_link(request, token)
    if actor.signed_in:
        await require_own_way(request, actor, room)
    come = await request.app[ROOMS].guests.come(token, name=body.name, actor=actor)
    visitor = come.visitor if isinstance(come, Passed) else come
    view = GuestView(guest_id=visitor.id, room_id=visitor.room_id, name=visitor.name)
    response = json_response(view, status=201)
    if isinstance(come, Passed):
        _give(request, response, come.secret)
    return response


def _give(request: web.Request, response: web.Response, secret: str) -> None:
    secure = request.app[ORIGINS].secure
    response.set_cookie(
        guest_cookie(secure=secure),
        secret,
        max_age=int(request.app[ROOMS].guests.lifetime),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


async def room_of_link(request: web.Request, token: str) -> Room:
    """Wrong links are counted by address, so that guessing is slowed."""
    try:
        return await request.app[ROOMS].guests.room_of(token)
    except NotFound:
        await request.app[LIMITER].guess(request[ADDRESS])
        raise


async def require_own_way(request: web.Request, actor: Actor, room: Room) -> None:
    """Who is signed in comes as themselves, or not at all."""
    try:
        await request.app[ROOMS].catalogue.get(actor, room.id)
    except NotFound:
        raise SignedInAlready from None
