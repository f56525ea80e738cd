"""The list of rooms, and the page in which a class is held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.edge.bodies import form
from vtp.edge.headers import WITH_DEVICES
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import only, owner, signed_in
from vtp.ids import RoomId
from vtp.rooms import rights
from vtp.rooms.api.asking import OVERSEERS, ROOMS
from vtp.rooms.api.shapes import room_view
from vtp.rooms.facts import ParticipantId
from vtp.rooms.model import Room
from vtp.rooms.problems import BadTitle, RoomClosed
from vtp.rooms.rights import Person
from vtp.rooms.service.catalogue import Yours

routes = Routes("pages")

_PER_PAGE = 50


class ListQuery(Struct, frozen=True, forbid_unknown_fields=True):
    before: UUID | None = None


class Present(Struct, frozen=True):
    """Somebody who is in a class."""

    user_id: UUID
    name: Annotated[str, Meta(examples=["Noor Haddad"])]


class Everybody(Struct, frozen=True):
    items: list[Present]
    recording: Literal["off", "on", "paused", "soon"]  # soon: it will be, when somebody teaches
    cameras: bool  # of everybody are kept as well


@routes.get("/rooms", rule=signed_in("rooms", "see_list", keys=False), **HTML)
async def rooms(request: web.Request, actor: Actor, query: ListQuery) -> web.Response:
    """The rooms that one owns or belongs to."""
    return await _list(request, actor, before=query.before)


@routes.post(
    "/rooms",
    rule=only(
        *OVERSEERS, Role.INSTRUCTOR, noun="rooms", right="create_here", writes=True, keys=False
    ),
    **HTML,
)
async def make_room(request: web.Request, actor: Actor) -> web.Response:
    """Make a room by the form."""
    values = await form(request)
    try:
        await request.app[ROOMS].catalogue.create(
            actor,
            title=values.get("title", ""),
            access="school",
            member_sources=rights.USUAL,
        )
    except BadTitle as problem:
        return await _list(
            request, actor, values=values, errors=problem.fields, status=problem.status
        )
    return see_other("/rooms")


@routes.get(
    "/room/{id}",
    rule=owner(*OVERSEERS, noun="rooms", right="see_page", keys=False, guests=True),
    **HTML,
)
async def room(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """The page of a class, with its lobby. Cameras and screens are allowed here alone."""
    yours = await _open(request, actor, id)
    here = _present(request, yours, besides=actor)
    return await request.app[PAGES].render(
        request,
        "room.html",
        headers=WITH_DEVICES,
        room={"id": yours.room.id, "title": yours.room.title},
        host=rights.may_host(yours.role),
        publish=rights.publishable(yours.role, yours.room.member_sources),
        present=msgspec.json.encode(here).decode(),
        owner=await request.app[ROOMS].catalogue.owner_name(yours.room),
        guest=await _guest(request, actor, yours.room),
        veiled=_veiled(request, yours, actor),
    )


async def _guest(request: web.Request, actor: Actor, room: Room) -> dict[str, str] | None:
    visitor = await request.app[ROOMS].guests.of(actor)
    return {"token": room.guest_token or "", "name": visitor.name} if visitor else None


@routes.get(
    "/room/{id}/settings",
    rule=owner(*OVERSEERS, noun="rooms", right="see_settings", keys=False),
    **HTML,
)
async def settings(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """How a room is set up: who may come in, what members may do, who belongs to it; for hosts."""
    yours = await request.app[ROOMS].catalogue.hosted(actor, RoomId(id))
    if yours.room.closed_at is not None:
        raise RoomClosed
    return await request.app[PAGES].render(
        request,
        "room_settings.html",
        room=msgspec.json.encode(room_view(yours)).decode(),
        title=yours.room.title,
        link=f"/room/{yours.room.id}",
        owns=rights.may_close(yours.room.place, Person(actor.user_id, actor.roles)),
        owner=await request.app[ROOMS].catalogue.owner_name(yours.room),
    )


@routes.get(
    "/room/{id}/people",
    rule=owner(*OVERSEERS, noun="rooms", right="see_who_is_in", keys=False, guests=True),
    described=False,
)
async def people(request: web.Request, actor: Actor, id: UUID) -> Everybody:
    """Who is in, for those who stand in the lobby."""
    yours = await _open(request, actor, id)
    meeting = request.app[ROOMS].live.in_room(RoomId(id))
    now = meeting.state.recording if meeting is not None else "off"
    soon = now == "off" and yours.room.records_itself
    return Everybody(
        _present(request, yours, besides=actor),
        "soon" if soon else now,
        yours.room.records_cameras,
    )


async def _open(request: web.Request, actor: Actor, id: UUID) -> Yours:
    yours = await request.app[ROOMS].catalogue.get(actor, RoomId(id))
    if yours.room.closed_at is not None:
        raise RoomClosed
    return yours


def _veiled(request: web.Request, yours: Yours, actor: Actor) -> bool:
    """Who has to be let in learns nothing of who is in, and neither do guests."""
    meeting = request.app[ROOMS].live.in_room(yours.room.id)
    admitted = meeting is not None and meeting.state.order.admitted(actor.person_id)
    waits = rights.has_to_wait(yours.role, waiting_room=yours.room.waiting_room, admitted=admitted)
    return waits or actor.guest is not None


def _present(request: web.Request, yours: Yours, *, besides: Actor) -> list[Present]:
    """Each person once, whatever they brought; without oneself on another device."""
    meeting = request.app[ROOMS].live.in_room(yours.room.id)
    if meeting is None or _veiled(request, yours, besides):
        return []
    here: Mapping[ParticipantId, Any] = meeting.state.participants
    names = {one.user_id: one.name for one in here.values() if one.user_id != besides.user_id}
    return [Present(user_id, name) for user_id, name in names.items()]


async def _list(
    request: web.Request,
    actor: Actor,
    *,
    before: UUID | None = None,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    listed = await request.app[ROOMS].catalogue.listed(
        actor, before=RoomId(before) if before else None, limit=_PER_PAGE + 1
    )
    shown = listed[:_PER_PAGE]
    older = f"/rooms?before={shown[-1].room.id}" if len(listed) > _PER_PAGE else None
    return await request.app[PAGES].render(
        request,
        "rooms.html",
        status=status,
        rooms=[_row(request, one) for one in shown if one.room.closed_at is None],
        may_make=rights.may_make_rooms(Person(actor.user_id, actor.roles)),
        values=values or {},
        errors=errors or {},
        older=older,
    )


def _row(request: web.Request, yours: Yours) -> dict[str, Any]:
    meeting = request.app[ROOMS].live.in_room(yours.room.id)
    return {
        "id": str(yours.room.id),
        "title": yours.room.title,
        "path": f"/room/{yours.room.id}",
        "host": rights.may_host(yours.role),
        "people": len(meeting.state.participants) if meeting else 0,
    }
