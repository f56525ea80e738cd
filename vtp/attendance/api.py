"""/api/v1/progress: what one has seen of recordings, and where one stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, field

from vtp.actor import Actor
from vtp.attendance.problems import TooMuchSeen
from vtp.attendance.seen_shapes import (
    ID,
    OVERSEERS,
    Id,
    Seconds,
    SeenIn,
    SeenView,
    Stretch,
    fields_of,
    ms,
    report_of,
    spans,
)
from vtp.attendance.service.watching import Progress, Watching
from vtp.attendance.stirs import Stirred
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.errors import NotFound
from vtp.ids import RecordingId

WATCHING: web.AppKey[Watching] = web.AppKey("watching", Watching)

Turn = Annotated[int, Meta(ge=0, le=2_000_000_000, examples=[12])]

routes = Routes("progress")


class ProgressIn(SeenIn, frozen=True, forbid_unknown_fields=True, kw_only=True):
    recording_id: Id
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
    ] = field(default_factory=list)
    slow: Annotated[
        list[Seconds], Meta(max_length=50, description="Where a slower speed was chosen.")
    ] = field(default_factory=list)
    again: Annotated[
        list[Stretch],
        Meta(max_length=200, description="Of `seen`, what had been seen before."),
    ] = field(default_factory=list)


class ProgressView(SeenView, frozen=True, kw_only=True):
    recording_id: Annotated[RecordingId, Meta(examples=[ID])]


def view(progress: Progress) -> ProgressView:
    return ProgressView(recording_id=progress.recording_id, **fields_of(progress))


@routes.post(
    "/api/v1/progress",
    rule=owner(*OVERSEERS, noun="progress", right="report", writes=True),
    errors=(NotFound, TooMuchSeen),
)
async def report(request: web.Request, actor: Actor, body: ProgressIn) -> ProgressView:
    """Say what of a recording was played, and where you are: every five seconds, and on leaving.

    Reports may come late, twice, and in any order. Nothing counts as seen faster than three times
    as fast as the time in which the recording was open.
    """
    said = report_of(body, _stirred(body))
    made = await request.app[WATCHING].report(actor, RecordingId(body.recording_id), said)
    return view(made)


def _stirred(body: ProgressIn) -> Stirred | None:
    if body.turn is None:
        return None
    return Stirred(
        turn=body.turn,
        back=[ms(at) for at in body.back],
        slow=[ms(at) for at in body.slow],
        again=spans(body.again),
    )


@routes.get("/api/v1/progress", rule=signed_in("progress", "list"), errors=(BadCursor,))
async def listed(request: web.Request, actor: Actor, query: Paged) -> Page[ProgressView]:
    """Your progress in all recordings, what you watched last first."""
    found = await request.app[WATCHING].lately(
        actor, before=after(query.cursor, tuple[datetime, UUID]), limit=query.limit + 1
    )
    shown = page(found, limit=query.limit, key=lambda one: (one.watched_at, one.recording_id))
    return shown.each(view)


@routes.get("/api/v1/progress/{id}", rule=owner(*OVERSEERS, noun="progress", right="read"))
async def read(request: web.Request, actor: Actor, id: Id) -> ProgressView:
    """Your progress in one recording."""
    return view(await request.app[WATCHING].mine(actor, RecordingId(id)))
