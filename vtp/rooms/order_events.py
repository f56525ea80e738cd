"""Order in a class over Socket.IO: what hosts and co-hosts may do there, and others may not."""

from __future__ import annotations

from vtp.edge.rules import signed_in
from vtp.edge.sockets.events import Call, Events
from vtp.rooms import order_bodies as bodies
from vtp.rooms.api.asking import ROOMS
from vtp.rooms.bodies import Nothing
from vtp.rooms.facts import ParticipantId, TrackId
from vtp.rooms.service.moderation import Moderation, Wish

events = Events("order")


# --- who comes in -----------------------------------------------------------------------------
@events.on("room.admit", rule=signed_in("meetings", "admit_inside", writes=True))
async def admit(call: Call, body: bodies.Admit) -> Nothing:
    """Let in one who waits, or everybody."""
    order = _order(call)
    await order.admit(order.staffed(call.sid), body.person)
    return Nothing()


@events.on("room.decline", rule=signed_in("meetings", "admit_inside", writes=True))
async def decline(call: Call, body: bodies.Decline) -> Nothing:
    """Turn away one who waits, or everybody."""
    order = _order(call)
    await order.decline(order.staffed(call.sid), body.person, by=call.actor)
    return Nothing()


@events.on("room.remove", rule=signed_in("meetings", "remove_inside", writes=True))
async def remove(call: Call, body: bodies.RemovePerson) -> Nothing:
    """Remove a person, who cannot come back to this class."""
    order = _order(call)
    await order.remove(order.staffed(call.sid), ParticipantId(body.participant), by=call.actor)
    return Nothing()


@events.on("room.readmit", rule=signed_in("meetings", "remove_inside", writes=True))
async def readmit(call: Call, body: bodies.PersonOnly) -> Nothing:
    """Let somebody come back who was removed or turned away."""
    order = _order(call)
    await order.readmit(order.staffed(call.sid), body.person, by=call.actor)
    return Nothing()


# --- what is sent -----------------------------------------------------------------------------
@events.on("room.mute", rule=signed_in("meetings", "mute_inside", writes=True))
async def mute(call: Call, body: bodies.MuteTrack) -> Nothing:
    """Forward nothing more of a track, until its sender goes on."""
    order = _order(call)
    order.mute(order.staffed(call.sid), TrackId(body.track))
    return Nothing()


@events.on("room.mute_all", rule=signed_in("meetings", "mute_inside", writes=True))
async def mute_all(call: Call, body: Nothing) -> Nothing:
    """Mute every microphone but those of staff."""
    order = _order(call)
    order.mute_all(order.staffed(call.sid))
    return body


@events.on("room.ask", rule=signed_in("meetings", "ask_inside", writes=True))
async def ask(call: Call, body: bodies.Ask) -> Nothing:
    """Ask somebody to turn a microphone or camera on. It is up to them."""
    _order(call).ask(call.sid, ParticipantId(body.participant), body.source)
    return Nothing()


@events.on("room.lock", rule=signed_in("meetings", "lock_inside", writes=True))
async def lock(call: Call, body: bodies.Lock) -> Nothing:
    """Lock or unlock for members; tracks that may be sent no more end at once."""
    order = _order(call)
    wish = Wish(
        entry=body.entry,
        chat=body.chat,
        private_chat=body.private_chat,
        microphone=body.microphone,
        camera=body.camera,
        screen=body.screen,
    )
    await order.lock(order.staffed(call.sid), wish, by=call.actor)
    return Nothing()


# --- people -----------------------------------------------------------------------------------
@events.on("room.lower", rule=signed_in("meetings", "lower_inside", writes=True))
async def lower(call: Call, body: bodies.Lower) -> Nothing:
    """Take down one hand, or all."""
    order = _order(call)
    wanted = None if body.participant is None else ParticipantId(body.participant)
    await order.lower(order.staffed(call.sid), wanted)
    return Nothing()


@events.on("room.pin", rule=signed_in("meetings", "pin_inside", writes=True))
async def pin(call: Call, body: bodies.Pin) -> Nothing:
    """Keep somebody large for everybody, until they go or somebody else is."""
    order = _order(call)
    wanted = None if body.participant is None else ParticipantId(body.participant)
    await order.pin(order.staffed(call.sid), wanted)
    return Nothing()


@events.on("room.promote", rule=signed_in("meetings", "promote_inside", writes=True))
async def promote(call: Call, body: bodies.Promote) -> Nothing:
    """As a host: make somebody a co-host for this class, or a member again."""
    order = _order(call)
    who = ParticipantId(body.participant)
    await order.promote(order.hosted(call.sid), who, cohost=body.cohost, by=call.actor)
    return Nothing()


@events.on("room.end", rule=signed_in("meetings", "end_inside", writes=True))
async def end(call: Call, body: Nothing) -> Nothing:
    """As a host: end the class for everybody."""
    order = _order(call)
    await order.end(order.hosted(call.sid), by=call.actor)
    return body


def _order(call: Call) -> Moderation:
    return call.app[ROOMS].moderation
