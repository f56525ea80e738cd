"""The pages of recordings: watch one, and the list of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from aiohttp import web

from vtp.actor import Actor, Role
from vtp.attendance.api import WATCHING, ProgressView
from vtp.attendance.api import view as progress_view
from vtp.edge.html import PAGES
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.ids import RecordingId
from vtp.recordings.api import RECORDINGS, RecordingView, view

_OVERSEERS = (Role.ADMIN, Role.MANAGER)

routes = Routes("pages")

_HTML: dict[str, Any] = {"produces": "text/html", "described": False}


class Watched(RecordingView, frozen=True, kw_only=True):
    """What the page is made with."""

    host: bool
    progress: ProgressView


@routes.get(
    "/watch/{id}",
    rule=owner(*_OVERSEERS, noun="recordings", right="see_page", keys=False),
    **_HTML,
)
async def watch(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """A recording to be watched, while it goes on too."""
    recordings = request.app[RECORDINGS]
    seen = await recordings.studio.seen(actor, RecordingId(id))
    progress = await request.app[WATCHING].mine(actor, seen.recording.id)
    shown = Watched(
        **msgspec.structs.asdict(view(seen.recording)),
        host=seen.role == "host",
        progress=progress_view(progress),
    )
    room_id = seen.recording.room_id
    titles = await recordings.studio.stage.titles([room_id])
    return await request.app[PAGES].render(
        request,
        "watch.html",
        recording={"title": seen.recording.title, "room": titles.get(room_id, "")},
        watched=msgspec.json.encode(shown).decode(),
    )
