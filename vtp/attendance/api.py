"""/api/v1/progress: what one has seen of recordings, and where one stopped."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.attendance.problems import TooMuchSeen
from vtp.attendance.seen import Report
from vtp.attendance.service.watching import Progress, Watching
from vtp.attendance.stirs import Stirred
from vtp.attendance.stretches import Span, total
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.errors import NotFound
from vtp.ids import RecordingId

WATCHING: web.AppKey[Watching] = web.AppKey("watching", Watching)

_OVERSEERS = (Role.ADMIN, Role.MANAGER)
_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_AT = "2026-03-12T19:04:31Z"
_MONTH = 30 * 24 * 3600
_MS = 1000

Id = Annotated[UUID, Meta(examples=[_ID])]
# Two days and more: no recording is as long.
Seconds = Annotated[float, Meta(ge=0, le=200_000, examples=[1930.2])]
Stretch = tuple[Seconds, Seconds]
Turn = Annotated[int, Meta(ge=0, le=2_000_000_000, examples=[12])]

routes = Routes("progress")


class ProgressIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    recording_id: Id
    visit: Annotated[
        UUID,
        Meta(
            description="Made by you when you open the recording. Tell it at once, with nothing "
            "seen: its time counts from then on.",
            examples=[_ID],
        ),
    ]
    position: Annotated[Seconds, Meta(description="Where you are on the recording.")]
    seen: Annotated[
        list[Stretch],
        Meta(
            max_length=200,
            description="What was played: from, to. Saying it again changes nothing.",
            examples=[[[1925.2, 1930.2]]],
        ),
    ] = []
    age: Annotated[
        float,
        Meta(
            ge=0,
            le=_MONTH,
            description="How many seconds ago this was so, for what waited for a network.",
            examples=[0],
        ),
    ] = 0
    turn: Annotated[
        Turn | None,
        Meta(
            description="The how-manieth report of this visit: what follows is counted once for "
            "each, of all people together. Without it nothing of that is counted.",
        ),
    ] = None
    back: Annotated[
        list[Seconds],
        Meta(max_length=50, description="Where jumps back ended.", examples=[[1720.0]]),
    ] = []
    slow: Annotated[
        list[Seconds], Meta(max_length=50, description="Where a slower speed was chosen.")
    ] = []
    again: Annotated[
        list[Stretch],
        Meta(max_length=200, description="Of `seen`, what had been seen before."),
    ] = []


class ProgressView(Struct, frozen=True, kw_only=True):
    recording_id: Annotated[RecordingId, Meta(examples=[_ID])]
    position: Annotated[float, Meta(description="Where you stopped.", examples=[1930.2])]
    seen: Annotated[list[tuple[float, float]], Meta(examples=[[[724.0, 1930.2]]])]
    seconds: Annotated[
        float, Meta(description="How much you have seen; each second once.", examples=[1206.2])
    ]
    completed_at: Annotated[
        datetime | None,
        Meta(description="When nine tenths had been seen; the very end is forgiven."),
    ]
    watched_at: Annotated[datetime | None, Meta(examples=[_AT])]


def view(progress: Progress) -> ProgressView:
    return ProgressView(
        recording_id=progress.recording_id,
        position=progress.position / _MS,
        seen=[(start / _MS, end / _MS) for start, end in progress.seen],
        seconds=total(progress.seen) / _MS,
        completed_at=progress.completed_at,
        watched_at=progress.watched_at,
    )


@routes.post(
    "/api/v1/progress",
    rule=owner(*_OVERSEERS, noun="progress", right="report", writes=True),
    errors=(NotFound, TooMuchSeen),
)
async def report(request: web.Request, actor: Actor, body: ProgressIn) -> ProgressView:
    """Say what of a recording was played, and where you are: every five seconds, and on leaving.

    Reports may come late, twice, and in any order. Nothing counts as seen faster than three times
    as fast as the time in which the recording was open.
    """
    said = Report(
        visit=body.visit,
        seen=_spans(body.seen),
        position=round(body.position * _MS),
        age=timedelta(seconds=body.age),
        stirred=_stirred(body),
    )
    made = await request.app[WATCHING].report(actor, RecordingId(body.recording_id), said)
    return view(made)


def _stirred(body: ProgressIn) -> Stirred | None:
    if body.turn is None:
        return None
    return Stirred(
        turn=body.turn,
        back=[round(at * _MS) for at in body.back],
        slow=[round(at * _MS) for at in body.slow],
        again=_spans(body.again),
    )


def _spans(told: list[Stretch]) -> tuple[Span, ...]:
    return tuple((round(start * _MS), round(end * _MS)) for start, end in told)


@routes.get("/api/v1/progress", rule=signed_in("progress", "list"), errors=(BadCursor,))
async def listed(request: web.Request, actor: Actor, query: Paged) -> Page[ProgressView]:
    """Your progress in all recordings, what you watched last first."""
    found = await request.app[WATCHING].lately(
        actor, before=after(query.cursor, tuple[datetime, UUID]), limit=query.limit + 1
    )
    shown = page(found, limit=query.limit, key=lambda one: (one.watched_at, one.recording_id))
    return Page([view(one) for one in shown.items], shown.next)


@routes.get("/api/v1/progress/{id}", rule=owner(*_OVERSEERS, noun="progress", right="read"))
async def read(request: web.Request, actor: Actor, id: Id) -> ProgressView:
    """Your progress in one recording."""
    return view(await request.app[WATCHING].mine(actor, RecordingId(id)))
