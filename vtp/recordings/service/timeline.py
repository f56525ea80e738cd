"""What happened when on a recording: chapters, and what is remembered of its class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TypeVar

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import RecordingId
from vtp.recordings import store
from vtp.recordings.model import Chapter, Recording
from vtp.recordings.moments import Moments
from vtp.recordings.port import Memory, Message, Poll, Remembered, Stretch
from vtp.recordings.problems import TwoChaptersAtOnce
from vtp.recordings.service.studio import Studio
from vtp.recordings.store import chapters as chapter_store

T = TypeVar("T")

# s; a voice that is silent for less goes on.
_BREATH = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Each with its seconds on the recording."""

    chapters: Sequence[Chapter]
    messages: Sequence[tuple[float, Message]]
    polls: Sequence[tuple[float, Poll]]
    hands: Sequence[tuple[float, Stretch]]
    voices: Sequence[tuple[float, float, bool]]  # from, to, of a host


class Timelines:
    def __init__(self, db: Database, *, studio: Studio, clock: Clock) -> None:
        self._db = db
        self._studio = studio
        self._clock = clock
        self._memory: Memory | None = None

    def attach(self, memory: Memory) -> None:
        """Classes are there now (`rooms`)."""
        self._memory = memory

    async def get(self, actor: Actor, id: RecordingId) -> Timeline:
        found = (await self._studio.seen(actor, id)).recording
        pauses = await store.pauses(self._db, id=id)
        moments = Moments(found.started_at, [(one.since, one.until) for one in pauses])
        remembered = await self._remembered(found)
        chapters = await chapter_store.of_recording(self._db, id=id)
        return Timeline(
            chapters=chapters,
            messages=_placed(remembered.messages, moments, lambda one: one.at),
            polls=_placed(remembered.polls, moments, lambda one: one.opened_at),
            hands=_placed(remembered.hands, moments, lambda one: one.since),
            voices=_voices(remembered.voices, moments),
        )

    async def _remembered(self, found: Recording) -> Remembered:
        if self._memory is None:
            return Remembered()
        until = found.stopped_at or self._clock.now() + timedelta(seconds=1)
        return await self._memory.remembered(found.meeting_id, since=found.started_at, until=until)

    async def set_chapters(
        self, actor: Actor, id: RecordingId, chapters: Sequence[Chapter]
    ) -> list[Chapter]:
        """All of them at once, in the order of time."""
        found = await self._studio.changeable(actor, id)
        if found.deleted_at is not None:
            raise NotFound
        if len({one.at_ms for one in chapters}) < len(chapters):
            raise TwoChaptersAtOnce
        async with self._db.transaction() as tx:
            await chapter_store.replace(tx, id=id, chapters=chapters)
            await self._studio.wrote(tx, actor, "chapters_changed", id)
        return sorted(chapters, key=lambda one: one.at_ms)


def _placed(
    things: Iterable[T], moments: Moments, when: Callable[[T], datetime]
) -> list[tuple[float, T]]:
    """In the order of the film, and without what happened in pauses."""
    placed = ((moments.at(when(one)), one) for one in things)
    return sorted(((at, one) for at, one in placed if at is not None), key=itemgetter(0))


def _voices(voices: Iterable[Stretch], moments: Moments) -> list[tuple[float, float, bool]]:
    """Breaths taken out: of hosts together, and of all others together."""
    made: list[tuple[float, float, bool]] = []
    for host in (True, False):
        mine = [moments.within(one.since, one.until) for one in voices if one.host is host]
        found: list[tuple[float, float]] = []
        for start, end in sorted(one for one in mine if one is not None):
            if found and start <= found[-1][1] + _BREATH:
                found[-1] = found[-1][0], max(found[-1][1], end)
            else:
                found.append((start, end))
        made.extend((start, end, host) for start, end in found)
    return sorted(made)
