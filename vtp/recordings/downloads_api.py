"""/api/v1/recordings/{id}/downloads: what people take home, where whoever teaches allows it."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.edge.paging import Page
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import NotFound
from vtp.ids import JobId, RecordingId
from vtp.jobs.model import State as JobState
from vtp.jobs.service import may_see
from vtp.recordings import kinds
from vtp.recordings.api import RECORDINGS, Input
from vtp.recordings.problems import NotForHome, NotYetForHome, StillRecording
from vtp.recordings.service.downloads import Download

_OVERSEERS = (Role.ADMIN, Role.MANAGER)
_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"

Id = Annotated[UUID, Meta(examples=[_ID])]
Kind = Annotated[
    kinds.DownloadKind,
    Meta(
        description="`movie`: all of it as one film, the screen beside the camera, with names; "
        "`stage`: the camera with the sound; `screen`: the shared screen with the sound; "
        "`sound`: the sound alone.",
        examples=["movie"],
    ),
]
State = Literal["none", "queued", "running", "failed", "cancelled", "ready"]

routes = Routes("recordings")
_STATES: dict[JobState, State] = {
    JobState.QUEUED: "queued",
    JobState.RUNNING: "running",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
    JobState.SUCCEEDED: "none",  # and what it made is gone
}


class DownloadIn(Input, frozen=True, kw_only=True):
    kind: Kind


class DownloadView(Struct, frozen=True, kw_only=True):
    kind: Kind
    state: Annotated[
        State, Meta(description="`none`: it is made when somebody asks.", examples=["ready"])
    ]
    progress: Annotated[float, Meta(ge=0, le=1, examples=[1.0])]
    error: Annotated[str, Meta(description="Why it failed, for people; else empty.", examples=[""])]
    job_id: Annotated[
        JobId | None,
        Meta(description="Of the last work on it, for whoever may cancel that.", examples=[_ID]),
    ]
    bytes: Annotated[int, Meta(examples=[123_456_789])]
    width: Annotated[int, Meta(examples=[1280])]
    height: Annotated[int, Meta(examples=[720])]
    path: Annotated[str, Meta(examples=[f"/api/v1/recordings/{_ID}/downloads/movie"])]


@routes.get(
    "/api/v1/recordings/{id}/downloads",
    rule=owner(*_OVERSEERS, noun="recordings", right="list_downloads"),
    errors=(NotForHome,),
)
async def listed(request: web.Request, actor: Actor, id: Id) -> Page[DownloadView]:
    """What can be downloaded of it, made already or not. Nothing while it goes on."""
    found = await request.app[RECORDINGS].downloads.listed(actor, RecordingId(id))
    return Page([_view(actor, id, one) for one in found])


@routes.post(
    "/api/v1/recordings/{id}/downloads",
    rule=owner(*_OVERSEERS, noun="recordings", right="ask_download", writes=True),
    status=202,
    errors=(NotForHome, NotFound, StillRecording, NotYetForHome),
)
async def ask(request: web.Request, actor: Actor, id: Id, body: DownloadIn) -> DownloadView:
    """Have one made. What is there, or is being made, is not made again."""
    found = await request.app[RECORDINGS].downloads.ask(actor, RecordingId(id), body.kind)
    return _view(actor, id, found)


@routes.get(
    "/api/v1/recordings/{id}/downloads/{kind}",
    rule=owner(*_OVERSEERS, noun="recordings", right="download"),
    errors=(NotForHome,),
    produces="video/mp4",
)
async def download(request: web.Request, actor: Actor, id: Id, kind: Kind) -> web.FileResponse:
    """The file, whole or by ranges, under the title of the recording."""
    recording, _, path = await request.app[RECORDINGS].downloads.file(actor, RecordingId(id), kind)
    name = file_name(recording.title, recording.started_at.date().isoformat(), kind)
    headers = {
        "Content-Type": "audio/mp4" if kind == "sound" else "video/mp4",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-cache",
        "Referrer-Policy": "no-referrer",
    }
    return web.FileResponse(path, headers=headers)


_SUFFIX: dict[kinds.DownloadKind, str] = {
    "movie": ".mp4",
    "stage": " (camera).mp4",
    "screen": " (screen).mp4",
    "sound": ".m4a",
}


def file_name(title: str, day: str, kind: kinds.DownloadKind) -> str:
    """As it is called on a disk, where some letters mean something else."""
    plain = "".join(" " if one in '\\/:*?"<>|' else one for one in title)
    return f"{' '.join(plain.split())} {day}{_SUFFIX[kind]}"


def _view(actor: Actor, id: UUID, one: Download) -> DownloadView:
    job, made = one.job, one.made
    state = _state(one)
    failed = state == "failed" and job is not None and job.error is not None
    return DownloadView(
        kind=one.kind,
        state=state,
        progress=1.0 if made is not None else job.progress if job is not None else 0.0,
        error=job.error.detail if failed and job is not None and job.error is not None else "",
        job_id=job.id if job is not None and may_see(actor, job) else None,
        bytes=made.bytes if made is not None else 0,
        width=made.width if made is not None else 0,
        height=made.height if made is not None else 0,
        path=f"/api/v1/recordings/{id}/downloads/{one.kind}",
    )


def _state(one: Download) -> State:
    if one.made is not None:
        return "ready"
    return _STATES[one.job.state] if one.job is not None else "none"
