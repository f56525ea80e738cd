"""The values of recordings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vtp.ids import MeetingId, RecordingId, RoomId, UserId
from vtp.recordings.kinds import Role, State, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    id: RecordingId
    room_id: RoomId
    meeting_id: MeetingId
    title: str
    state: State
    reason: str
    visibility: Visibility
    started_by: UserId | None
    started_at: datetime
    stopped_at: datetime | None
    seconds: float
    bytes: int
    deleted_at: datetime | None

    @property
    def goes_on(self) -> bool:
        return self.state in {"recording", "paused"}


@dataclass(frozen=True, slots=True)
class Pause:
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """And as what one is in its room."""

    recording: Recording
    role: Role


@dataclass(frozen=True, slots=True)
class Chapter:
    at_ms: int  # on the recording
    title: str
