"""Classes over Socket.IO: joining one, sending and watching, and what participants are told."""

from __future__ import annotations

from collections.abc import Sequence

from vtp.edge.rules import inside, owner
from vtp.edge.sockets.channels import Channel, Sid, channel
from vtp.edge.sockets.events import Call, Events
from vtp.edge.sockets.facade import Sockets
from vtp.ids import MeetingId, RoomId
from vtp.rooms import bodies, news, talk_events
from vtp.rooms.api.asking import OVERSEERS, ROOMS
from vtp.rooms.facts import AnyEvent, TrackId
from vtp.rooms.service import Rooms

events = Events("rooms")

CHANGED = events.news("room.events", news.RoomEvents, "Changes of the class that you are in.")
SPEAKING = events.news("room.speaking", news.Speaking, "Who speaks now, and who speaks most.")
WANTED = events.news("media.wanted", news.Wanted, "Layers of a track of yours that are watched.")
LAYER = events.news("media.layer", news.Layer, "The layer that you get of a track.")
DOOR = events.news("room.door", news.AtTheDoor, "Who waits outside and who is kept out; for staff.")
ASKED = events.news("room.asked", news.Asked, "Staff ask you to turn something on.")
NOT_NOW = events.news("room.not_now", news.NotNow, "Whom you asked, would rather not.")
WAIT_OVER = events.news("room.answer", news.WaitOver, "You waited outside, and wait no more.")
CODEC = events.news("media.codec", news.Codec, "Send this codec, because somebody needs it.")


_COME = owner(*OVERSEERS, noun="rooms", right="join", writes=True, guests=True)


# --- the class --------------------------------------------------------------------------------
@events.on("room.join", rule=_COME)
async def join(call: Call, body: bodies.Join) -> bodies.Joined:
    """Join the class of a room; the first to join begins it. A socket is in one class at most."""
    entry = await _rooms(call).entrance.join(
        call.actor,
        call.sid,
        room_id=RoomId(body.room),
        token=body.resume.token if body.resume else "",
        seen=body.resume.seq if body.resume else 0,
    )
    return bodies.joined(entry)


@events.on("room.wait", rule=_COME)
async def wait(call: Call, body: bodies.Wait) -> bodies.Waits:
    """Where `room.join` says `waiting_room`: ask to be let in, and hear of it in `room.answer`."""
    place = await _rooms(call).entrance.wait(call.actor, call.sid, room_id=RoomId(body.room))
    return bodies.Waits(since=place.since)


@events.on("room.leave", rule=inside("rooms", "leave"))
async def leave(call: Call, body: bodies.Nothing) -> bodies.Nothing:
    """Leave for good. Who only loses the connection keeps the place for a while."""
    await _rooms(call).entrance.leave(call.sid)
    return body


@events.on("room.hand", rule=inside("rooms", "raise_hand"))
async def hand(call: Call, body: bodies.HandUp) -> bodies.Nothing:
    """Raise your hand, or take it down."""
    await _rooms(call).entrance.raise_hand(call.sid, raised=body.raised)
    return bodies.Nothing()


@events.on("room.rather_not", rule=inside("rooms", "answer_ask"))
async def rather_not(call: Call, body: bodies.RatherNot) -> bodies.Nothing:
    """Leave off what staff asked you to turn on; whoever asked is told."""
    _rooms(call).moderation.rather_not(call.sid, body.source)
    return bodies.Nothing()


# --- transports -------------------------------------------------------------------------------
@events.on("media.transport", rule=inside("media", "connect"))
async def transport(call: Call, body: bodies.TransportWish) -> bodies.TransportMade:
    """Make a transport for sending or for receiving."""
    made = _rooms(call).desk.transport(call.sid, direction=body.direction)
    return bodies.TransportMade(
        id=made.id,
        ice_parameters=made.ice_parameters(),
        ice_candidates=list(made.candidates()),
        dtls_parameters=made.dtls_parameters(),
    )


@events.on("media.connect", rule=inside("media", "connect"))
async def connect(call: Call, body: bodies.TransportConnect) -> bodies.Nothing:
    """Say how your end of a transport is recognised."""
    await _rooms(call).desk.connect(call.sid, transport=body.transport, dtls=body.dtls_parameters)
    return bodies.Nothing()


@events.on("media.restart_ice", rule=inside("media", "connect"))
async def restart_ice(call: Call, body: bodies.TransportOnly) -> bodies.IceRestarted:
    """Look for a new way, after a change of network; what is sent and watched stays."""
    found = _rooms(call).desk.restart_ice(call.sid, transport=body.transport)
    return bodies.IceRestarted(
        ice_parameters=found.ice_parameters(), ice_candidates=list(found.candidates())
    )


# --- what is sent -----------------------------------------------------------------------------
@events.on("media.produce", rule=inside("media", "send"))
async def produce(call: Call, body: bodies.Produce) -> bodies.Produced:
    """Begin to send a microphone, camera or screen."""
    track = _rooms(call).desk.produce(
        call.sid,
        transport=body.transport,
        kind=body.kind,
        source=body.source,
        parameters=body.rtp_parameters,
        paused=body.paused,
    )
    return bodies.Produced(id=track.id)


@events.on("media.pause", rule=inside("media", "send"))
async def pause(call: Call, body: bodies.PauseTrack) -> bodies.Nothing:
    """Pause a track of yours, or go on."""
    _rooms(call).desk.pause(call.sid, track_id=TrackId(body.track), paused=body.paused)
    return bodies.Nothing()


@events.on("media.unpublish", rule=inside("media", "send"))
async def unpublish(call: Call, body: bodies.TrackOnly) -> bodies.Nothing:
    """End a track of yours."""
    _rooms(call).desk.unpublish(call.sid, track_id=TrackId(body.track))
    return bodies.Nothing()


# --- what is watched --------------------------------------------------------------------------
@events.on("media.consume", rule=inside("media", "watch"))
async def consume(call: Call, body: bodies.Consume) -> bodies.Consumed:
    """Watch a track of somebody else."""
    track, consumer = _rooms(call).desk.consume(
        call.sid,
        transport=body.transport,
        track_id=TrackId(body.track),
        capabilities=body.rtp_capabilities,
    )
    return bodies.Consumed(
        id=consumer.id, track=track.id, kind=track.kind, rtp_parameters=consumer.parameters
    )


@events.on("media.resume", rule=inside("media", "watch"))
async def resume(call: Call, body: bodies.ConsumerOnly) -> bodies.Nothing:
    """Let it flow; for a video it begins with a whole picture."""
    _rooms(call).desk.resume(call.sid, consumer=body.consumer)
    return bodies.Nothing()


@events.on("media.hold", rule=inside("media", "watch"))
async def hold(call: Call, body: bodies.ConsumerOnly) -> bodies.Nothing:
    """Let it flow no more, until resumed; as for what is scrolled away."""
    _rooms(call).desk.hold(call.sid, consumer=body.consumer)
    return bodies.Nothing()


@events.on("media.prefer", rule=inside("media", "watch"))
async def prefer(call: Call, body: bodies.Prefer) -> bodies.Nothing:
    """Say how large it is shown and whether it is pinned."""
    _rooms(call).desk.prefer(
        call.sid,
        consumer=body.consumer,
        width=body.width,
        height=body.height,
        pinned=body.priority == "pinned",
    )
    return bodies.Nothing()


@events.on("media.unsubscribe", rule=inside("media", "watch"))
async def unsubscribe(call: Call, body: bodies.ConsumerOnly) -> bodies.Nothing:
    """Watch it no more."""
    _rooms(call).desk.unsubscribe(call.sid, consumer=body.consumer)
    return bodies.Nothing()


def _rooms(call: Call) -> Rooms:
    return call.app[ROOMS]


class Herald:
    """Reaches participants over their sockets (`vtp.rooms.news.Audience`)."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets

    def here(self, sid: Sid) -> bool:
        return self._sockets.actor(sid) is not None

    async def enter(self, sid: Sid, meeting_id: MeetingId) -> None:
        await self._sockets.enter(sid, _everybody(meeting_id))

    async def leave(self, sid: Sid, meeting_id: MeetingId) -> None:
        await self._sockets.leave(sid, _everybody(meeting_id))

    async def events(self, meeting_id: MeetingId, changes: Sequence[AnyEvent]) -> None:
        told = news.RoomEvents(meeting=meeting_id, events=list(changes))
        await self._sockets.emit(CHANGED, told, to=_everybody(meeting_id))

    async def common(self, told: news.Common) -> None:
        everybody = _everybody(told.meeting)
        match told:
            case news.Speaking():
                await self._sockets.emit(SPEAKING, told, to=everybody)
            case news.Reacted():
                await self._sockets.emit(talk_events.REACTED, told, to=everybody)
            case news.Tallied():
                await self._sockets.emit(talk_events.TALLIED, told, to=everybody)

    async def personal(self, sid: Sid, told: news.Personal) -> None:
        match told:
            case news.Wanted():
                await self._sockets.emit(WANTED, told, to=sid)
            case news.Layer():
                await self._sockets.emit(LAYER, told, to=sid)
            case news.Codec():
                await self._sockets.emit(CODEC, told, to=sid)
            case news.AtTheDoor():
                await self._sockets.emit(DOOR, told, to=sid)
            case news.Asked():
                await self._sockets.emit(ASKED, told, to=sid)
            case news.NotNow():
                await self._sockets.emit(NOT_NOW, told, to=sid)
            case _:
                await talk_events.personal(self._sockets, sid, told)

    async def wait_over(self, sid: Sid, told: news.WaitOver) -> None:
        await self._sockets.emit(WAIT_OVER, told, to=sid)


def _everybody(meeting_id: MeetingId) -> Channel:
    return channel("meeting", meeting_id)
