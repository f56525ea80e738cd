"""How the conversation of a class changes, beside `vtp.rooms.turns`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import msgspec

from vtp.rooms import facts
from vtp.rooms.problems import NoSuchMessage, NoSuchPoll
from vtp.rooms.talk import moves as c
from vtp.rooms.talk import polls
from vtp.rooms.talk.messages import SHOWN_AT_ONCE, WHISPERS_KEPT, Message, erased
from vtp.rooms.talk.polls import Poll, PollId
from vtp.rooms.talk.state import LOST_FOR, Talk, put


class Draft(Protocol):
    """What this needs of the draft of a state."""

    talk: Talk

    @property
    def ticks(self) -> float: ...

    def tell(self, event: Callable[..., facts.AnyEvent], **fields: Any) -> None: ...


def say(draft: Draft, move: c.Say) -> None:
    message, talk = move.message, draft.talk
    newest = message.id if talk.newest is None else max(message.id, talk.newest)
    if message.to is not None:
        whispers = put(talk.whispers, message, most=WHISPERS_KEPT)
        draft.talk = replace(talk, whispers=whispers, newest=newest)
        return
    messages = put(talk.messages, message, most=SHOWN_AT_ONCE)
    older = talk.older or len(talk.messages) == SHOWN_AT_ONCE
    draft.talk = replace(talk, messages=messages, older=older, newest=newest)
    draft.tell(facts.MessageSaid, message=message)


def erase(draft: Draft, move: c.Erase) -> None:
    """What is not at hand any more is told all the same: somebody may look at it."""
    found = draft.talk.message(move.message_id)
    if found is not None:
        _forget(draft, found, move)
    if found is None or found.to is None:
        draft.tell(facts.MessageDeleted, message_id=move.message_id, by=move.by)


def _forget(draft: Draft, found: Message, move: c.Erase) -> None:
    if found.deleted is not None:
        raise NoSuchMessage
    draft.talk = replace(
        draft.talk,
        messages=tuple(_without(one, found, move) for one in draft.talk.messages),
        whispers=tuple(_without(one, found, move) for one in draft.talk.whispers),
    )


def _without(one: Message, gone: Message, move: c.Erase) -> Message:
    """Also not in the quotes of those who answered."""
    if one.id == gone.id:
        return erased(one, move.by)
    if one.reply is not None and one.reply.id == gone.id:
        return msgspec.structs.replace(one, reply=msgspec.structs.replace(one.reply, text=""))
    return one


def put_poll(draft: Draft, move: c.PutPoll) -> None:
    was, now = draft.talk.polls.get(move.poll.id), move.poll
    draft.talk = replace(draft.talk, polls={**draft.talk.polls, now.id: now})
    if was is not None and was.stage == "draft" and now.stage == "open":
        draft.tell(facts.PollOpened, poll=polls.view(now, hosts=False))
    if was is not None and was.stage == "open" and now.stage == "closed":
        draft.tell(facts.PollClosed, poll=polls.view(now, hosts=False))
    if was is not None and was.shared_at is None and now.shared_at is not None:
        draft.tell(facts.PollShared, poll=polls.view(now, hosts=False))


def drop_draft(draft: Draft, move: c.DropDraft) -> None:
    kept = {key: one for key, one in draft.talk.polls.items() if key != move.poll_id}
    draft.talk = replace(draft.talk, polls=kept)


def answer(draft: Draft, move: c.Answer) -> None:
    now = polls.answered(poll_of(draft.talk, move.poll_id), move.voter, move.ballot)
    draft.talk = replace(draft.talk, polls={**draft.talk.polls, now.id: now})


def lose(draft: Draft, move: c.Lose) -> None:
    until = draft.ticks + LOST_FOR
    draft.talk = replace(draft.talk, lost={**draft.talk.lost, move.user_id: until})


def found_again(draft: Draft) -> None:
    """Time has passed: who was lost a while ago counts no more."""
    kept = {one: until for one, until in draft.talk.lost.items() if draft.ticks < until}
    if len(kept) != len(draft.talk.lost):
        draft.talk = replace(draft.talk, lost=kept)


def due(talk: Talk, ticks: float) -> bool:
    return any(ticks >= until for until in talk.lost.values())


def poll_of(talk: Talk, poll_id: PollId) -> Poll:
    if (found := talk.polls.get(poll_id)) is None:
        raise NoSuchPoll
    return found


HANDLERS: Mapping[type, Callable[[Any, Any], None]] = {
    c.Say: say,
    c.Erase: erase,
    c.PutPoll: put_poll,
    c.DropDraft: drop_draft,
    c.Answer: answer,
    c.Lose: lose,
}
