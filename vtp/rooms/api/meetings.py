"""/api/v1/meetings: the classes that were held and go on."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from vtp.actor import Actor
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.errors import NotFound
from vtp.ids import MeetingId, RoomId
from vtp.rooms.api.asking import OVERSEERS, ROOMS
from vtp.rooms.api.shapes import (
    Id,
    MeetingsQuery,
    MeetingView,
    ParticipantView,
    Stats,
    meeting_view,
    participant_view,
)
from vtp.rooms.facts import Track
from vtp.rooms.problems import HostsOnly

routes = Routes("meetings")


@routes.get("/api/v1/meetings", rule=signed_in("meetings", "list"), errors=(BadCursor, NotFound))
async def listed(request: web.Request, actor: Actor, query: MeetingsQuery) -> Page[MeetingView]:
    """The meetings of a room, or of all rooms that you own or belong to, newest first."""
    found = await request.app[ROOMS].meetings.listed(
        actor,
        room_id=None if query.room is None else RoomId(query.room),
        before=after(query.cursor, MeetingId),
        limit=query.limit + 1,
    )
    return page(found, limit=query.limit, key=lambda held: held.id).each(meeting_view)


@routes.get("/api/v1/meetings/{id}", rule=owner(*OVERSEERS, noun="meetings", right="read"))
async def read(request: web.Request, actor: Actor, id: Id) -> MeetingView:
    """One meeting."""
    return meeting_view(await request.app[ROOMS].meetings.get(actor, MeetingId(id)))


@routes.post(
    "/api/v1/meetings/{id}/end",
    rule=owner(*OVERSEERS, noun="meetings", right="end", writes=True),
    errors=(HostsOnly,),
)
async def end(request: web.Request, actor: Actor, id: Id) -> MeetingView:
    """End a meeting for everybody who is in it, as a host. The next to join begins another one."""
    return meeting_view(await request.app[ROOMS].meetings.end(actor, MeetingId(id)))


@routes.get(
    "/api/v1/meetings/{id}/participants",
    rule=owner(*OVERSEERS, noun="meetings", right="list_participants"),
    errors=(BadCursor, HostsOnly),
)
async def participants(
    request: web.Request, actor: Actor, id: Id, query: Paged
) -> Page[ParticipantView]:
    """Who was there, with each of their devices, for hosts."""
    found = await request.app[ROOMS].meetings.participants(
        actor, MeetingId(id), after=after(query.cursor, UUID), limit=query.limit + 1
    )
    return page(found, limit=query.limit, key=lambda one: one.attendee.id).each(participant_view)


@routes.get(
    "/api/v1/meetings/{id}/tracks",
    rule=owner(*OVERSEERS, noun="meetings", right="list_tracks"),
    errors=(HostsOnly,),
)
async def tracks(request: web.Request, actor: Actor, id: Id) -> Page[Track]:
    """What is sent right now, for hosts."""
    return Page(await request.app[ROOMS].meetings.tracks(actor, MeetingId(id)))


@routes.get(
    "/api/v1/meetings/{id}/stats",
    rule=owner(*OVERSEERS, noun="meetings", right="read_stats"),
    errors=(HostsOnly,),
)
async def stats(request: web.Request, actor: Actor, id: Id) -> Stats:
    """What is measured of each participant right now: rates, losses, round trips; for hosts."""
    measured = await request.app[ROOMS].meetings.stats(actor, MeetingId(id))
    return Stats(participants=measured.participants, plane=measured.plane)
