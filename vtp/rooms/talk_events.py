"""Talking in a class over Socket.IO: messages, reactions, polls, and "I am lost"."""

from __future__ import annotations

from vtp.edge.rules import inside
from vtp.edge.sockets.channels import Sid
from vtp.edge.sockets.events import Call, Events
from vtp.edge.sockets.facade import Sockets
from vtp.rooms import news
from vtp.rooms import talk_bodies as bodies
from vtp.rooms.api.asking import ROOMS
from vtp.rooms.bodies import Nothing
from vtp.rooms.service import Rooms
from vtp.rooms.service.polls import Wish
from vtp.rooms.service.talk import Written
from vtp.rooms.talk.messages import Message
from vtp.rooms.talk.polls import MyAnswer, PollId, PollView

events = Events("talk")

PRIVATE = events.news("chat.private", news.PrivateMessage, "A message between you and another.")
REACTED = events.news("room.reactions", news.Reacted, "Signs that people gave just now.")
LOST = events.news("room.lost_count", news.LostCount, "How many cannot follow, for hosts.")
POLL = events.news("poll.changed", news.PollChanged, "A poll with its sums, for hosts.")
GONE = events.news("poll.gone", news.DraftGone, "A draft was thrown away, for hosts.")
ANSWERED = events.news("poll.answered", news.Answered, "Your answer, from any of your devices.")
TALLIED = events.news("poll.tally", news.Tallied, "Sums of a poll that everybody may see.")


# --- messages ---------------------------------------------------------------------------------
@events.on("chat.send", rule=inside("rooms", "write_message"))
async def send(call: Call, body: bodies.Say) -> Message:
    """Say something to everybody or to one person. When this is answered, it is stored."""
    written = Written(
        text=body.text, key=body.key, to=body.to, reply_to=body.reply_to, image=body.image
    )
    return await _rooms(call).talk.say(call.sid, written)


@events.on("chat.delete", rule=inside("rooms", "delete_message"))
async def delete(call: Call, body: bodies.MessageOnly) -> Nothing:
    """Take back what you said, or as a host what somebody said to everybody."""
    await _rooms(call).talk.erase_from(call.sid, message_id=body.message)
    return Nothing()


@events.on("chat.older", rule=inside("rooms", "read_messages"))
async def older(call: Call, body: bodies.OlderThan) -> bodies.OlderMessages:
    """The messages before one that you know."""
    found = await _rooms(call).talk.older(call.sid, before=body.before)
    return bodies.OlderMessages(messages=list(found.messages), more=found.more)


# --- signs ------------------------------------------------------------------------------------
@events.on("room.react", rule=inside("rooms", "react"))
async def react(call: Call, body: bodies.React) -> Nothing:
    """Show a sign to everybody for a moment."""
    _rooms(call).talk.react(call.sid, body.reaction)
    return Nothing()


@events.on("room.lost", rule=inside("rooms", "say_lost"))
async def lost(call: Call, body: Nothing) -> Nothing:
    """Tell the hosts that one more cannot follow; they do not hear who."""
    await _rooms(call).talk.lose(call.sid)
    return body


# --- polls ------------------------------------------------------------------------------------
@events.on("poll.create", rule=inside("rooms", "make_poll"))
async def create(call: Call, body: bodies.NewPoll) -> PollView:
    """As a host: make a poll, as a draft or open at once."""
    wish = Wish(
        kind=body.kind,
        question=body.question,
        options=body.options,
        anonymous=body.anonymous,
        live=body.live,
        open=body.open,
    )
    return await _rooms(call).polls.create(call.sid, wish)


@events.on("poll.open", rule=inside("rooms", "open_poll"))
async def open_poll(call: Call, body: bodies.PollOnly) -> PollView:
    """As a host: ask a draft."""
    return await _rooms(call).polls.open(call.sid, PollId(body.poll))


@events.on("poll.close", rule=inside("rooms", "close_poll"))
async def close(call: Call, body: bodies.PollOnly) -> PollView:
    """As a host: take no more answers."""
    return await _rooms(call).polls.close(call.sid, PollId(body.poll))


@events.on("poll.share", rule=inside("rooms", "share_poll"))
async def share(call: Call, body: bodies.PollOnly) -> PollView:
    """As a host: show the result to everybody."""
    return await _rooms(call).polls.share(call.sid, PollId(body.poll))


@events.on("poll.discard", rule=inside("rooms", "discard_poll"))
async def discard(call: Call, body: bodies.PollOnly) -> Nothing:
    """As a host: throw a draft away."""
    await _rooms(call).polls.discard(call.sid, PollId(body.poll))
    return Nothing()


@events.on("poll.answer", rule=inside("rooms", "answer_poll"))
async def answer(call: Call, body: bodies.Answer) -> MyAnswer:
    """Answer a poll that is open, or change what you answered."""
    return await _rooms(call).polls.answer(
        call.sid, PollId(body.poll), choices=body.choices, text=body.text
    )


@events.on("poll.list", rule=inside("rooms", "list_polls"))
async def listed(call: Call, body: bodies.PollsWanted) -> bodies.PollList:
    """All polls as you may see them; ask again when you have become a host."""
    return bodies.PollList(polls=_rooms(call).polls.listed(call.sid, stage=body.stage))


@events.on("poll.results", rule=inside("rooms", "read_results"))
async def results(call: Call, body: bodies.PollOnly) -> bodies.PollResults:
    """What was answered, as far as you may see it."""
    return bodies.results(await _rooms(call).polls.results(call.sid, PollId(body.poll)))


def _rooms(call: Call) -> Rooms:
    return call.app[ROOMS]


async def personal(sockets: Sockets, sid: Sid, told: news.TalkPersonal) -> None:
    match told:
        case news.PrivateMessage():
            await sockets.emit(PRIVATE, told, to=sid)
        case news.PollChanged():
            await sockets.emit(POLL, told, to=sid)
        case news.DraftGone():
            await sockets.emit(GONE, told, to=sid)
        case news.Answered():
            await sockets.emit(ANSWERED, told, to=sid)
        case news.LostCount():
            await sockets.emit(LOST, told, to=sid)
