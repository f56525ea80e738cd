"""What a class keeps at hand of its conversation, for those who come in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from vtp.rooms.talk.messages import SHOWN_AT_ONCE, WHISPERS_KEPT, Message, may_see
from vtp.rooms.talk.polls import MyAnswer, Poll, PollId, PollView, my_answer, view

# So long "lost me" counts, and so long the same person is not counted again.
LOST_FOR: Final = 180.0  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The newest messages by their ids; all polls; who is lost and until when."""

    messages: tuple[Message, ...] = ()
    whispers: tuple[Message, ...] = ()
    # Of the newest message that there ever was.
    newest: UUID | None = None
    # Whether there are older messages for everybody than those at hand.
    older: bool = False
    polls: Mapping[PollId, Poll] = field(default_factory=dict)
    lost: Mapping[UUID, float] = field(default_factory=dict)

    def message(self, message_id: UUID) -> Message | None:
        kept = (*self.messages, *self.whispers)
        return next((one for one in kept if one.id == message_id), None)

    def seen_by(self, user_id: UUID) -> list[Message]:
        """The newest that this person may see, in their order."""
        seen = [*self.messages, *(one for one in self.whispers if may_see(one, user_id))]
        seen.sort(key=lambda one: one.id)
        return seen[-SHOWN_AT_ONCE:]

    def more_for(self, user_id: UUID) -> bool:
        """Whether this person can page back."""
        mine = sum(may_see(one, user_id) for one in self.whispers)
        full = len(self.whispers) >= WHISPERS_KEPT
        return self.older or full or len(self.messages) + mine > SHOWN_AT_ONCE

    def views(self, *, hosts: bool) -> list[PollView]:
        """In the order of their making; drafts are for hosts."""
        shown = (one for one in self.polls.values() if hosts or one.stage != "draft")
        return [view(one, hosts=hosts) for one in shown]

    def answers(self, user_id: UUID) -> list[MyAnswer]:
        mine = (my_answer(one, user_id) for one in self.polls.values())
        return [one for one in mine if one is not None]


def put(messages: Iterable[Message], one: Message, *, most: int) -> tuple[Message, ...]:
    """In its place; what was there under its id is replaced."""
    rest = [other for other in messages if other.id != one.id]
    return tuple(sorted([*rest, one], key=lambda message: message.id)[-most:])
