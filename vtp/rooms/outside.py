"""What a class works with, and who is told of what is sent in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from vtp import settings
from vtp.attendance.service import Attendance
from vtp.clock import Clock
from vtp.ids import MeetingId
from vtp.recordings.port import Sent
from vtp.rooms.media import Plane
from vtp.rooms.news import Audience
from vtp.rooms.state import Now
from vtp.tasks import Tasks


class Recorded(Protocol):
    """Who keeps what is sent (`vtp.recordings`); each returns at once."""

    def track_began(self, meeting_id: MeetingId, sent: Sent) -> None: ...

    def track_ended(self, meeting_id: MeetingId, track_id: str) -> None: ...

    def track_changed(self, meeting_id: MeetingId, sent: Sent) -> None:
        """Whose it is became staff, or is no more."""

    def track_held(self, meeting_id: MeetingId, track_id: str, *, paused: bool) -> None: ...

    def speaks(self, meeting_id: MeetingId, participant_id: str | None) -> None:
        """Who is shown as the speaker now."""

    def kept_large(self, meeting_id: MeetingId, participants: Collection[str]) -> None:
        """Whom staff show to everybody now, with all their devices."""

    def meeting_ended(self, meeting_id: MeetingId) -> None: ...


@dataclass(frozen=True, slots=True)
class Outside:
    """What a class works with."""

    clock: Clock
    options: settings.Rooms
    attendance: Attendance
    plane: Plane
    audience: Audience
    tasks: Tasks
    recorded: Recorded

    def now(self) -> Now:
        return Now(self.clock.now(), self.clock.monotonic())
