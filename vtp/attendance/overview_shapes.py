"""What goes out of the route of the overview. Shares are between 0 and 1."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from vtp.attendance.policy import Mark, Policy
from vtp.attendance.sentences import Say, sentence
from vtp.attendance.service.overviews import (
    Attended,
    Contested,
    Learnt,
    Lesson,
    Overview,
    State,
    Taught,
)

_ID = "01981c5e-9a10-7c3e-8f00-000000000001"
Id = Annotated[UUID, Meta(examples=[_ID])]
Rule = Annotated[str, Meta(examples=["below 75 % after at least 4 classes"])]


class DayView(Struct, frozen=True, kw_only=True):
    session_id: Id
    course_id: Id
    course: str
    title: str
    starts_at: datetime
    ends_at: datetime
    state: Annotated[
        State, Meta(description="`none`: it ended, and nobody has called its register.")
    ]
    marks: Annotated[dict[Mark, int], Meta(description="How many have each.")]


class OpenContestView(Struct, frozen=True, kw_only=True):
    session_id: Id
    user_id: Id
    name: str
    text: str
    at: datetime


class RiskView(Struct, frozen=True, kw_only=True):
    user_id: Id
    name: str
    so_far: float
    reachable: float


class PointView(Struct, frozen=True, kw_only=True):
    session_id: Id
    starts_at: datetime
    share: Annotated[float, Meta(description="What its marks are worth on average.")]


class TaughtView(Struct, frozen=True, kw_only=True):
    course_id: Id
    title: str
    held: int
    coming: int
    average: float | None
    trend: list[PointView]
    at_risk: list[RiskView]
    rule: Rule


class AttendedView(Struct, frozen=True, kw_only=True):
    session_id: Id
    title: str
    starts_at: datetime
    ends_at: datetime
    mark: Mark
    sentence: Annotated[str, Meta(examples=["In the whole time."])]
    final: bool
    makes_up_until: Annotated[
        datetime | None, Meta(description="Until then watching its recording mends the mark.")
    ]


class LearntView(Struct, frozen=True, kw_only=True):
    course_id: Id
    title: str
    so_far: Annotated[float | None, Meta(description="Of what is final.")]
    reachable: float
    coming: int
    classes: Annotated[list[AttendedView], Meta(description="The newest first.")]


class OverviewView(Struct, frozen=True, kw_only=True):
    days: Annotated[list[DayView], Meta(description="Classes that you teach, around today.")]
    unconfirmed: Annotated[list[DayView], Meta(description="Provisional, until you confirm.")]
    contests: Annotated[list[OpenContestView], Meta(description="Nobody answered them yet.")]
    taught: list[TaughtView]
    learnt: list[LearntView]


def overview_view(found: Overview, say: Say) -> OverviewView:
    teaching = found.teaching
    return OverviewView(
        days=[_day(one) for one in teaching.lessons],
        unconfirmed=[_day(one) for one in teaching.unconfirmed],
        contests=[_contest(one) for one in teaching.contests],
        taught=[_taught(one, say) for one in teaching.taught],
        learnt=[_learnt(one, say) for one in found.learning],
    )


def _day(one: Lesson) -> DayView:
    planned = one.planned
    return DayView(
        session_id=planned.id,
        course_id=planned.course_id,
        course=planned.course,
        title=planned.title,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        state=one.state,
        marks=dict(one.counts),
    )


def _contest(one: Contested) -> OpenContestView:
    return OpenContestView(
        session_id=one.planned.id,
        user_id=one.person.user_id,
        name=one.person.name,
        text=one.said.text,
        at=one.said.at,
    )


def _taught(one: Taught, say: Say) -> TaughtView:
    course = one.yours.course
    return TaughtView(
        course_id=course.id,
        title=course.title,
        held=one.held,
        coming=one.coming,
        average=one.average,
        trend=[
            PointView(session_id=known.id, starts_at=known.starts_at, share=share)
            for known, share in one.trend
        ],
        at_risk=[
            RiskView(
                user_id=person.user_id,
                name=person.name,
                so_far=stands.so_far or 0.0,
                reachable=stands.reachable,
            )
            for person, stands in one.risks
        ],
        rule=rule(one.policy, say),
    )


def rule(policy: Policy, say: Say) -> str:
    return say("mark.rule", share=round(policy.at_risk_below * 100), count=policy.at_risk_after)


def _learnt(one: Learnt, say: Say) -> LearntView:
    course = one.yours.course
    return LearntView(
        course_id=course.id,
        title=course.title,
        so_far=one.standing.so_far,
        reachable=one.standing.reachable,
        coming=one.coming,
        classes=[_attended(known, say) for known in one.classes],
    )


def _attended(one: Attended, say: Say) -> AttendedView:
    planned = one.planned
    return AttendedView(
        session_id=planned.id,
        title=planned.title,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        mark=one.marked.mark,
        sentence=sentence(one.marked, ZoneInfo(planned.time_zone), say),
        final=one.final,
        makes_up_until=one.chance.until if one.chance else None,
    )
