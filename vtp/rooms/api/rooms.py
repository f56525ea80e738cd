"""/api/v1/rooms: places with a link, in which classes are held, and their members."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web
from msgspec import UNSET

from vtp.actor import Actor, Role
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import only, owner, signed_in
from vtp.ids import RoomId, UserId
from vtp.rooms.api.asking import OVERSEERS, ROOMS
from vtp.rooms.api.shapes import (
    CandidateView,
    Id,
    MemberIn,
    MemberView,
    RoomChange,
    RoomIn,
    RoomView,
    WordsQuery,
    member_view,
    room_view,
)
from vtp.rooms.problems import (
    BadTitle,
    HostsOnly,
    NoSuchPerson,
    OwnerIsHost,
    OwnerOnly,
    RoomClosed,
)

routes = Routes("rooms")


@routes.post(
    "/api/v1/rooms",
    rule=only(*OVERSEERS, Role.INSTRUCTOR, noun="rooms", right="create", writes=True),
    status=201,
    errors=(BadTitle,),
)
async def create(request: web.Request, actor: Actor, body: RoomIn) -> RoomView:
    """Make a room. You are its owner, and a host of it."""
    made = await request.app[ROOMS].catalogue.create(
        actor,
        title=body.title,
        access=body.access,
        member_sources=body.member_sources,
        waiting_room=body.waiting_room,
        member_chat=body.member_chat,
        member_private_chat=body.member_private_chat,
        records_itself=body.records_itself,
        records_cameras=body.records_cameras,
    )
    return room_view(made)


@routes.get("/api/v1/rooms", rule=signed_in("rooms", "list"), errors=(BadCursor,))
async def listed(request: web.Request, actor: Actor, query: Paged) -> Page[RoomView]:
    """The rooms that you own or belong to, newest first; for administrators and managers all.

    A room that is open to the school is found by its link.
    """
    found = await request.app[ROOMS].catalogue.listed(
        actor, before=after(query.cursor, RoomId), limit=query.limit + 1
    )
    return page(found, limit=query.limit, key=lambda yours: yours.room.id).each(room_view)


@routes.get("/api/v1/rooms/{id}", rule=owner(*OVERSEERS, noun="rooms", right="read"))
async def read(request: web.Request, actor: Actor, id: Id) -> RoomView:
    """One room, and what you are in it."""
    return room_view(await request.app[ROOMS].catalogue.get(actor, RoomId(id)))


@routes.patch(
    "/api/v1/rooms/{id}",
    rule=owner(*OVERSEERS, noun="rooms", right="change", writes=True),
    errors=(HostsOnly, BadTitle),
)
async def change(request: web.Request, actor: Actor, id: Id, body: RoomChange) -> RoomView:
    """Change a room, as its host. A class that goes on follows at once."""
    changed = await request.app[ROOMS].catalogue.change(
        actor,
        RoomId(id),
        title=None if body.title is UNSET else body.title,
        access=None if body.access is UNSET else body.access,
        member_sources=None if body.member_sources is UNSET else body.member_sources,
        waiting_room=None if body.waiting_room is UNSET else body.waiting_room,
        member_chat=None if body.member_chat is UNSET else body.member_chat,
        member_private_chat=(
            None if body.member_private_chat is UNSET else body.member_private_chat
        ),
        records_itself=None if body.records_itself is UNSET else body.records_itself,
        records_cameras=None if body.records_cameras is UNSET else body.records_cameras,
    )
    return room_view(changed)


@routes.delete(
    "/api/v1/rooms/{id}",
    rule=owner(*OVERSEERS, noun="rooms", right="close", writes=True),
    status=204,
    errors=(OwnerOnly,),
)
async def close(request: web.Request, actor: Actor, id: Id) -> None:
    """Close a room for good, as its owner. A class that goes on ends; what was held is kept."""
    await request.app[ROOMS].catalogue.close(actor, RoomId(id))


@routes.post(
    "/api/v1/rooms/{id}/guest-link",
    rule=owner(*OVERSEERS, noun="rooms", right="open_to_guests", writes=True),
    errors=(HostsOnly, RoomClosed),
)
async def open_to_guests(request: web.Request, actor: Actor, id: Id) -> RoomView:
    """Make a link for people without an account, or a new one in place of the one before."""
    return room_view(await request.app[ROOMS].guests.open(actor, RoomId(id)))


@routes.delete(
    "/api/v1/rooms/{id}/guest-link",
    rule=owner(*OVERSEERS, noun="rooms", right="close_to_guests", writes=True),
    errors=(HostsOnly, RoomClosed),
)
async def close_to_guests(request: web.Request, actor: Actor, id: Id) -> RoomView:
    """Take no guests any more. Those who are in the class are out at once."""
    return room_view(await request.app[ROOMS].guests.close(actor, RoomId(id)))


@routes.get(
    "/api/v1/rooms/{id}/members",
    rule=owner(*OVERSEERS, noun="rooms", right="list_members"),
    errors=(BadCursor, HostsOnly),
)
async def members(request: web.Request, actor: Actor, id: Id, query: Paged) -> Page[MemberView]:
    """Who belongs to a room beside its owner, for its hosts."""
    found = await request.app[ROOMS].catalogue.members(
        actor, RoomId(id), after=after(query.cursor, UUID), limit=query.limit + 1
    )
    return page(found, limit=query.limit, key=lambda member: member.user_id).each(member_view)


@routes.get(
    "/api/v1/rooms/{id}/candidates",
    rule=owner(*OVERSEERS, noun="rooms", right="find_candidates"),
    errors=(HostsOnly,),
)
async def candidates(
    request: web.Request, actor: Actor, id: Id, query: WordsQuery
) -> Page[CandidateView]:
    """People of the school by a part of their name or mail address, to add them; for hosts."""
    found = await request.app[ROOMS].catalogue.candidates(actor, RoomId(id), words=query.words)
    return Page([CandidateView(one.id, one.name, one.email) for one in found])


@routes.post(
    "/api/v1/rooms/{id}/members",
    rule=owner(*OVERSEERS, noun="rooms", right="put_member", writes=True),
    errors=(HostsOnly, NoSuchPerson, OwnerIsHost),
)
async def put_member(request: web.Request, actor: Actor, id: Id, body: MemberIn) -> MemberView:
    """Add somebody to a room, or change what they are in it."""
    put = await request.app[ROOMS].catalogue.put_member(
        actor, RoomId(id), email=body.email, role=body.role
    )
    return member_view(put)


@routes.delete(
    "/api/v1/rooms/{id}/members/{user_id}",
    rule=owner(*OVERSEERS, noun="rooms", right="remove_member", writes=True),
    status=204,
    errors=(HostsOnly,),
)
async def remove_member(request: web.Request, actor: Actor, id: Id, user_id: Id) -> None:
    """Take somebody out of a room. Who has no other right to be in its class, is out at once."""
    await request.app[ROOMS].catalogue.remove_member(actor, RoomId(id), UserId(user_id))
