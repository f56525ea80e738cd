"""What the API of analytics says, and what is asked of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from vtp.analytics.model import Active, By, Connection, Kind, Passage, Play, Quality, Step
from vtp.analytics.tables import late_of, taught_of
from vtp.edge.paging import Paged, after

_At = Annotated[datetime, Meta(tz=True)]
_Seconds = Annotated[float, Meta(examples=[3120.0])]
_Count = Annotated[int, Meta(examples=[42])]


class Range(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The last seven days, where nothing else is said."""

    since: _At | None = None
    until: Annotated[_At | None, Meta(description="Not of it any more.")] = None
    course_id: UUID | None = None


class Zoned(Range, frozen=True, forbid_unknown_fields=True, kw_only=True):
    zone: Annotated[str, Meta(max_length=64, examples=["Europe/Lisbon"])] = "UTC"


class Parted(Range, frozen=True, forbid_unknown_fields=True, kw_only=True):
    by: Annotated[By, Meta(description="In what they are alike.")] = "connection"


class PagedRange(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    since: _At | None = None
    until: _At | None = None
    course_id: UUID | None = None


class ClassesQuery(PagedRange, frozen=True, forbid_unknown_fields=True, kw_only=True):
    step: Annotated[Step, Meta(description="How far they came; `late` began late.")] = "planned"


class ClassesFile(Range, frozen=True, forbid_unknown_fields=True, kw_only=True):
    step: Step = "planned"


class PlaysQuery(PagedRange, frozen=True, forbid_unknown_fields=True, kw_only=True):
    by: By | None = None
    name: Annotated[
        str,
        Meta(max_length=64, pattern=r"^[^\x00]*$", description="Of the part that `by` names."),
    ] = ""


class PlaysFile(Range, frozen=True, forbid_unknown_fields=True, kw_only=True):
    by: By | None = None
    name: Annotated[str, Meta(max_length=64, pattern=r"^[^\x00]*$")] = ""


class ActiveView(Struct, frozen=True, kw_only=True):
    """Somebody who was in a class, or watched a recording."""

    id: UUID
    name: str
    guest: Annotated[bool, Meta(description="Without an account.")]
    classes: _Count
    there_s: Annotated[float, Meta(description="In classes; two devices at once count once.")]
    recordings: Annotated[int, Meta(description="Watched, the last time within the range.")]
    last_at: datetime


class FiguresView(Struct, frozen=True, kw_only=True):
    """Of classes that ended within the range, and of people who were active in it."""

    people: Annotated[int, Meta(description="Who was in a class or watched, each once.")]
    planned: _Count
    held: Annotated[int, Meta(description="Somebody taught.")]
    punctual: Annotated[int, Meta(description="Taught from at most 5 min after the plan on.")]
    recorded: _Count
    watched: Annotated[int, Meta(description="Of a recording of it somebody saw something.")]
    finished: Annotated[int, Meta(description="Somebody saw it to the end.")]
    taught_s: _Seconds
    recorded_s: _Seconds
    watched_s: Annotated[float, Meta(description="Of recordings, each second of a person once.")]


class HeldView(Struct, frozen=True):
    """Bytes, as they are now."""

    recorded: int
    made: int
    library: int
    free: int


class UsageView(Struct, frozen=True, kw_only=True):
    """What was used, beside as much time just before."""

    since: datetime
    until: datetime
    now: FiguresView
    before: FiguresView
    storage: HeldView


class PointView(Struct, frozen=True):
    """The most people in classes at once within a step, and when that was."""

    since: datetime
    people: int
    at: datetime


class TogetherView(Struct, frozen=True, kw_only=True):
    """People in classes at once."""

    step_s: int
    points: list[PointView]
    before: Annotated[list[PointView], Meta(description="Of as much time just before.")]


class HourView(Struct, frozen=True):
    """Meetings that went on in an hour of a day of the week; those without any are left out."""

    weekday: Annotated[int, Meta(description="Monday is 1.", examples=[1])]
    hour: int
    meetings: int


class HoursView(Struct, frozen=True):
    items: list[HourView]


class PassageView(Struct, frozen=True, kw_only=True):
    """What became of a class that was planned."""

    id: UUID
    course_id: UUID
    course: str
    title: str
    starts_at: datetime
    ends_at: datetime
    began_at: Annotated[datetime | None, Meta(description="Null: nobody taught.")]
    late_s: int | None
    taught_s: float
    recordings: int
    recorded_s: float
    watched_by: int
    finished_by: int
    watched_s: float


class QualityView(Struct, frozen=True, kw_only=True):
    """How well many plays arrived, together."""

    name: str
    plays: int
    people: int
    watched_s: float
    stalled_s: float
    stall_share: Annotated[float | None, Meta(description="Stood still, of all that time.")]
    stalls: int
    startup_ms: Annotated[int | None, Meta(description="Half of them began sooner.")]
    startup_slow_ms: Annotated[int | None, Meta(description="Nineteen of twenty began sooner.")]
    height: Annotated[float | None, Meta(description="Mean, of the time in which it was known.")]
    lost: Annotated[float | None, Meta(description="Of the packets that were sent.")]
    rtt_ms: int | None
    broken: int


class DayView(Struct, frozen=True):
    since: datetime
    watched_s: float
    stalled_s: float


class StreamsView(Struct, frozen=True, kw_only=True):
    """How well classes and recordings arrived."""

    together: QualityView | None
    items: list[QualityView]
    days: list[DayView]


class PlayView(Struct, frozen=True, kw_only=True):
    """One page that played."""

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


class RowCursor(Struct, frozen=True, array_like=True):
    """Where a list goes on: when, and which."""

    at: _At
    id: UUID


def before(cursor: str) -> tuple[datetime, UUID] | None:
    place = after(cursor, RowCursor)
    return (place.at, place.id) if place else None


def passage_view(one: Passage) -> PassageView:
    return PassageView(
        id=one.id,
        course_id=one.course_id,
        course=one.course,
        title=one.title,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        began_at=one.began_at,
        late_s=late_of(one),
        taught_s=taught_of(one),
        recordings=one.recordings,
        recorded_s=one.recorded_s,
        watched_by=one.watched_by,
        finished_by=one.finished_by,
        watched_s=one.watched_s,
    )


def quality_view(one: Quality) -> QualityView:
    return QualityView(
        name=one.name,
        plays=one.plays,
        people=one.people,
        watched_s=one.watched_s,
        stalled_s=one.stalled_s,
        stall_share=stall_share(one.watched_s, one.stalled_s),
        stalls=one.stalls,
        startup_ms=one.startup_ms,
        startup_slow_ms=one.startup_slow_ms,
        height=one.height,
        lost=one.lost,
        rtt_ms=one.rtt_ms,
        broken=one.broken,
    )


def active_view(one: Active) -> ActiveView:
    return ActiveView(**{name: getattr(one, name) for name in ActiveView.__struct_fields__})


def play_view(one: Play) -> PlayView:
    return PlayView(**{name: getattr(one, name) for name in PlayView.__struct_fields__})


def stall_share(watched_s: float, stalled_s: float) -> float | None:
    """Of the time in which somebody wanted to see something."""
    whole = watched_s + stalled_s
    return stalled_s / whole if whole > 0 else None
