"""/api/v1/videos: the videos of the library, for players and programs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from vtp.actor import Actor, Role
from vtp.edge.paging import BadCursor, Page, Paged, page
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.errors import NotFound
from vtp.ids import MediaId
from vtp.library.api.asking import LIBRARY
from vtp.library.api.media import wanted
from vtp.library.api.shapes import (
    Id,
    MediaQuery,
    MediaView,
    StreamView,
    Views,
    file_path,
    media_view,
    poster_path,
)
from vtp.library.model import Media
from vtp.library.problems import NotReady

routes = Routes("videos")

_OVERSEERS = (Role.ADMIN, Role.MANAGER)


class VideosQuery(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    q: Annotated[str, Meta(max_length=200, description="Words in title, file name or tags.")] = ""
    course: Annotated[UUID | None, Meta(description="Of this course alone.")] = None
    tag: Annotated[str, Meta(max_length=40)] = ""
    everywhere: Annotated[
        bool, Meta(description="Of everybody, for who looks after the whole school.")
    ] = False


async def _video(request: web.Request, actor: Actor, id: UUID) -> Media:
    media = await request.app[LIBRARY].shelf.get(actor, MediaId(id))
    if media.kind != "video":
        raise NotFound
    return media


@routes.get("/api/v1/videos", rule=signed_in("videos", "list"), errors=(BadCursor,))
async def listed(request: web.Request, actor: Actor, query: VideosQuery) -> Page[MediaView]:
    """The videos that you put into the library, and those of your courses, newest first."""
    asked = MediaQuery(kind="video", **msgspec.structs.asdict(query))
    found = await request.app[LIBRARY].shelf.listed(actor, wanted(asked))
    return page(found, limit=query.limit, key=lambda one: one.id).each(media_view)


@routes.get("/api/v1/videos/{id}", rule=owner(*_OVERSEERS, noun="videos", right="read"))
async def read(request: web.Request, actor: Actor, id: Id) -> MediaView:
    """One video."""
    return media_view(await _video(request, actor, id))


@routes.get(
    "/api/v1/videos/{id}/stream",
    rule=owner(*_OVERSEERS, noun="videos", right="stream"),
    errors=(NotReady,),
)
async def stream(request: web.Request, actor: Actor, id: Id) -> StreamView:
    """Where a player finds it."""
    media = await _video(request, actor, id)
    url = file_path(media)
    if url is None:
        raise NotReady
    return StreamView(
        url=url,
        hls=f"/api/v1/videos/{id}/hls/master.m3u8" if media.filmed else None,
        dash=f"/api/v1/videos/{id}/dash/manifest.mpd" if media.filmed else None,
        content_type=media.content_type,
        poster=poster_path(media),
        seconds=media.seconds,
    )


@routes.post(
    "/api/v1/videos/{id}/views", rule=owner(*_OVERSEERS, noun="videos", right="view", writes=True)
)
async def view(request: web.Request, actor: Actor, id: Id) -> Views:
    """Say that somebody begins to watch it."""
    await _video(request, actor, id)
    return Views(views=await request.app[LIBRARY].shelf.view(actor, MediaId(id)))
