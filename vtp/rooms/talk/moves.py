"""What can be done in the conversation of a class. It is stored before it is done. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from vtp.rooms.talk.messages import Deleter, Message, MessageId
from vtp.rooms.talk.polls import Ballot, Poll, PollId, Voter


@dataclass(frozen=True, slots=True)
class Say:
    message: Message


@dataclass(frozen=True, slots=True)
class Erase:
    message_id: MessageId
    by: Deleter


@dataclass(frozen=True, slots=True)
class PutPoll:
    """A new draft, or a poll that went a step on."""

    poll: Poll


@dataclass(frozen=True, slots=True)
class DropDraft:
    poll_id: PollId


@dataclass(frozen=True, slots=True)
class Answer:
    poll_id: PollId
    voter: Voter
    ballot: Ballot


@dataclass(frozen=True, slots=True)
class Lose:
    """Somebody cannot follow."""

    user_id: UUID


TalkMove = Say | Erase | PutPoll | DropDraft | Answer | Lose
