"""/library: the files of a teacher, and each of them to be watched."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import only, owner
from vtp.ids import MediaId
from vtp.library.api.asking import LIBRARY, VIEWERS
from vtp.library.api.shapes import file_path, poster_path
from vtp.library.model import Media
from vtp.library.port import Viewed
from vtp.library.rights import TEACHERS

routes = Routes("pages")

_PLAYED = frozenset({"video", "audio"})


class Shown(Struct, frozen=True, forbid_unknown_fields=True):
    """The page reads its filters from the address by itself."""

    q: Annotated[str, Meta(max_length=200)] = ""
    kind: Annotated[str, Meta(max_length=20)] = ""
    unused: Annotated[str, Meta(max_length=5)] = ""


@routes.get("/library", rule=only(*TEACHERS, noun="media", right="see_library", keys=False), **HTML)
async def library(request: web.Request, query: Shown) -> web.Response:
    """What one has put into the library, and what is on its way."""
    del query
    return await request.app[PAGES].render(request, "library.html")


class Film(Struct, frozen=True, kw_only=True):
    """Where it is; without `streams` only as it was sent."""

    file: str | None
    poster: str | None
    streams: bool
    sound: bool  # and nothing else


class Watched(Struct, frozen=True, kw_only=True):
    """What the page is made with: as that of a recording."""

    id: MediaId
    title: str
    state: str
    seconds: float
    started_at: datetime
    made: list[str]
    host: bool
    progress: Viewed
    film: Film


@routes.get(
    "/library/{id}",
    rule=owner(Role.ADMIN, Role.MANAGER, noun="media", right="see_page", keys=False),
    **HTML,
)
async def watch(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """A video to be watched; what is none is opened as it is."""
    media = await request.app[LIBRARY].shelf.get(actor, MediaId(id))
    if media.kind not in _PLAYED:
        return see_other(media.link or f"/api/v1/media/{id}/file")
    return await request.app[PAGES].render(
        request, "watch.html", **await player(request, actor, media)
    )


async def player(request: web.Request, actor: Actor, media: Media) -> dict[str, Any]:
    """What the player of a video begins with; courses show it among their items too."""
    shown = Watched(
        id=media.id,
        title=media.title,
        # It plays as it is before its sizes are there.
        state={"ready": "ready", "failed": "failed"}.get(media.state, "processing"),
        seconds=media.seconds or 0.0,
        started_at=media.created_at,
        made=["storyboard"] if media.filmed else [],
        host=await request.app[LIBRARY].shelf.changes(actor, media),
        progress=await request.app[VIEWERS].viewed(actor, media),
        film=Film(
            file=file_path(media),
            poster=poster_path(media),
            streams=media.filmed,
            sound=media.kind == "audio",
        ),
    )
    return {
        "recording": {"title": media.title, "room": media.owner_name},
        "film": True,
        "watched": msgspec.json.encode(shown).decode(),
    }
