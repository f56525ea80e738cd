"""/api/v1/recordings/{id}/poster: the picture of a recording, and which one that is."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta

from vtp.actor import Actor, Role
from vtp.edge.bodies import chunks, require_type
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import NotFound
from vtp.ids import RecordingId
from vtp.media.pack.ladder import NothingToSee
from vtp.media.pack.picture import REFUSALS
from vtp.recordings.api import RECORDINGS, Input
from vtp.recordings.problems import NotYoursToRecord, StillRecording
from vtp.recordings.service.posters import ACCEPTED, MAX_BYTES

_OVERSEERS = (Role.ADMIN, Role.MANAGER)
_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
# It is replaced when another one is chosen, so whoever keeps it asks whether it is the same.
_ASK_AGAIN = "private, no-cache"

Id = Annotated[UUID, Meta(examples=[_ID])]

routes = Routes("recordings")
_CHANGES = owner(*_OVERSEERS, noun="recordings", right="set_poster", writes=True)


class MomentIn(Input, frozen=True, kw_only=True):
    at: Annotated[
        float, Meta(ge=0, le=864_000, description="Seconds on the recording.", examples=[612.5])
    ]


@routes.get(
    "/api/v1/recordings/{id}/poster",
    rule=owner(*_OVERSEERS, noun="recordings", right="read"),
    produces="image/jpeg",
)
async def poster(request: web.Request, actor: Actor, id: Id) -> web.FileResponse:
    """A picture of it: JPEG, or WebP where a host sent one."""
    _, path = await request.app[RECORDINGS].workshop.file(actor, RecordingId(id), "poster")
    if not await asyncio.to_thread(path.is_file):
        raise NotFound
    kind = "image/webp" if path.suffix == ".webp" else "image/jpeg"
    return web.FileResponse(path, headers={"Content-Type": kind, "Cache-Control": _ASK_AGAIN})


@routes.post(
    "/api/v1/recordings/{id}/poster",
    rule=_CHANGES,
    status=204,
    errors=(NotYoursToRecord, StillRecording, NothingToSee),
)
async def choose(request: web.Request, actor: Actor, id: Id, body: MomentIn) -> None:
    """Take what is seen at a moment: the shared screen, else the camera."""
    await request.app[RECORDINGS].posters.moment(actor, RecordingId(id), body.at)


@routes.put(
    "/api/v1/recordings/{id}/poster",
    rule=_CHANGES,
    status=204,
    consumes=ACCEPTED,
    errors=(NotYoursToRecord, StillRecording, *REFUSALS),
)
async def send(request: web.Request, actor: Actor, id: Id) -> None:
    """Take a picture of your own, of up to 8 MiB, drawn anew."""
    require_type(request, *ACCEPTED)
    sent = chunks(request, limit=MAX_BYTES)
    await request.app[RECORDINGS].posters.picture(actor, RecordingId(id), sent)


@routes.delete(
    "/api/v1/recordings/{id}/poster",
    rule=_CHANGES,
    status=204,
    errors=(NotYoursToRecord, StillRecording),
)
async def let_go(request: web.Request, actor: Actor, id: Id) -> None:
    """Let one be found again; your own goes."""
    await request.app[RECORDINGS].posters.by_itself(actor, RecordingId(id))
