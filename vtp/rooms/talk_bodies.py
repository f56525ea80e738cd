"""What participants send and are answered when they talk: messages, polls, reactions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from vtp.ids import MeetingId
from vtp.rooms import rights
from vtp.rooms.facts import Participant
from vtp.rooms.service.polls import Results
from vtp.rooms.state import State
from vtp.rooms.talk import messages, polls
from vtp.rooms.talk.messages import Message
from vtp.rooms.talk.polls import Kind, MyAnswer, PollView, Stage
from vtp.rooms.talk.reactions import Reaction

# What is cleaned away may come on top of what is kept.
_TEXT = Meta(max_length=2 * messages.MAX_TEXT, description="Plain text; links are shown as links.")
MessageRef = Annotated[UUID, Meta(description="`id` of a message.")]
PollRef = Annotated[UUID, Meta(description="`id` of a poll.")]


class Input(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Snapshot(Struct, frozen=True, kw_only=True):
    """What was said until now."""

    messages: Annotated[list[Message], Meta(description="The newest 50 that you may see.")]
    more: Annotated[bool, Meta(description="`chat.older` has more.")]
    polls: Annotated[list[PollView], Meta(description="In the order of their making.")]
    answers: Annotated[list[MyAnswer], Meta(description="Yours, to polls that are open.")]
    lost: Annotated[int | None, Meta(description="How many cannot follow just now; for hosts.")]


def snapshot(state: State, me: Participant) -> Snapshot:
    hosts, talk = rights.may_poll(me.role), state.talk
    return Snapshot(
        messages=talk.seen_by(me.user_id),
        more=talk.more_for(me.user_id),
        polls=talk.views(hosts=hosts),
        answers=talk.answers(me.user_id),
        lost=len(talk.lost) if hosts else None,
    )


# --- messages ---------------------------------------------------------------------------------
class Say(Input, frozen=True, kw_only=True):
    text: Annotated[str, _TEXT]
    key: Annotated[UUID, Meta(description="Made by you: what comes again under it is said once.")]
    to: Annotated[
        UUID | None, Meta(description="`user_id` of somebody in the class: only you two see it.")
    ] = None
    reply_to: Annotated[UUID | None, Meta(description="The message that you answer.")] = None
    image: Annotated[
        UUID | None, Meta(description="That you sent over HTTP; the text may be empty then.")
    ] = None


class MessageOnly(Input, frozen=True, kw_only=True):
    message: MessageRef


class OlderThan(Input, frozen=True, kw_only=True):
    before: MessageRef


class OlderMessages(Struct, frozen=True, kw_only=True):
    messages: Annotated[list[Message], Meta(description="In their order, 50 at the most.")]
    more: bool


# --- reactions --------------------------------------------------------------------------------
class React(Input, frozen=True, kw_only=True):
    reaction: Reaction


# --- polls ------------------------------------------------------------------------------------
class NewPoll(Input, frozen=True, kw_only=True):
    kind: Annotated[Kind, Meta(description="`single`, `multiple` or `text`.")]
    question: Annotated[str, Meta(max_length=2 * polls.MAX_QUESTION)]
    options: Annotated[
        list[Annotated[str, Meta(max_length=2 * polls.MAX_OPTION)]],
        Meta(max_length=polls.MAX_OPTIONS, description="2 to 10; none for `text`."),
    ] = []
    anonymous: Annotated[bool, Meta(description="Nobody can find out who answered what.")] = True
    live: Annotated[bool, Meta(description="Everybody sees the result while it grows.")] = False
    open: Annotated[bool, Meta(description="At once; else it stays a draft.")] = False


class PollOnly(Input, frozen=True, kw_only=True):
    poll: PollRef


class Answer(Input, frozen=True, kw_only=True):
    poll: PollRef
    choices: Annotated[
        list[Annotated[int, Meta(ge=0, lt=polls.MAX_OPTIONS)]],
        Meta(max_length=polls.MAX_OPTIONS, description="Places of options from 0."),
    ] = []
    text: Annotated[str, Meta(max_length=2 * polls.MAX_ANSWER)] = ""


class PollsWanted(Input, frozen=True, kw_only=True):
    stage: Annotated[Stage | None, Meta(description="Only those; else all.")] = None


class PollList(Struct, frozen=True, kw_only=True):
    polls: list[PollView]


class GivenAnswer(Struct, frozen=True, kw_only=True):
    """`name` is null where the poll is anonymous or you do not host."""

    name: str | None
    choices: list[int]
    text: str


class PollResults(Struct, frozen=True, kw_only=True):
    poll: PollView
    answers: list[GivenAnswer]


def results(found: Results) -> PollResults:
    answers = [GivenAnswer(name=g.name, choices=g.choices, text=g.text) for g in found.given]
    return PollResults(poll=found.poll, answers=answers)


class PollsOfMeeting(Struct, frozen=True, kw_only=True):
    meeting: MeetingId
    items: list[PollResults]


def of_meeting(meeting_id: MeetingId, found: Sequence[Results]) -> PollsOfMeeting:
    return PollsOfMeeting(meeting=meeting_id, items=[results(one) for one in found])
