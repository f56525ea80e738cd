"""What goes in and out of the routes of registers. Lengths are seconds, shares between 0 and 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from vtp.attendance.policy import Mark
from vtp.attendance.register import Marked, moment
from vtp.attendance.sentences import Say, sentence
from vtp.attendance.service.matrices import Matrix, Row
from vtp.attendance.service.registers import Line, Sheet, State
from vtp.attendance.stretches import Span
from vtp.attendance.strips import MARK_OF, NOT_EXPECTED

_ID = "01981c5e-9a10-7c3e-8f00-000000000001"
_MS = 1000
Id = Annotated[UUID, Meta(examples=[_ID])]
Why = Annotated[str, Meta(min_length=1, max_length=500, examples=["Exam elsewhere"])]
Text = Annotated[str, Meta(min_length=1, max_length=1000, examples=["My bus was late."])]
Between = Annotated[list[tuple[datetime, datetime]], Meta(max_length=1000)]


class MarkIn(Struct, frozen=True, forbid_unknown_fields=True):
    mark: Mark
    why: Why


class ContestIn(Struct, frozen=True, forbid_unknown_fields=True):
    text: Text


class FactsView(Struct, frozen=True, kw_only=True):
    required: Annotated[float, Meta(description="What counted of the class.")]
    present: Annotated[float, Meta(description="Of what was required.")]
    late: float
    early: float
    first_in: datetime | None
    last_out: datetime | None
    gaps: Annotated[Between, Meta(description="Longer than a reconnect.")]
    reconnects: list[float]
    devices: Annotated[int, Meta(description="At the same time, at the most.")]


class OverrideView(Struct, frozen=True, kw_only=True):
    mark: Mark
    why: str
    at: datetime


class CaughtView(Struct, frozen=True, kw_only=True):
    at: datetime
    share: Annotated[float, Meta(description="Of the recording, live and watched together.")]


class ContestView(Struct, frozen=True, kw_only=True):
    text: str
    at: datetime
    answer: str | None
    answered_at: datetime | None


class LineView(Struct, frozen=True, kw_only=True):
    user_id: Id
    name: str
    mark: Annotated[Mark, Meta(description="The one that holds.")]
    computed: Mark
    sentence: Annotated[str, Meta(examples=["In from 18:12:04, 12 min late; 40 of 52 min."])]
    facts: FactsView
    there: Annotated[Between, Meta(description="When sound or pictures reached them.")]
    caught: Annotated[CaughtView | None, Meta(description="They made it up.")]
    override: OverrideView | None
    contest: ContestView | None


class SheetView(Struct, frozen=True, kw_only=True):
    session_id: Id
    course_id: Id
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    state: State
    final_at: datetime
    policy_version: Annotated[int, Meta(description="0: what every course begins with.")]
    taught: Annotated[
        tuple[datetime, datetime] | None,
        Meta(description="From the first of who teaches; null: nobody did."),
    ]
    outages: Annotated[Between, Meta(description="Ours; they count for nobody.")]
    breaks: Annotated[
        list[tuple[datetime, datetime | None]],
        Meta(max_length=20, description="By staff; null: it goes on."),
    ]
    items: list[LineView]


class CellView(Struct, frozen=True, kw_only=True):
    session_id: Id
    mark: Mark
    overridden: bool


class RowView(Struct, frozen=True, kw_only=True):
    user_id: Id
    name: str
    marks: list[CellView]
    so_far: Annotated[float | None, Meta(description="Of what is final.")]
    reachable: Annotated[float, Meta(description="With every class that is still to come.")]
    at_risk: bool


class HeldView(Struct, frozen=True, kw_only=True):
    session_id: Id
    title: str
    starts_at: datetime
    ends_at: datetime
    state: Literal["provisional", "final"]


class MatrixView(Struct, frozen=True, kw_only=True):
    course_id: Id
    classes: list[HeldView]
    coming: Annotated[int, Meta(description="Classes that are planned.")]
    average: float | None
    rule: Annotated[
        str,
        Meta(description="Who is at risk.", examples=["below 75 % after at least 4 classes"]),
    ]
    items: list[RowView]


def sheet_view(sheet: Sheet, say: Say) -> SheetView:
    planned, register = sheet.planned, sheet.register
    zone = ZoneInfo(planned.time_zone)
    return SheetView(
        session_id=planned.id,
        course_id=planned.course_id,
        title=planned.title,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        time_zone=planned.time_zone,
        state=sheet.state,
        final_at=register.final_at,
        policy_version=register.policy_version,
        taught=None if register.taught is None else _moments(register.taught),
        outages=[_moments(one) for one in register.outages],
        breaks=list(sheet.breaks),
        items=[_line(one, zone, say) for one in sheet.lines],
    )


def _line(line: Line, zone: ZoneInfo, say: Say) -> LineView:
    marked = line.marked
    return LineView(
        user_id=line.person.user_id,
        name=line.person.name,
        mark=marked.mark,
        computed=marked.computed,
        sentence=sentence(marked, zone, say),
        facts=_facts(marked),
        there=[_moments(one) for one in line.there],
        caught=CaughtView(at=marked.caught.at, share=marked.caught.share)
        if marked.caught
        else None,
        override=_override(marked),
        contest=_contest(marked),
    )


def _facts(marked: Marked) -> FactsView:
    facts = marked.facts
    return FactsView(
        required=facts.need / _MS,
        present=facts.present / _MS,
        late=facts.late / _MS,
        early=facts.early / _MS,
        first_in=None if facts.first_in is None else moment(facts.first_in),
        last_out=None if facts.last_out is None else moment(facts.last_out),
        gaps=[_moments(one) for one in facts.gaps],
        reconnects=[one / _MS for one in facts.reconnects],
        devices=facts.devices,
    )


def _override(marked: Marked) -> OverrideView | None:
    given = marked.override
    return OverrideView(mark=given.mark, why=given.why, at=given.at) if given else None


def _contest(marked: Marked) -> ContestView | None:
    said = marked.contest
    if said is None:
        return None
    return ContestView(text=said.text, at=said.at, answer=said.answer, answered_at=said.answered_at)


def _moments(span: Span) -> tuple[datetime, datetime]:
    return moment(span[0]), moment(span[1])


def matrix_view(matrix: Matrix, say: Say) -> MatrixView:
    policy = matrix.policy.policy
    # Made once for each class and mark, not for each student.
    cells = [
        {
            letter: CellView(session_id=one.id, mark=mark, overridden=letter.isupper())
            for letter, mark in MARK_OF.items()
        }
        for one in matrix.held
    ]
    return MatrixView(
        course_id=matrix.yours.course.id,
        classes=[
            HeldView(
                session_id=one.id,
                title=one.title,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                state="final" if one.id in matrix.final else "provisional",
            )
            for one in matrix.held
        ],
        coming=len(matrix.coming),
        average=matrix.average,
        rule=say("mark.rule", share=round(policy.at_risk_below * 100), count=policy.at_risk_after),
        items=[_row(one, cells) for one in matrix.rows],
    )


def _row(row: Row, cells: Sequence[Mapping[str, CellView]]) -> RowView:
    return RowView(
        user_id=row.person.user_id,
        name=row.person.name,
        marks=[
            cells[place][letter]
            for place, letter in enumerate(row.strip.letters)
            if letter != NOT_EXPECTED
        ],
        so_far=row.standing.so_far,
        reachable=row.standing.reachable,
        at_risk=row.at_risk,
    )
