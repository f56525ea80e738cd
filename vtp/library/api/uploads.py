"""/api/v1/uploads: files that are sent piece by piece, by tus 1.0.0."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from uuid import UUID

from aiohttp import web

from vtp.actor import Actor
from vtp.blob.port import StorageFull, StorageTimeout, StorageUnavailable
from vtp.edge.bodies import chunks, require_type
from vtp.edge.paging import Page
from vtp.edge.problems import Malformed
from vtp.edge.routes import Routes, json_response
from vtp.edge.rules import anyone, owner, signed_in
from vtp.errors import NotFound, Problem
from vtp.ids import MediaId, UploadId
from vtp.library import tus
from vtp.library.api.asking import LIBRARY
from vtp.library.api.shapes import Id, UploadView, upload_view
from vtp.library.model import Upload
from vtp.library.problems import (
    BadChecksum,
    BadMetadata,
    EmptyFile,
    NoLength,
    NoRoomOnDisk,
    NotAllowedToUpload,
    NotTus,
    NotYours,
    OffsetConflict,
    QuotaUsed,
    Superseded,
    TooManyUploads,
    TooMuch,
    UnknownChecksum,
    UnknownType,
    UploadExpired,
    UploadLost,
)

routes = Routes("uploads")

STORAGE = (StorageUnavailable, StorageTimeout, StorageFull)
REFUSED = (
    EmptyFile,
    NoRoomOnDisk,
    NotAllowedToUpload,
    QuotaUsed,
    TooManyUploads,
    TooMuch,
    UnknownType,
)


@contextmanager
def _speaking(request: web.Request) -> Iterator[None]:
    """Every answer says its version of tus, a refusal too."""
    try:
        tus.require_version(request.headers)
        yield
    except Problem as problem:
        problem.headers["Tus-Resumable"] = tus.VERSION
        if isinstance(problem, NotTus):
            problem.headers["Tus-Version"] = tus.VERSION
        raise


def _headers(upload: Upload) -> dict[str, str]:
    return {
        "Tus-Resumable": tus.VERSION,
        "Cache-Control": "no-store",
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.size),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
    }


@routes.on(
    "OPTIONS",
    "/api/v1/uploads",
    rule=anyone("media", "ask_upload", writes=True),
    status=204,
)
async def offered(request: web.Request) -> web.Response:
    """Which parts of tus are spoken here."""
    return web.Response(
        status=204,
        headers={
            "Tus-Resumable": tus.VERSION,
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
            "Tus-Max-Size": str(request.app[LIBRARY].uploads.most_bytes),
        },
    )


@routes.post(
    "/api/v1/uploads",
    rule=signed_in("media", "upload", writes=True),
    status=201,
    produces="text/plain",
    errors=(NotTus, NoLength, BadMetadata, NotFound, NotYours, *REFUSED),
)
async def create(request: web.Request, actor: Actor) -> web.Response:
    """Begin an upload of `Upload-Length` bytes; it goes on at `Location`.

    `Upload-Metadata` may have `filename`, `title`, `course` (whose library it goes to) and
    `replaces` (the item that gets this file in place of its own).
    """
    with _speaking(request):
        size, told = tus.length(request.headers), tus.metadata(request.headers)
        replaces = _id(told, "replaces")
        upload = await request.app[LIBRARY].uploads.create(
            actor,
            name=told.get("filename", ""),
            size=size,
            title=told.get("title", ""),
            course_id=_id(told, "course"),
            replaces=None if replaces is None else MediaId(replaces),
        )
    headers = _headers(upload) | {"Location": f"/api/v1/uploads/{upload.id}"}
    return web.Response(status=201, headers=headers)


def _id(told: dict[str, str], name: str) -> UUID | None:
    try:
        return UUID(told[name]) if told.get(name) else None
    except ValueError:
        raise BadMetadata(f"{name} is not an id.") from None


@routes.get("/api/v1/uploads", rule=signed_in("media", "list_uploads"))
async def listed(request: web.Request, actor: Actor) -> Page[UploadView]:
    """What you are sending and is not finished, newest first."""
    found = await request.app[LIBRARY].uploads.listed(actor)
    return Page([upload_view(one) for one in found])


@routes.get(
    "/api/v1/uploads/{id}",
    rule=owner(noun="media", right="read_upload"),
    produces="application/json",
    errors=(UploadExpired, UploadLost, UnknownType, *STORAGE),
)
async def read(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """How far an upload is. HEAD is the question of tus, and ends what still sends into it."""
    uploads = request.app[LIBRARY].uploads
    if request.method == "HEAD":
        with _speaking(request):
            upload = await uploads.standing(actor, UploadId(id))
        return web.Response(status=200, headers=_headers(upload))
    upload = await uploads.get(actor, UploadId(id))
    return json_response(upload_view(upload), headers=_headers(upload))


@routes.patch(
    "/api/v1/uploads/{id}",
    rule=owner(noun="media", right="send_bytes", writes=True),
    consumes=(tus.OFFSET_TYPE,),
    status=204,
    errors=(
        NotTus,
        OffsetConflict,
        Superseded,
        BadChecksum,
        UnknownChecksum,
        UploadExpired,
        UploadLost,
        TooMuch,
        UnknownType,
        *STORAGE,
    ),
)
async def send(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """Send bytes from `Upload-Offset` on.

    The answer to the last ones says that the file is hashed, on the disk for good and recorded.
    """
    with _speaking(request):
        require_type(request, tus.OFFSET_TYPE)
        offset = tus.offset(request.headers)
        if offset is None:
            raise Malformed("Say in Upload-Offset from where on you send.")
        uploads = request.app[LIBRARY].uploads
        upload = await uploads.append(
            actor,
            UploadId(id),
            offset=offset,
            content=chunks(request, limit=uploads.most_bytes),
            checksum=tus.checksum(request.headers),
        )
    return web.Response(status=204, headers=_headers(upload))


@routes.delete(
    "/api/v1/uploads/{id}",
    rule=owner(noun="media", right="cancel_upload", writes=True),
    status=204,
    errors=(NotTus, UploadExpired),
)
async def terminate(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """Give an upload up: what came of it is forgotten."""
    with _speaking(request):
        await request.app[LIBRARY].uploads.terminate(actor, UploadId(id))
    return web.Response(status=204, headers={"Tus-Resumable": tus.VERSION})
