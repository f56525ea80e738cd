"""/api/v1/media/{id}/progress: what one has seen of a video or heard of a sound of the library."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.attendance.api import Id, Seconds, Stretch
from vtp.attendance.problems import TooMuchSeen
from vtp.attendance.seen import Report
from vtp.attendance.service.viewing import FilmProgress, Viewing
from vtp.attendance.stretches import total
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import NotFound
from vtp.ids import MediaId

VIEWING: web.AppKey[Viewing] = web.AppKey("viewing", Viewing)

_OVERSEERS = (Role.ADMIN, Role.MANAGER)
_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_AT = "2026-03-12T19:04:31Z"
_MONTH = 30 * 24 * 3600
_MS = 1000

routes = Routes("progress")


class FilmProgressIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    visit: Annotated[
        UUID,
        Meta(
            description="Made by you when you open it. Tell it at once, with nothing seen: its "
            "time counts from then on.",
            examples=[_ID],
        ),
    ]
    position: Annotated[Seconds, Meta(description="Where you are.")]
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
        Meta(ge=0, le=_MONTH, description="How many seconds ago this was so.", examples=[0]),
    ] = 0


class FilmProgressView(Struct, frozen=True, kw_only=True):
    media_id: Annotated[MediaId, Meta(examples=[_ID])]
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


def view(progress: FilmProgress) -> FilmProgressView:
    return FilmProgressView(
        media_id=progress.media_id,
        position=progress.position / _MS,
        seen=[(start / _MS, end / _MS) for start, end in progress.seen],
        seconds=total(progress.seen) / _MS,
        completed_at=progress.completed_at,
        watched_at=progress.watched_at,
    )


@routes.post(
    "/api/v1/media/{id}/progress",
    rule=owner(*_OVERSEERS, noun="progress", right="report_film", writes=True),
    errors=(NotFound, TooMuchSeen),
)
async def report(
    request: web.Request, actor: Actor, id: Id, body: FilmProgressIn
) -> FilmProgressView:
    """Say what of a video was played, and where you are, by the rules of recordings.

    When another file takes its place, what was seen of it begins anew; who was done stays done.
    """
    said = Report(
        visit=body.visit,
        seen=tuple((round(start * _MS), round(end * _MS)) for start, end in body.seen),
        position=round(body.position * _MS),
        age=timedelta(seconds=body.age),
    )
    return view(await request.app[VIEWING].report(actor, MediaId(id), said))


@routes.get(
    "/api/v1/media/{id}/progress", rule=owner(*_OVERSEERS, noun="progress", right="read_film")
)
async def read(request: web.Request, actor: Actor, id: Id) -> FilmProgressView:
    """Your progress in one video."""
    return view(await request.app[VIEWING].mine(actor, MediaId(id)))
