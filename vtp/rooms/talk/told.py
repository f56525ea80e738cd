"""Whom a change of the conversation is told beside everybody, and as what."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from vtp.ids import MeetingId
from vtp.rooms import news
from vtp.rooms.talk import effects, polls
from vtp.rooms.talk.effects import TalkEffect


class Tells(Protocol):
    """What this needs of a meeting."""

    id: MeetingId

    def tell_all(self, told: news.Common) -> None: ...

    def tell_person(self, user_id: UUID, told: news.Personal) -> None: ...

    def tell_hosts(self, told: news.Personal) -> None: ...


def carry_out(meeting: Tells, effect: TalkEffect) -> None:
    match effect:
        case effects.Whisper(message):
            told = news.PrivateMessage(meeting=meeting.id, message=message)
            for user_id in {message.author, *([message.to.user_id] if message.to else [])}:
                meeting.tell_person(user_id, told)
        case effects.ShowPoll(poll):
            shown = polls.view(poll, hosts=True)
            meeting.tell_hosts(news.PollChanged(meeting=meeting.id, poll=shown))
        case effects.ForgetDraft(poll_id):
            meeting.tell_hosts(news.DraftGone(meeting=meeting.id, poll=poll_id))
        case effects.ShowTally(poll):
            meeting.tell_all(news.Tallied(meeting=meeting.id, tally=polls.tally(poll)))
        case effects.ShowLost(count):
            meeting.tell_hosts(news.LostCount(meeting=meeting.id, lost=count))
