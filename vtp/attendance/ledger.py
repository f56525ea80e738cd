"""Who is present in which way right now, and what of that has still to be written. Pure.

A span is one stretch of presence of one participant in one way. Time is given; the wall clock may
step, so a span never begins before the last one of its kind has ended, and never ends before it
began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

# Connected; media flows to them; they send; they speak; their hand is up.
Kind = Literal["socket", "media", "microphone", "camera", "screen", "speaking", "hand"]


@dataclass(slots=True, kw_only=True)
class Span:
    id: UUID
    meeting_id: UUID
    participant_id: UUID
    person: UUID  # an account, or a guest
    guest: bool
    kind: Kind
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A span as it is to be written."""

    id: UUID
    meeting_id: UUID
    participant_id: UUID
    person: UUID
    guest: bool
    kind: Kind
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was written of somebody."""

    participant_id: UUID
    kind: Kind
    started_at: datetime
    ended_at: datetime


class Ledger:
    """Bounded: beyond `most_waiting` entries that could not be written, the oldest are lost."""

    def __init__(self, *, new_id: Callable[[], UUID], most_waiting: int) -> None:
        self._new_id = new_id
        self._most_waiting = most_waiting
        self._open: dict[UUID, dict[Kind, Span]] = {}
        # The end of the last span, so that the next one cannot overlap it.
        self._last: dict[UUID, dict[Kind, datetime]] = {}
        self._ended: dict[UUID, Span] = {}
        self.lost = 0

    @property
    def waiting(self) -> int:
        """Spans that have ended and are not written."""
        return len(self._ended)

    def began(
        self,
        meeting_id: UUID,
        participant_id: UUID,
        person: UUID,
        kind: Kind,
        *,
        at: datetime,
        guest: bool = False,
    ) -> None:
        spans = self._open.setdefault(participant_id, {})
        if kind in spans:
            return
        last = self._last.get(participant_id, {}).get(kind)
        started_at = at if last is None else max(at, last)
        spans[kind] = Span(
            id=self._new_id(),
            meeting_id=meeting_id,
            participant_id=participant_id,
            person=person,
            guest=guest,
            kind=kind,
            started_at=started_at,
            seen_at=started_at,
        )

    def ended(self, participant_id: UUID, kind: Kind, *, at: datetime) -> None:
        span = self._open.get(participant_id, {}).pop(kind, None)
        if span is None:
            return
        span.ended_at = span.seen_at = max(at, span.seen_at)
        self._last.setdefault(participant_id, {})[kind] = span.ended_at
        self._ended[span.id] = span
        while len(self._ended) > self._most_waiting:
            del self._ended[next(iter(self._ended))]
            self.lost += 1

    def left(self, participant_id: UUID, *, at: datetime) -> None:
        """All that is open of a participant, who does not come back under this id."""
        for kind in list(self._open.get(participant_id, ())):
            self.ended(participant_id, kind, at=at)
        self._open.pop(participant_id, None)
        self._last.pop(participant_id, None)

    def all_left(self, *, at: datetime) -> None:
        for participant_id in list(self._open):
            self.left(participant_id, at=at)

    def due(self, *, at: datetime) -> list[Entry]:
        """What is to be written now: all that has ended, and that the open ones still are."""
        for spans in self._open.values():
            for span in spans.values():
                span.seen_at = max(at, span.seen_at)
        still = (span for spans in self._open.values() for span in spans.values())
        return [_entry(span) for span in (*self._ended.values(), *still)]

    def written(self, entries: Iterable[Entry]) -> None:
        """These are in the database."""
        for entry in entries:
            if entry.ended_at is not None:
                self._ended.pop(entry.id, None)

    def forget(self, entry: Entry) -> None:
        """It cannot be written, now or ever."""
        self._ended.pop(entry.id, None)
        spans = self._open.get(entry.participant_id, {})
        if (span := spans.get(entry.kind)) is not None and span.id == entry.id:
            del spans[entry.kind]


def _entry(span: Span) -> Entry:
    return Entry(
        span.id,
        span.meeting_id,
        span.participant_id,
        span.person,
        span.guest,
        span.kind,
        span.started_at,
        span.seen_at,
        span.ended_at,
    )
