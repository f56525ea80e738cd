"""What goes in and out of the routes of policies, breaks and catching up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from vtp.attendance.policy import Mark, Policy
from vtp.attendance.sentences import Say, sentence
from vtp.attendance.service.catching import Chance
from vtp.attendance.service.policies import Outlook, Rules
from vtp.attendance.shapes import Id, Why
from vtp.ids import CourseId

Version = Annotated[int, Meta(ge=0, le=1_000_000, description="0: what every course begins with.")]


class PolicyIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    base: Annotated[Version, Meta(description="The version that you saw.")]
    policy: Policy
    also_planned: Annotated[
        bool, Meta(description="Also for classes that are planned already and have not begun.")
    ] = True


class LookIn(Struct, frozen=True, forbid_unknown_fields=True):
    policy: Policy


class RerunIn(Struct, frozen=True, forbid_unknown_fields=True):
    version: Annotated[Version, Meta(description="The newest one, as you saw it.")]
    why: Why


class BreakIn(Struct, frozen=True, forbid_unknown_fields=True):
    since: Annotated[datetime, Meta(examples=["2026-03-12T18:30:00Z"])]
    until: Annotated[
        datetime | None,
        Meta(
            description="Null: it goes on, while its class does.",
            examples=["2026-03-12T18:40:00Z"],
        ),
    ] = None


class BreaksIn(Struct, frozen=True, forbid_unknown_fields=True):
    items: Annotated[list[BreakIn], Meta(max_length=20)]


class WrittenView(Struct, frozen=True, kw_only=True):
    version: Version
    policy: Policy
    at: datetime
    by: str
    also_planned: bool


class RulesView(Struct, frozen=True, kw_only=True):
    course_id: Id
    version: Version
    policy: Annotated[Policy, Meta(description="What holds for classes from now on.")]
    history: Annotated[list[WrittenView], Meta(description="The newest first.")]


class TurnedView(Struct, frozen=True, kw_only=True):
    session_id: Id
    title: str
    starts_at: datetime
    user_id: Id
    name: str
    before: Mark
    after: Mark
    sentence: str


class OutlookView(Struct, frozen=True, kw_only=True):
    course_id: Id
    classes: Annotated[int, Meta(description="That were held and have a register.")]
    marks: int
    items: Annotated[list[TurnedView], Meta(description="Every mark that is another one.")]
    too_old: Annotated[
        int,
        Meta(description="More classes, whose marks stay: who was there is not held any more."),
    ]


class CatchUpView(Struct, frozen=True, kw_only=True):
    session_id: Id
    possible: bool
    until: Annotated[datetime | None, Meta(description="The last moment.")] = None
    worth: Annotated[float | None, Meta(description="What the class counts then.")] = None
    left: Annotated[float | None, Meta(description="Seconds you have not seen.")] = None
    enough: Annotated[float | None, Meta(description="Seconds of them that suffice.")] = None
    recording_id: Id | None = None


def rules_view(course_id: CourseId, rules: Rules) -> RulesView:
    return RulesView(
        course_id=course_id,
        version=rules.newest.number,
        policy=rules.newest.policy,
        history=[
            WrittenView(
                version=one.number,
                policy=one.version.policy,
                at=one.at,
                by=one.by,
                also_planned=one.also_planned,
            )
            for one in rules.history
        ],
    )


def outlook_view(found: Outlook, say: Say) -> OutlookView:
    zone = ZoneInfo(found.yours.course.time_zone)
    return OutlookView(
        course_id=found.yours.course.id,
        classes=found.classes,
        marks=found.marks,
        items=[
            TurnedView(
                session_id=one.planned.id,
                title=one.planned.title,
                starts_at=one.planned.starts_at,
                user_id=one.person.user_id,
                name=one.person.name,
                before=one.before.mark,
                after=one.after.mark,
                sentence=sentence(one.after, zone, say),
            )
            for one in found.turned
        ],
        too_old=found.too_old,
    )


def catch_up_view(session_id: Id, chance: Chance | None) -> CatchUpView:
    if chance is None:
        return CatchUpView(session_id=session_id, possible=False)
    return CatchUpView(
        session_id=session_id,
        possible=True,
        until=chance.until,
        worth=chance.worth,
        left=chance.left / 1000,
        enough=chance.missing / 1000,
        recording_id=chance.recording_id,
    )
