"""/api/v1/recordings/{id}/…: what is made of a recording, and the work on that."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.edge.bodies import require_type, whole
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import NotFound
from vtp.ids import RecordingId
from vtp.recordings import kinds
from vtp.recordings.api import RECORDINGS, Input, WorkView, work_view
from vtp.recordings.captions import MOST_BYTES, NotCaptions, TooManyCaptions
from vtp.recordings.model import AUTOMATIC, Made
from vtp.recordings.problems import NoTranscriber, NotYoursToRecord, StillRecording

_OVERSEERS = (Role.ADMIN, Role.MANAGER)
_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
# They are replaced when they are made again, so whoever keeps one asks whether it is the same.
_ASK_AGAIN = "private, no-cache"

Id = Annotated[UUID, Meta(examples=[_ID])]
Sheet = Annotated[int, Meta(ge=0, le=1_000, examples=[0])]

Language = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$",
        description="As BCP 47 has it.",
        examples=["en"],
    ),
]
_CAPTIONS = ("text/vtt", "application/x-subrip", "text/plain")

routes = Routes("recordings")
_READ = owner(*_OVERSEERS, noun="recordings", right="read")


class CaptionsView(Struct, frozen=True, kw_only=True):
    language: Language
    label: Annotated[str, Meta(examples=["English"])]
    path: Annotated[str, Meta(examples=[f"/api/v1/recordings/{_ID}/captions/en"])]
    automatic: Annotated[bool, Meta(description="A program wrote them.", examples=[False])]


class CaptionsList(Struct, frozen=True, kw_only=True):
    items: list[CaptionsView]
    next: Annotated[str | None, Meta(examples=[None])] = None
    transcriber: Annotated[
        kinds.Transcriber,
        Meta(
            description="Whether work of kind `captions` can write them: `ready`, or what lacks.",
            examples=["ready"],
        ),
    ]


class Labelled(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    label: Annotated[
        str,
        Meta(max_length=60, description="What people choose them by.", examples=["English"]),
    ] = ""


class WorkIn(Input, frozen=True, kw_only=True):
    kind: Annotated[
        kinds.WorkKind,
        Meta(
            description="`pictures`: what browsers cannot play, and then all the rest; `previews`: "
            "poster, storyboard, waveform; `ladder`: smaller sizes; `captions`: what is said; "
            "`movie`, `stage`, `screen` and `sound`: what is downloaded.",
            examples=["ladder"],
        ),
    ]


@routes.post(
    "/api/v1/recordings/{id}/work",
    rule=owner(*_OVERSEERS, noun="recordings", right="work", writes=True),
    status=202,
    errors=(NotYoursToRecord, StillRecording, NoTranscriber),
)
async def begin(request: web.Request, actor: Actor, id: Id, body: WorkIn) -> WorkView:
    """Do something of it again, as what failed. What goes on already is not begun twice."""
    return work_view(
        await request.app[RECORDINGS].workshop.again(actor, RecordingId(id), body.kind)
    )


@routes.get("/api/v1/recordings/{id}/storyboard", rule=_READ, produces="text/vtt")
async def storyboard(request: web.Request, actor: Actor, id: Id) -> web.FileResponse:
    """WebVTT: which place of which sheet of pictures shows which time."""
    return await _sent(request, actor, id, "storyboard", kind="text/vtt")


@routes.get("/api/v1/recordings/{id}/storyboard/{sheet}", rule=_READ, produces="image/jpeg")
async def sheet(request: web.Request, actor: Actor, id: Id, sheet: Sheet) -> web.FileResponse:
    """One of these sheets."""
    _, path = await request.app[RECORDINGS].workshop.file(actor, RecordingId(id), "storyboard")
    return await _answer(path.with_name(f"{sheet}.jpg"), "image/jpeg")


@routes.get("/api/v1/recordings/{id}/waveform", rule=_READ, produces="application/json")
async def waveform(request: web.Request, actor: Actor, id: Id) -> web.FileResponse:
    """How loud it is when, 0 to 100: of all together (`who` is empty), and of each participant."""
    return await _sent(request, actor, id, "waveform", kind="application/json")


@routes.get("/api/v1/recordings/{id}/captions", rule=_READ)
async def captions(request: web.Request, actor: Actor, id: Id) -> CaptionsList:
    """In which languages what is said can be read."""
    workshop = request.app[RECORDINGS].workshop
    found = await workshop.captions(actor, RecordingId(id))
    return CaptionsList(
        items=[_captions(id, one) for one in found], transcriber=workshop.engine.state
    )


@routes.get("/api/v1/recordings/{id}/captions/{language}", rule=_READ, produces="text/vtt")
async def read_captions(
    request: web.Request, actor: Actor, id: Id, language: Language
) -> web.FileResponse:
    """What is said, as WebVTT."""
    return await _sent(request, actor, id, f"captions-{language.lower()}", kind="text/vtt")


@routes.put(
    "/api/v1/recordings/{id}/captions/{language}",
    rule=owner(*_OVERSEERS, noun="recordings", right="set_captions", writes=True),
    consumes=_CAPTIONS,
    errors=(NotYoursToRecord, NotCaptions, TooManyCaptions),
)
async def set_captions(
    request: web.Request, actor: Actor, id: Id, language: Language, query: Labelled
) -> CaptionsView:
    """Captions as WebVTT or SubRip, of up to 2 MB. Only times and plain text are kept."""
    require_type(request, *_CAPTIONS)
    data = await whole(request, limit=MOST_BYTES)
    made = await request.app[RECORDINGS].workshop.set_captions(
        actor, RecordingId(id), language=language, label=query.label, data=data
    )
    return _captions(id, made)


@routes.delete(
    "/api/v1/recordings/{id}/captions/{language}",
    rule=owner(*_OVERSEERS, noun="recordings", right="remove_captions", writes=True),
    status=204,
    errors=(NotYoursToRecord,),
)
async def remove_captions(request: web.Request, actor: Actor, id: Id, language: Language) -> None:
    """Take the captions of one language away."""
    await request.app[RECORDINGS].workshop.forget_captions(actor, RecordingId(id), language)


def _captions(id: UUID, made: Made) -> CaptionsView:
    return CaptionsView(
        language=made.language,
        label=made.label,
        path=f"/api/v1/recordings/{id}/captions/{made.language}",
        automatic=made.of == AUTOMATIC,
    )


async def _sent(
    request: web.Request, actor: Actor, id: UUID, name: str, *, kind: str
) -> web.FileResponse:
    _, path = await request.app[RECORDINGS].workshop.file(actor, RecordingId(id), name)
    return await _answer(path, kind)


async def _answer(path: Path, kind: str) -> web.FileResponse:
    if not await asyncio.to_thread(path.is_file):
        raise NotFound
    headers = {"Content-Type": kind, "Cache-Control": _ASK_AGAIN}
    return web.FileResponse(path, headers=headers)
