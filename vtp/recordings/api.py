"""/api/v1/recordings: begin, pause and stop them, and look after what there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from vtp.actor import Actor, Role
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.errors import NotFound
from vtp.ids import JobId, MeetingId, RecordingId, RoomId
from vtp.jobs.model import State as JobState
from vtp.media.recorder.journal import PartStory
from vtp.recordings import kinds, model
from vtp.recordings.problems import (
    AlreadyRecorded,
    DiskFull,
    NoClass,
    NoRecorder,
    NotYoursToRecord,
    RecordingOver,
    StillRecording,
)
from vtp.recordings.service import Recordings
from vtp.recordings.service.orders import Progress
from vtp.recordings.service.workshop import NOTHING, Details

RECORDINGS: web.AppKey[Recordings] = web.AppKey("recordings", Recordings)

_OVERSEERS = (Role.ADMIN, Role.MANAGER)
_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_AT, _LATER = "2026-03-12T18:00:00Z", "2026-03-12T18:52:10Z"

Id = Annotated[UUID, Meta(examples=[_ID])]
Title = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
        examples=["Algebra, group B"],
    ),
]
Visibility = Annotated[
    kinds.Visibility,
    Meta(
        description="`room`: all for whom the room is; `hosts`: those who host it.",
        examples=["room"],
    ),
]

Downloads = Annotated[
    bool, Meta(description="Whoever may see it may take it home.", examples=[False])
]
PartNumber = Annotated[int, Meta(ge=1, le=1_000_000, examples=[1])]

routes = Routes("recordings")


class Input(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class RecordingIn(Input, frozen=True, kw_only=True):
    room_id: Annotated[UUID, Meta(description="The room of the class.", examples=[_ID])]


class RecordingChange(Input, frozen=True, kw_only=True):
    """What is left out stays as it is."""

    title: Title | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    downloads: Downloads | UnsetType = UNSET


class RecordingsQuery(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    room: Annotated[UUID | None, Meta(description="Of this room alone; else of all of yours.")] = (
        None
    )


class WorkView(Struct, frozen=True, kw_only=True):
    kind: Annotated[kinds.WorkKind, Meta(examples=["ladder"])]
    state: Annotated[JobState, Meta(examples=["running"])]
    progress: Annotated[float, Meta(ge=0, le=1, examples=[0.42])]
    error: Annotated[str, Meta(description="Why it failed, for people; else empty.", examples=[""])]
    job_id: Annotated[JobId, Meta(description="To watch it, or to cancel it.", examples=[_ID])]


class RecordingView(Struct, frozen=True, kw_only=True):
    id: Annotated[RecordingId, Meta(examples=[_ID])]
    room_id: Annotated[RoomId, Meta(examples=[_ID])]
    meeting_id: Annotated[MeetingId, Meta(examples=[_ID])]
    title: Annotated[str, Meta(examples=["Algebra, group B"])]
    state: Annotated[kinds.State, Meta(examples=["ready"])]
    reason: Annotated[
        str,
        Meta(
            description="Why it ended early, or failed: `disk_full`, `overloaded`, `broken`.",
            examples=[""],
        ),
    ]
    visibility: Visibility
    started_at: Annotated[datetime, Meta(examples=[_AT])]
    stopped_at: Annotated[datetime | None, Meta(examples=[_LATER])]
    seconds: Annotated[
        float,
        Meta(description="Without pauses; while it goes on, as was last known.", examples=[3130.4]),
    ]
    bytes: Annotated[int, Meta(examples=[912_345_678])]
    downloads: Downloads
    made: Annotated[
        list[str],
        Meta(
            description="What was made of it: `poster`, `storyboard`, `waveform`, sizes, captions.",
            examples=[["poster", "stage-480", "storyboard", "waveform"]],
        ),
    ]
    work: Annotated[list[WorkView], Meta(description="What is being made of it.")]
    deleted_at: Annotated[datetime | None, Meta(examples=[None])]


class PartView(Struct, frozen=True, kw_only=True):
    """A file of one track. A change of size, and a long silence, begin another."""

    part: Annotated[int, Meta(examples=[1])]
    track: Annotated[str, Meta(examples=[_ID])]
    participant: Annotated[str, Meta(examples=[_ID])]
    name: Annotated[
        str, Meta(description="Who sent it; of the mix empty.", examples=["Ines Carvalho"])
    ]
    source: Annotated[str, Meta(examples=["camera"])]
    codec: Annotated[str, Meta(examples=["avc1.42e01f"])]
    width: Annotated[int, Meta(examples=[1280])]
    height: Annotated[int, Meta(examples=[720])]
    start: Annotated[float, Meta(description="Seconds on the recording.", examples=[0.05])]
    end: Annotated[float, Meta(examples=[3130.4])]
    lost: Annotated[int, Meta(description="Packets that never came.", examples=[0])]
    path: Annotated[str, Meta(examples=[f"/api/v1/recordings/{_ID}/parts/1"])]


async def shown(request: web.Request, recordings: Sequence[model.Recording]) -> list[RecordingView]:
    """With what is made of them."""
    details = await request.app[RECORDINGS].workshop.details([one.id for one in recordings])
    return [_view(one, details.get(one.id, NOTHING)) for one in recordings]


async def _one(request: web.Request, recording: model.Recording) -> RecordingView:
    return (await shown(request, [recording]))[0]


def work_view(one: Progress) -> WorkView:
    error = one.job.error
    return WorkView(
        kind=one.kind,
        state=one.job.state,
        progress=one.job.progress,
        error=error.detail if error is not None else "",
        job_id=one.job.id,
    )


def _view(recording: model.Recording, details: Details) -> RecordingView:
    return RecordingView(
        id=recording.id,
        room_id=recording.room_id,
        meeting_id=recording.meeting_id,
        title=recording.title,
        state=recording.state,
        reason=recording.reason,
        visibility=recording.visibility,
        started_at=recording.started_at,
        stopped_at=recording.stopped_at,
        seconds=recording.seconds,
        bytes=recording.bytes,
        downloads=recording.downloads,
        made=list(details.made),
        work=[work_view(one) for one in details.work],
        deleted_at=recording.deleted_at,
    )


def _part_view(id: UUID, part: PartStory, names: Mapping[str, str]) -> PartView:
    return PartView(
        part=part.began.part,
        track=part.began.track,
        participant=part.began.participant,
        name=names.get(part.began.participant, ""),
        source=part.began.source,
        codec=part.began.codec,
        width=part.began.width,
        height=part.began.height,
        start=round(part.start, 3),
        end=round(part.end, 3),
        lost=part.lost,
        path=f"/api/v1/recordings/{id}/parts/{part.began.part}",
    )


@routes.post(
    "/api/v1/recordings",
    rule=owner(*_OVERSEERS, noun="recordings", right="start", writes=True),
    status=201,
    errors=(NotFound, NotYoursToRecord, NoClass, AlreadyRecorded, NoRecorder, DiskFull),
)
async def start(request: web.Request, actor: Actor, body: RecordingIn) -> RecordingView:
    """Record the class that goes on in a room. Everybody in it is told."""
    return await _one(
        request, await request.app[RECORDINGS].studio.start(actor, RoomId(body.room_id))
    )


@routes.get(
    "/api/v1/recordings", rule=signed_in("recordings", "list"), errors=(BadCursor, NotFound)
)
async def listed(request: web.Request, actor: Actor, query: RecordingsQuery) -> Page[RecordingView]:
    """The recordings of a room, or of all rooms that you own or belong to, newest first."""
    found = await request.app[RECORDINGS].library.listed(
        actor,
        room_id=None if query.room is None else RoomId(query.room),
        before=after(query.cursor, RecordingId),
        limit=query.limit + 1,
    )
    cut = page(found, limit=query.limit, key=lambda one: one.id)
    return Page(await shown(request, cut.items), cut.next)


@routes.get("/api/v1/recordings/{id}", rule=owner(*_OVERSEERS, noun="recordings", right="read"))
async def read(request: web.Request, actor: Actor, id: Id) -> RecordingView:
    """One recording."""
    return await _one(request, await request.app[RECORDINGS].library.get(actor, RecordingId(id)))


@routes.patch(
    "/api/v1/recordings/{id}",
    rule=owner(*_OVERSEERS, noun="recordings", right="change", writes=True),
    errors=(NotYoursToRecord,),
)
async def change(
    request: web.Request, actor: Actor, id: Id, body: RecordingChange
) -> RecordingView:
    """Give it another title, or show it to others."""
    made = await request.app[RECORDINGS].library.change(
        actor,
        RecordingId(id),
        title=None if body.title is UNSET else body.title,
        visibility=None if body.visibility is UNSET else body.visibility,
        downloads=None if body.downloads is UNSET else body.downloads,
    )
    return await _one(request, made)


@routes.post(
    "/api/v1/recordings/{id}/pause",
    rule=owner(*_OVERSEERS, noun="recordings", right="pause", writes=True),
    errors=(NotYoursToRecord, RecordingOver),
)
async def pause(request: web.Request, actor: Actor, id: Id) -> RecordingView:
    """Keep nothing of what happens from now on, until it is resumed."""
    return await _one(request, await request.app[RECORDINGS].studio.pause(actor, RecordingId(id)))


@routes.post(
    "/api/v1/recordings/{id}/resume",
    rule=owner(*_OVERSEERS, noun="recordings", right="resume", writes=True),
    errors=(NotYoursToRecord, RecordingOver),
)
async def resume(request: web.Request, actor: Actor, id: Id) -> RecordingView:
    """Go on with it."""
    return await _one(request, await request.app[RECORDINGS].studio.resume(actor, RecordingId(id)))


@routes.post(
    "/api/v1/recordings/{id}/stop",
    rule=owner(*_OVERSEERS, noun="recordings", right="stop", writes=True),
    errors=(NotYoursToRecord,),
)
async def stop(request: web.Request, actor: Actor, id: Id) -> RecordingView:
    """End it. It can be played at once."""
    return await _one(request, await request.app[RECORDINGS].studio.stop(actor, RecordingId(id)))


@routes.delete(
    "/api/v1/recordings/{id}",
    rule=owner(*_OVERSEERS, noun="recordings", right="delete", writes=True),
    errors=(NotYoursToRecord, StillRecording),
)
async def delete(request: web.Request, actor: Actor, id: Id) -> RecordingView:
    """Put it into the bin, from which it can be taken back for 30 days."""
    return await _one(request, await request.app[RECORDINGS].library.delete(actor, RecordingId(id)))


@routes.post(
    "/api/v1/recordings/{id}/restore",
    rule=owner(*_OVERSEERS, noun="recordings", right="restore", writes=True),
    errors=(NotYoursToRecord,),
)
async def restore(request: web.Request, actor: Actor, id: Id) -> RecordingView:
    """Take it back out of the bin."""
    return await _one(
        request, await request.app[RECORDINGS].library.restore(actor, RecordingId(id))
    )


@routes.get(
    "/api/v1/recordings/{id}/parts",
    rule=owner(*_OVERSEERS, noun="recordings", right="list_parts"),
    errors=(NotYoursToRecord,),
)
async def parts(request: web.Request, actor: Actor, id: Id) -> Page[PartView]:
    """The files that it is made of, one track each, for hosts."""
    library = request.app[RECORDINGS].library
    found = await library.parts(actor, RecordingId(id))
    names = await library.names(actor, RecordingId(id))
    return Page([_part_view(id, one, names) for one in found])


@routes.get(
    "/api/v1/recordings/{id}/parts/{part}",
    rule=owner(*_OVERSEERS, noun="recordings", right="read_part"),
    errors=(NotYoursToRecord,),
    produces="video/mp4",
)
async def part(request: web.Request, actor: Actor, id: Id, part: PartNumber) -> web.FileResponse:
    """One of these files, whole or by ranges, for hosts."""
    path, kind = await request.app[RECORDINGS].library.file(actor, RecordingId(id), part)
    headers = {
        "Content-Type": kind,
        "Content-Disposition": f'attachment; filename="{path.name}"',
        "Cache-Control": "private, no-store",
    }
    return web.FileResponse(path, headers=headers)
