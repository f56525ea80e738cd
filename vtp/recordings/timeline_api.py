"""/api/v1/recordings/{id}/timeline: what happened when, and the chapters that hosts set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.ids import RecordingId
from vtp.recordings import model
from vtp.recordings.api import RECORDINGS, Id, Input
from vtp.recordings.problems import NotYoursToRecord, TwoChaptersAtOnce
from vtp.recordings.service.timeline import Timeline

_OVERSEERS = (Role.ADMIN, Role.MANAGER)
_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"

At = Annotated[float, Meta(description="Seconds on the recording.", examples=[1802.0])]
Name = Annotated[str, Meta(examples=["Ines Carvalho"])]
Title = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
        examples=["The graph method"],
    ),
]

routes = Routes("recordings")


class ChapterView(Struct, frozen=True, kw_only=True):
    at: At
    title: Title


class ChapterIn(Input, frozen=True, kw_only=True):
    at: Annotated[float, Meta(ge=0, le=200_000, examples=[1802.0])]
    title: Title


class ChaptersIn(Input, frozen=True, kw_only=True):
    chapters: Annotated[list[ChapterIn], Meta(max_length=200)]


class Chapters(Struct, frozen=True, kw_only=True):
    chapters: list[ChapterView]


class MessageView(Struct, frozen=True, kw_only=True):
    id: Annotated[UUID, Meta(examples=[_ID])]
    at: At
    person: Annotated[UUID, Meta(examples=[_ID])]
    name: Name
    host: bool
    text: Annotated[str, Meta(examples=["Is ≤ the reason?"])]
    image: Annotated[bool, Meta(description="It came with an image, which is not shown here.")]
    answers: Annotated[str, Meta(description="The name of whom it answers.", examples=["Lars"])]


class PollView(Struct, frozen=True, kw_only=True):
    id: Annotated[UUID, Meta(examples=[_ID])]
    at: At
    question: Annotated[str, Meta(examples=["Ready for the graph?"])]
    options: list[str]
    answered: int
    counts: Annotated[
        list[int] | None, Meta(description="Null where the class was not shown the result.")
    ]


class HandView(Struct, frozen=True, kw_only=True):
    at: At
    name: Name


class TimelineView(Struct, frozen=True, kw_only=True):
    chapters: list[ChapterView]
    messages: Annotated[list[MessageView], Meta(description="To everybody; no private ones.")]
    polls: list[PollView]
    hands: list[HandView]
    voices: Annotated[
        list[tuple[float, float, bool]],
        Meta(
            description="From, to, and whether it was one who hosts.", examples=[[[0.5, 61, True]]]
        ),
    ]


def _chapters(chapters: Sequence[model.Chapter]) -> list[ChapterView]:
    return [ChapterView(at=one.at_ms / 1000, title=one.title) for one in chapters]


def view(timeline: Timeline) -> TimelineView:
    return TimelineView(
        chapters=_chapters(timeline.chapters),
        messages=[
            MessageView(
                id=one.id,
                at=round(at, 2),
                person=one.person,
                name=one.name,
                host=one.host,
                text=one.text,
                image=one.image,
                answers=one.answers,
            )
            for at, one in timeline.messages
        ],
        polls=[
            PollView(
                id=one.id,
                at=round(at, 2),
                question=one.question,
                options=list(one.options),
                answered=one.answered,
                counts=None if one.counts is None else list(one.counts),
            )
            for at, one in timeline.polls
        ],
        hands=[HandView(at=round(at, 2), name=one.name) for at, one in timeline.hands],
        voices=[(round(start, 2), round(end, 2), host) for start, end, host in timeline.voices],
    )


@routes.get(
    "/api/v1/recordings/{id}/timeline",
    rule=owner(*_OVERSEERS, noun="recordings", right="read_timeline"),
)
async def timeline(request: web.Request, actor: Actor, id: Id) -> TimelineView:
    """What happened when: chapters, messages, polls, hands and voices; nothing of pauses."""
    return view(await request.app[RECORDINGS].timelines.get(actor, RecordingId(id)))


@routes.put(
    "/api/v1/recordings/{id}/chapters",
    rule=owner(*_OVERSEERS, noun="recordings", right="set_chapters", writes=True),
    errors=(NotYoursToRecord, TwoChaptersAtOnce),
)
async def chapters(request: web.Request, actor: Actor, id: Id, body: ChaptersIn) -> Chapters:
    """Set all chapters at once, for hosts."""
    made = await request.app[RECORDINGS].timelines.set_chapters(
        actor,
        RecordingId(id),
        [model.Chapter(round(one.at * 1000), one.title.strip()) for one in body.chapters],
    )
    return Chapters(chapters=_chapters(made))
