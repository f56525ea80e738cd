"""The values of what administrators look at: a range of time, figures, and the rows below them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

Connection = Literal["wired", "wifi", "mobile", "slow", "other", "unknown"]
By = Literal["connection", "browser", "network", "kind"]
# How far a class came.
Step = Literal["planned", "held", "recorded", "watched", "finished", "late"]
Kind = Literal["class", "recording"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """From `since` until before `until`; of one course, or of all."""

    since: datetime
    until: datetime
    course_id: UUID | None = None

    @property
    def length(self) -> timedelta:
        return self.until - self.since

    def before(self) -> Wanted:
        """As long, and just before."""
        return Wanted(self.since - self.length, self.since, self.course_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """Somebody who was in a class, or watched a recording; a guest has no account."""

    id: UUID
    name: str
    guest: bool
    classes: int
    there_s: float  # in classes, united over devices
    recordings: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counted from the rows of classes, meetings and recordings."""

    people: int
    planned: int
    held: int
    punctual: int
    recorded: int
    watched: int
    finished: int
    taught_s: float
    recorded_s: float
    watched_s: float


@dataclass(frozen=True, slots=True)
class Point:
    """The most people who were in classes at once, within a stretch of time, and when."""

    since: datetime
    people: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Hour:
    """How many meetings went on in an hour of a day of the week (ISO: Monday is 1)."""

    weekday: int
    hour: int
    meetings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What became of a class that was planned."""

    id: UUID
    course_id: UUID
    course: str
    title: str
    starts_at: datetime
    ends_at: datetime
    began_at: datetime | None
    taught_until: datetime | None
    recordings: int
    recorded_s: float
    watched_by: int
    finished_by: int
    watched_s: float


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes, by what they are of."""

    recorded: int
    made: int
    library: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a page says of its own playing: all since it was opened, so the last one counts."""

    id: UUID
    kind: Kind
    of: UUID
    startup_ms: int | None
    watched_ms: int
    stalled_ms: int
    stalls: int
    height_ms: int
    sized_ms: int
    changes: int
    received: int
    lost: int
    rtt_ms: int | None
    broken: bool
    connection: Connection


@dataclass(frozen=True, slots=True)
class Seat:
    """From where it was told: the family of the browser, and the network without the person."""

    browser: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Of many plays together."""

    name: str
    plays: int
    people: int
    watched_s: float
    stalled_s: float
    stalls: int
    startup_ms: int | None  # half of them began sooner
    startup_slow_ms: int | None  # nineteen of twenty began sooner
    height: float | None
    lost: float | None  # share of what was sent
    rtt_ms: int | None
    broken: int


@dataclass(frozen=True, slots=True)
class Day:
    """Seconds played and stood still, of what began on a day."""

    since: datetime
    watched_s: float
    stalled_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One page that played, for those who look at the rows."""

    id: UUID
    user_id: UUID | None
    name: str | None
    kind: Kind
    of: UUID
    title: str
    began_at: datetime
    startup_ms: int | None
    watched_s: float
    stalled_s: float
    stalls: int
    height: float | None
    changes: int
    lost: float | None
    rtt_ms: int | None
    broken: bool
    browser: str
    network: str
    connection: Connection
