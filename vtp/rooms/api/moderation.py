"""/api/v1/meetings/{id}/…: keeping order in a class that goes on, from outside, for its hosts."""

from __future__ import annotations

from aiohttp import web

from vtp.actor import Actor
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, owner
from vtp.ids import MeetingId
from vtp.rooms.api.asking import OVERSEERS, ROOMS
from vtp.rooms.api.shapes import AdmitIn, DeclineIn, Id, LocksIn, LocksView, PersonIn
from vtp.rooms.facts import SOURCES, Door, ParticipantId, Track, TrackId
from vtp.rooms.meeting import Meeting
from vtp.rooms.problems import HostsOnly, HostsStay, MeetingOver, NotWaiting
from vtp.rooms.service.moderation import Wish

routes = Routes("meetings")


def _steer(right: str, *, writes: bool = True) -> Rule:
    return owner(*OVERSEERS, noun="meetings", right=right, writes=writes)


@routes.get(
    "/api/v1/meetings/{id}/door",
    rule=_steer("see_door", writes=False),
    errors=(HostsOnly, MeetingOver),
)
async def door(request: web.Request, actor: Actor, id: Id) -> Door:
    """Who waits to be let in, and who is kept out."""
    return (await _meeting(request, actor, id)).state.order.door


@routes.post(
    "/api/v1/meetings/{id}/admit",
    rule=_steer("admit"),
    errors=(HostsOnly, MeetingOver, NotWaiting),
)
async def admit(request: web.Request, actor: Actor, id: Id, body: AdmitIn) -> Door:
    """Let in one who waits, or everybody."""
    meeting = await _meeting(request, actor, id)
    await request.app[ROOMS].moderation.admit(meeting, body.person)
    return meeting.state.order.door


@routes.post(
    "/api/v1/meetings/{id}/decline",
    rule=_steer("decline"),
    errors=(HostsOnly, MeetingOver, NotWaiting),
)
async def decline(request: web.Request, actor: Actor, id: Id, body: DeclineIn) -> Door:
    """Turn away one who waits, or everybody, until they are let in again."""
    meeting = await _meeting(request, actor, id)
    await request.app[ROOMS].moderation.decline(meeting, body.person, by=actor)
    return meeting.state.order.door


@routes.post(
    "/api/v1/meetings/{id}/readmit",
    rule=_steer("readmit_person"),
    errors=(HostsOnly, MeetingOver),
)
async def readmit_person(request: web.Request, actor: Actor, id: Id, body: PersonIn) -> Door:
    """Let somebody come back who was removed or turned away."""
    meeting = await _meeting(request, actor, id)
    await request.app[ROOMS].moderation.readmit(meeting, body.person, by=actor)
    return meeting.state.order.door


@routes.patch(
    "/api/v1/meetings/{id}/locks",
    rule=_steer("lock"),
    errors=(HostsOnly, MeetingOver),
)
async def lock(request: web.Request, actor: Actor, id: Id, body: LocksIn) -> LocksView:
    """Lock or unlock for members; what they may send no more, ends at once."""
    meeting = await _meeting(request, actor, id)
    wish = Wish(
        entry=body.entry,
        chat=body.chat,
        private_chat=body.private_chat,
        microphone=body.microphone,
        camera=body.camera,
        screen=body.screen,
    )
    await request.app[ROOMS].moderation.lock(meeting, wish, by=actor)
    now = meeting.state
    return LocksView(
        locks=now.locks, member_sources=[one for one in SOURCES if one in now.member_sources]
    )


@routes.post(
    "/api/v1/meetings/{id}/mute",
    rule=_steer("mute_all"),
    status=204,
    errors=(HostsOnly, MeetingOver),
)
async def mute_all(request: web.Request, actor: Actor, id: Id) -> None:
    """Mute every microphone but those of hosts and co-hosts."""
    request.app[ROOMS].moderation.mute_all(await _meeting(request, actor, id))


@routes.post(
    "/api/v1/meetings/{id}/tracks/{track_id}/mute",
    rule=_steer("mute"),
    errors=(HostsOnly, MeetingOver),
)
async def mute(request: web.Request, actor: Actor, id: Id, track_id: Id) -> Track:
    """Forward nothing more of a track, until its sender goes on."""
    meeting = await _meeting(request, actor, id)
    return request.app[ROOMS].moderation.mute(meeting, TrackId(track_id))


@routes.delete(
    "/api/v1/meetings/{id}/participants/{participant_id}",
    rule=_steer("remove"),
    status=204,
    errors=(HostsOnly, HostsStay, MeetingOver),
)
async def remove(request: web.Request, actor: Actor, id: Id, participant_id: Id) -> None:
    """Remove a person with all their devices. They cannot come back unless they are let in."""
    meeting = await _meeting(request, actor, id)
    await request.app[ROOMS].moderation.remove(meeting, ParticipantId(participant_id), by=actor)


@routes.post(
    "/api/v1/meetings/{id}/participants/{participant_id}/readmit",
    rule=_steer("readmit"),
    status=204,
    errors=(HostsOnly, MeetingOver),
)
async def readmit(request: web.Request, actor: Actor, id: Id, participant_id: Id) -> None:
    """Let somebody in again who was removed."""
    meeting = await _meeting(request, actor, id)
    order = request.app[ROOMS].moderation
    person = await order.person_of(meeting, ParticipantId(participant_id))
    await order.readmit(meeting, person, by=actor)


async def _meeting(request: web.Request, actor: Actor, id: Id) -> Meeting:
    return await request.app[ROOMS].moderation.from_outside(actor, MeetingId(id))
