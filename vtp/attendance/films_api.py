"""/api/v1/media/{id}/progress: what one has seen of a video or heard of a sound of the library."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from msgspec import Meta

from vtp.actor import Actor
from vtp.attendance.problems import TooMuchSeen
from vtp.attendance.seen_shapes import (
    ID,
    OVERSEERS,
    Id,
    SeenIn,
    SeenView,
    fields_of,
    report_of,
)
from vtp.attendance.service.viewing import FilmProgress, Viewing
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import NotFound
from vtp.ids import MediaId

VIEWING: web.AppKey[Viewing] = web.AppKey("viewing", Viewing)

routes = Routes("progress")


class FilmProgressIn(SeenIn, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was played of a video of the library."""


class FilmProgressView(SeenView, frozen=True, kw_only=True):
    media_id: Annotated[MediaId, Meta(examples=[ID])]


def view(progress: FilmProgress) -> FilmProgressView:
    return FilmProgressView(media_id=progress.media_id, **fields_of(progress))


@routes.post(
    "/api/v1/media/{id}/progress",
    rule=owner(*OVERSEERS, noun="progress", right="report_film", writes=True),
    errors=(NotFound, TooMuchSeen),
)
async def report(
    request: web.Request, actor: Actor, id: Id, body: FilmProgressIn
) -> FilmProgressView:
    """Say what of a video was played, and where you are, by the rules of recordings.

    When another file takes its place, what was seen of it begins anew; who was done stays done.
    """
    return view(await request.app[VIEWING].report(actor, MediaId(id), report_of(body)))


@routes.get(
    "/api/v1/media/{id}/progress", rule=owner(*OVERSEERS, noun="progress", right="read_film")
)
async def read(request: web.Request, actor: Actor, id: Id) -> FilmProgressView:
    """Your progress in one video."""
    return view(await request.app[VIEWING].mine(actor, MediaId(id)))
