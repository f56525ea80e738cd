"""Reactions: a few signs that everybody sees for a moment. Only their number is kept. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated, Final, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

Reaction = Literal["thumbs_up", "heart", "idea", "laugh", "party"]
REACTIONS: Final[tuple[Reaction, ...]] = get_args(Reaction)

# In one batch: a large class needs no more to see what it thinks.
MOST_TOLD: Final = 60


class Given(msgspec.Struct, frozen=True, kw_only=True):
    participant: UUID
    reaction: Reaction
    count: Annotated[int, Meta(description="Since the batch before.", examples=[1])]


class Gathered:
    """What is told next: together, and never more than a screen can show."""

    def __init__(self) -> None:
        self._given: Counter[tuple[UUID, Reaction]] = Counter()

    def __bool__(self) -> bool:
        return bool(self._given)

    def add(self, participant_id: UUID, reaction: Reaction) -> None:
        key = (participant_id, reaction)
        if key in self._given or len(self._given) < MOST_TOLD:
            self._given[key] += 1

    def take(self) -> list[Given]:
        given, self._given = self._given, Counter()
        return [
            Given(participant=participant_id, reaction=reaction, count=count)
            for (participant_id, reaction), count in given.items()
        ]


Counts = Counter[tuple[datetime, Reaction]]


def minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
