"""What a class has to tell: changes in their order, of everything else the newest, in batches.

It cannot grow: changes go out as fast as they come, a batch at a time; who speaks and what layers
are wanted is replaced by what is newer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from vtp.edge.sockets.channels import Sid
from vtp.ids import MeetingId
from vtp.rooms.facts import AnyEvent, ParticipantId
from vtp.rooms.news import Audience, Codec, Layer, Personal, Speaking, Wanted
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
        self._speaking: Speaking | None = None
        # For each participant the newest of each kind; kept for those who are away.
        self._personal: dict[ParticipantId, dict[object, Personal]] = {}
        self._leaving: list[Sid] = []
        self._telling = False

    def changed(self, events: Iterable[AnyEvent]) -> None:
        self._events.extend(events)
        self.wake()

    def speaking(self, speaking: Speaking) -> None:
        self._speaking = speaking
        self.wake()

    def personal(self, participant_id: ParticipantId, news: Personal) -> None:
        self._personal.setdefault(participant_id, {})[_about(news)] = news
        self.wake()

    def leaving(self, sid: Sid) -> None:
        """This socket still hears what happened until now, and nothing after that."""
        self._leaving.append(sid)
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
            or self._speaking
            or self._leaving
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
        speaking, self._speaking = self._speaking, None
        if events:
            await self._audience.events(self._meeting_id, events)
        for sid in leaving:
            await self._audience.leave(sid, self._meeting_id)
        if speaking is not None:
            await self._audience.speaking(speaking)
        for participant_id in list(self._personal):
            if (here := self._where(participant_id)) is not None:
                for news in self._personal.pop(participant_id).values():
                    await self._audience.personal(here, news)


def _about(news: Personal) -> object:
    """News about the same thing replace each other."""
    match news:
        case Wanted(track=track):
            return Wanted, track
        case Layer(consumer=consumer):
            return Layer, consumer
        case Codec(replaces=replaces):
            return Codec, replaces
