"""What attendance asks of those above it: when people met, and what was recorded of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vtp.attendance.onfilm import Taped
from vtp.ids import MeetingId, RecordingId, RoomId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A meeting in the room of a class; `ended_at` is None while it goes on."""

    id: MeetingId
    started_at: datetime
    ended_at: datetime | None
    outages: tuple[tuple[datetime, datetime], ...]
    # By who hosts it, and not only because everybody had gone.
    closed: bool = False


class Meetings(Protocol):
    async def sittings(
        self, room_id: RoomId, *, since: datetime, until: datetime
    ) -> Sequence[Sitting]:
        """Those that took place in a room in that time, or went on then."""


class Tapes(Protocol):
    async def taped(self, ids: Collection[RecordingId]) -> Sequence[Taped]:
        """Those of these that are ready and for everybody in the class, the earliest first."""
