"""/api/v1/meetings: the classes that were held and go on, and steering them from outside."""

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
from vtp.rooms.facts import ParticipantId, Track, TrackId
from vtp.rooms.problems import HostsOnly, HostsStay, MeetingOver

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
    shown = page(found, limit=query.limit, key=lambda held: held.id)
    return Page([meeting_view(held) for held in shown.items], shown.next)


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
    shown = page(found, limit=query.limit, key=lambda one: one.attendee.id)
    return Page([participant_view(one) for one in shown.items], shown.next)


@routes.delete(
    "/api/v1/meetings/{id}/participants/{participant_id}",
    rule=owner(*OVERSEERS, noun="meetings", right="remove", writes=True),
    status=204,
    errors=(HostsOnly, HostsStay, MeetingOver),
)
async def remove(request: web.Request, actor: Actor, id: Id, participant_id: Id) -> None:
    """Remove a person with all their devices. They cannot come back unless they are let in."""
    await request.app[ROOMS].meetings.remove(actor, MeetingId(id), ParticipantId(participant_id))


@routes.post(
    "/api/v1/meetings/{id}/participants/{participant_id}/readmit",
    rule=owner(*OVERSEERS, noun="meetings", right="readmit", writes=True),
    status=204,
    errors=(HostsOnly, MeetingOver),
)
async def readmit(request: web.Request, actor: Actor, id: Id, participant_id: Id) -> None:
    """Let somebody in again who was removed."""
    await request.app[ROOMS].meetings.readmit(actor, MeetingId(id), ParticipantId(participant_id))


@routes.get(
    "/api/v1/meetings/{id}/tracks",
    rule=owner(*OVERSEERS, noun="meetings", right="list_tracks"),
    errors=(HostsOnly,),
)
async def tracks(request: web.Request, actor: Actor, id: Id) -> Page[Track]:
    """What is sent right now, for hosts."""
    return Page(await request.app[ROOMS].meetings.tracks(actor, MeetingId(id)))


@routes.post(
    "/api/v1/meetings/{id}/tracks/{track_id}/mute",
    rule=owner(*OVERSEERS, noun="meetings", right="mute", writes=True),
    errors=(HostsOnly, MeetingOver),
)
async def mute(request: web.Request, actor: Actor, id: Id, track_id: Id) -> Track:
    """Forward nothing more of a track, until its sender goes on."""
    return await request.app[ROOMS].meetings.mute(actor, MeetingId(id), TrackId(track_id))


@routes.get(
    "/api/v1/meetings/{id}/stats",
    rule=owner(*OVERSEERS, noun="meetings", right="read_stats"),
    errors=(HostsOnly,),
)
async def stats(request: web.Request, actor: Actor, id: Id) -> Stats:
    """What is measured of each participant right now: rates, losses, round trips; for hosts."""
    measured = await request.app[ROOMS].meetings.stats(actor, MeetingId(id))
    return Stats(participants=measured.participants, plane=measured.plane)
