"""What goes out of the routes of insights. Times are seconds since the class was to begin."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from vtp.analytics import curves
from vtp.analytics.confusion import CROWD, SIGNS, Point, Sign
from vtp.analytics.curves import BUCKET, Step
from vtp.analytics.needing import Needs, Why
from vtp.analytics.service.insights import ClassInsight, CourseInsight, Line, Place
from vtp.analytics.store.lessons import Counted
from vtp.analytics.taking import Part, Together
from vtp.attendance.service.matrices import Row
from vtp.courses.model import ClassSession
from vtp.ids import ClassId, CourseId, RecordingId, UserId

_ID = "01981c5e-9a10-7c3e-8f00-000000000001"
_MS = 1000

Id = Annotated[UUID, Meta(examples=[_ID])]
Share = Annotated[float | None, Meta(description="Between 0 and 1; null: nothing to divide by.")]
Rate = Annotated[float | None, Meta(description="For each hour that somebody was there.")]


class CrowdView(Struct, frozen=True, kw_only=True):
    at: int
    live: Annotated[int, Meta(description="Received it in class from then on.")]
    later: Annotated[int, Meta(description="Watch that moment on a recording.")]


class LostView(Struct, frozen=True, kw_only=True):
    at: int
    people: int
    rate: Annotated[
        float | None,
        Meta(description=f"Signs for each who saw it; null below {CROWD} people."),
    ]
    above: Annotated[float | None, Meta(description="Above the median of this class.")]


class PlaceView(Struct, frozen=True, kw_only=True):
    start: int
    end: int
    people: int
    went_back: int
    seen_again: Annotated[float, Meta(description="Seconds.")]
    slowed_down: int
    said_lost: int
    questions: int
    chapter: str
    recording_id: UUID | None
    recording_at: Annotated[float | None, Meta(description="Seconds on that recording.")]


class PartakerView(Struct, frozen=True, kw_only=True):
    user_id: UserId
    name: str
    live: Annotated[float, Meta(description="Seconds of what was taught.")]
    seen: Annotated[float, Meta(description="Seconds, live or on a recording, each once.")]
    polls_asked: Annotated[int, Meta(description="With names, while they were there.")]
    polls_answered: int
    messages: int
    hands: int
    spoke: Annotated[float, Meta(description="Seconds.")]


class PartakingView(Struct, frozen=True, kw_only=True):
    live: int
    later_only: int
    seen: Share
    caught_up: int
    below_half: int
    answers: Share
    messages: Rate
    hands: Rate
    spoke: Annotated[float | None, Meta(description="Hours of speech for each hour there.")]


class ClassInsightView(Struct, frozen=True, kw_only=True):
    session_id: ClassId
    title: str
    starts_at: datetime
    length: Annotated[float, Meta(description="Seconds, as it was planned; until now, live.")]
    taught: float
    viewers: Annotated[list[CrowdView], Meta(description="Where their number changes.")]
    median: Annotated[float, Meta(description="Of the rates of this class.")]
    lost: Annotated[list[LostView], Meta(description=f"Each {BUCKET // _MS} seconds.")]
    places: list[PlaceView]
    together: PartakingView
    students: list[PartakerView]
    reactions: dict[str, int]


class RecordingInsightView(Struct, frozen=True, kw_only=True):
    session_id: Annotated[ClassId | None, Meta(description="Null: it is of no class.")]
    curve: Annotated[
        list[tuple[float, float]],
        Meta(
            description="Seconds on the recording, and signs for each who saw it, above the median."
        ),
    ]
    places: Annotated[list[PlaceView], Meta(description="Those that are on this recording.")]
    hidden: Annotated[bool, Meta(description=f"No moment was seen by {CROWD} people.")]


class CountedView(Struct, frozen=True, kw_only=True):
    session_id: ClassId
    title: str
    starts_at: datetime
    expected: int
    live: int
    later: Annotated[int, Meta(description="Watched some of a recording.")]
    share: Annotated[float | None, Meta(description="Of what was required of all, received live.")]
    messages: int
    hands: int
    lost: Annotated[int, Meta(description='How often "I am lost" was said.')]


class NeedsView(Struct, frozen=True, kw_only=True):
    user_id: UserId
    name: str
    so_far: Share
    why: Annotated[
        list[Why],
        Meta(
            description="`attendance`: below what the course asks for; `unseen`: of their last "
            "three classes at least two of which they saw less than half."
        ),
    ]
    lately: list[float]


class CourseInsightView(Struct, frozen=True, kw_only=True):
    course_id: CourseId
    classes: list[CountedView]
    needing: list[NeedsView]


def class_view(found: ClassInsight) -> ClassInsightView:
    return ClassInsightView(
        session_id=found.planned.id,
        title=found.planned.title,
        starts_at=found.planned.starts_at,
        length=found.length / _MS,
        taught=found.taught / _MS,
        viewers=[_step(one) for one in found.steps],
        median=found.lost.median,
        lost=[_point(one) for one in found.lost.points],
        places=[_place(one) for one in found.places],
        together=_together(found.together),
        students=[_line(one) for one in found.lines],
        reactions=dict(found.reactions),
    )


def recording_view(found: ClassInsight | None, id: RecordingId) -> RecordingInsightView:
    if found is None:
        return RecordingInsightView(session_id=None, curve=[], places=[], hidden=True)
    on = (
        (curves.on_recording(found.laid, one.at * BUCKET), one.above) for one in found.lost.points
    )
    return RecordingInsightView(
        session_id=found.planned.id,
        curve=[
            (place[1] / _MS, round(above, 3))
            for place, above in on
            if place is not None and place[0] == id and above is not None
        ],
        places=[_place(one) for one in found.places if one.recording and one.recording[0] == id],
        hidden=found.lost.hidden,
    )


def course_view(found: CourseInsight) -> CourseInsightView:
    return CourseInsightView(
        course_id=found.yours.course.id,
        classes=[_counted(*one) for one in found.classes],
        needing=[_needs(*one) for one in found.needing],
    )


def _step(one: Step) -> CrowdView:
    return CrowdView(at=one.at, live=one.live, later=one.later)


def _point(one: Point) -> LostView:
    return LostView(at=one.at * BUCKET // _MS, people=one.people, rate=one.rate, above=one.above)


def _place(one: Place) -> PlaceView:
    found, signs = one.found, _signs(one)
    return PlaceView(
        start=found.start * BUCKET // _MS,
        end=found.end * BUCKET // _MS,
        people=found.people,
        went_back=signs["back"],
        seen_again=signs["again"] / _MS,
        slowed_down=signs["slow"],
        said_lost=signs["lost"],
        questions=signs["question"],
        chapter=one.chapter,
        recording_id=one.recording[0] if one.recording else None,
        recording_at=one.recording[1] / _MS if one.recording else None,
    )


def _signs(one: Place) -> dict[Sign, int]:
    return {sign: one.found.signs.get(sign, 0) for sign in SIGNS}


def _together(one: Together) -> PartakingView:
    return PartakingView(
        live=one.live,
        later_only=one.later_only,
        seen=one.seen,
        caught_up=one.caught_up,
        below_half=one.below_half,
        answers=one.answers,
        messages=one.messages,
        hands=one.hands,
        spoke=one.spoke,
    )


def _line(line: Line) -> PartakerView:
    part: Part = line.part
    return PartakerView(
        user_id=line.person.user_id,
        name=line.person.name,
        live=part.live / _MS,
        seen=part.seen / _MS,
        polls_asked=part.asked,
        polls_answered=part.answered,
        messages=part.messages,
        hands=part.hands,
        spoke=part.spoke / _MS,
    )


def _counted(planned: ClassSession, one: Counted) -> CountedView:
    return CountedView(
        session_id=planned.id,
        title=planned.title,
        starts_at=planned.starts_at,
        expected=one.expected,
        live=one.live,
        later=one.later,
        share=one.share,
        messages=one.messages,
        hands=one.hands,
        lost=one.lost,
    )


def _needs(row: Row, needs: Needs) -> NeedsView:
    return NeedsView(
        user_id=row.person.user_id,
        name=row.person.name,
        so_far=needs.case.so_far,
        why=list(needs.why),
        lately=list(needs.case.lately),
    )
