"""What a class has to tell: changes in their order, of everything else the newest, in batches.

It cannot grow: changes go out as fast as they come, a batch at a time; who speaks and what layers
are wanted is replaced by what is newer; of reactions a number is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from vtp.edge.sockets.channels import Sid
from vtp.ids import MeetingId
from vtp.rooms.facts import AnyEvent, ParticipantId
from vtp.rooms.news import (
    Answered,
    Asked,
    AtTheDoor,
    Audience,
    Codec,
    Common,
    DraftGone,
    Layer,
    LostCount,
    NotNow,
    Personal,
    PollChanged,
    PrivateMessage,
    Reacted,
    Speaking,
    Tallied,
    WaitOver,
    Wanted,
)
from vtp.rooms.talk.reactions import Gathered, Reaction
from vtp.tasks import Tasks


class Outbox:
    def __init__(
        self,
        meeting_id: MeetingId,
        audience: Audience,
        *,
        interval: float,
        tasks: Tasks,
        where: Callable[[ParticipantId], Sid | None],
    ) -> None:
        self._meeting_id = meeting_id
        self._audience = audience
        self._interval = interval  # s in which changes are collected
        self._tasks = tasks
        self._where = where
        self._events: list[AnyEvent] = []
        self._common: dict[object, Common] = {}  # the newest about each thing
        self._reactions = Gathered()
        # For each participant the newest of each kind; kept for those who are away.
        self._personal: dict[ParticipantId, dict[object, Personal]] = {}
        self._leaving: list[Sid] = []
        # For those who wait outside; each is answered once.
        self._answers: list[tuple[Sid, WaitOver]] = []
        self._telling = False

    def changed(self, events: Iterable[AnyEvent]) -> None:
        self._events.extend(events)
        self.wake()

    def common(self, news: Common) -> None:
        self._common[_about(news)] = news
        self.wake()

    def reaction(self, participant_id: ParticipantId, reaction: Reaction) -> None:
        self._reactions.add(participant_id, reaction)
        self.wake()

    def personal(self, participant_id: ParticipantId, news: Personal) -> None:
        self._personal.setdefault(participant_id, {})[_about(news)] = news
        self.wake()

    def leaving(self, sid: Sid) -> None:
        """This socket still hears what happened until now, and nothing after that."""
        self._leaving.append(sid)
        self.wake()

    def wait_over(self, sid: Sid, news: WaitOver) -> None:
        self._answers.append((sid, news))
        self.wake()

    def forget(self, participant_id: ParticipantId) -> None:
        self._personal.pop(participant_id, None)

    def wake(self) -> None:
        """There is something to tell, or somebody to tell it to."""
        if not self._telling and self._ready():
            self._telling = True
            self._tasks.start("rooms.news", self._tell())

    def _ready(self) -> bool:
        return bool(
            self._events
            or self._common
            or self._reactions
            or self._leaving
            or self._answers
            or any(self._where(one) is not None for one in self._personal)
        )

    async def _tell(self) -> None:
        try:
            while self._ready():
                await asyncio.sleep(self._interval)
                await self._round()
        finally:
            self._telling = False

    async def _round(self) -> None:
        events, self._events = self._events, []
        leaving, self._leaving = self._leaving, []
        common, self._common = self._common, {}
        answers, self._answers = self._answers, []
        if events:
            await self._audience.events(self._meeting_id, events)
        for sid in leaving:
            await self._audience.leave(sid, self._meeting_id)
        for sid, answer in answers:
            await self._audience.wait_over(sid, answer)
        for one in common.values():
            await self._audience.common(one)
        if reactions := self._reactions.take():
            await self._audience.common(Reacted(meeting=self._meeting_id, reactions=reactions))
        for participant_id in list(self._personal):
            if (here := self._where(participant_id)) is not None:
                for news in self._personal.pop(participant_id).values():
                    await self._audience.personal(here, news)


def _about(news: Personal | Common) -> object:
    """News about the same thing replace each other."""
    about: object = None
    match news:
        case Wanted(track=about) | Layer(consumer=about) | DraftGone(poll=about):
            pass
        case Codec(source=source) | Asked(source=source):
            about = source
        case NotNow(participant=participant, source=source):
            about = participant, source
        case PrivateMessage(message=message):
            about = message.id
        case PollChanged(poll=poll):
            about = poll.id
        case Answered(answer=answer):
            about = answer.poll
        case Tallied(tally=tally):
            about = tally.poll
        case Speaking() | AtTheDoor() | LostCount() | Reacted():
            pass
    return type(news), about
