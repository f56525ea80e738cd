"""/api/v1/media: what is in the library."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from aiohttp import BodyPartReader, web
from msgspec import UNSET, Meta, Struct

from vtp.actor import Actor, Role
from vtp.blob.port import NoSuchBlob
from vtp.edge.headers import USER_FILE_POLICY, names
from vtp.edge.multipart import field, parts, pieces
from vtp.edge.paging import BadCursor, Page, after, page
from vtp.edge.routes import Routes, json_response
from vtp.edge.rules import owner, signed_in
from vtp.errors import NotFound
from vtp.ids import MediaId
from vtp.library import ranges
from vtp.library.api.asking import LIBRARY
from vtp.library.api.shapes import (
    DeleteQuery,
    FileQuery,
    Id,
    LinkIn,
    MediaChange,
    MediaQuery,
    MediaView,
    ReplaceIn,
    media_view,
)
from vtp.library.api.uploads import REFUSED, STORAGE
from vtp.library.model import Media, Wanted
from vtp.library.problems import (
    BadLink,
    NoFile,
    NoPoster,
    NotAllowedToUpload,
    NotReady,
    NotYours,
    OtherKind,
    StillUsed,
    Superseded,
)

routes = Routes("media")

_OVERSEERS = (Role.ADMIN, Role.MANAGER)
# s; a year. The address names the version, and another picture has another one.
_FOR_EVER = "private, max-age=31536000, immutable"
# Only what browsers draw without running anything; all else is saved, never shown.
_SHOWN = ("video/", "audio/", "image/")


class PosterQuery(Struct, frozen=True, forbid_unknown_fields=True):
    v: Annotated[str, Meta(max_length=40, description="The version, to be kept by browsers.")] = ""


def wanted(query: MediaQuery) -> Wanted:
    return Wanted(
        words=query.q.strip(),
        kind=query.kind,
        course_id=query.course,
        unused=query.unused,
        tag=query.tag.strip().lower(),
        everywhere=query.everywhere,
        before=after(query.cursor, MediaId),
        limit=query.limit + 1,
    )


@routes.get("/api/v1/media", rule=signed_in("media", "list"), errors=(BadCursor,))
async def listed(request: web.Request, actor: Actor, query: MediaQuery) -> Page[MediaView]:
    """What you put into the library, and what is in those of your courses, newest first."""
    found = await request.app[LIBRARY].shelf.listed(actor, wanted(query))
    return page(found, limit=query.limit, key=lambda one: one.id).each(media_view)


@routes.post(
    "/api/v1/media",
    rule=signed_in("media", "send_whole", writes=True),
    status=202,
    produces="application/json",
    consumes=("multipart/form-data",),
    errors=(NoFile, NotFound, Superseded, *REFUSED, *STORAGE),
)
async def send(request: web.Request, actor: Actor) -> web.Response:
    """Send a file in one piece: the field `file`, and before it `title` and `course` if you like.

    The answer says that it is hashed, on the disk for good and recorded; it is looked at by a job.
    """
    told: dict[str, str] = {}
    async for part in parts(request):
        if part.name == "file":
            return await _taken(request, actor, part, told)
        told[part.name or ""] = await field(request, part)
    raise NoFile


async def _taken(
    request: web.Request, actor: Actor, part: BodyPartReader, told: dict[str, str]
) -> web.Response:
    library = request.app[LIBRARY]
    try:
        course = UUID(told["course"]) if told.get("course") else None
    except ValueError:
        raise NotFound from None
    upload = await library.uploads.create(
        actor,
        name=part.filename or "",
        # Where nothing else is known, all that may be sent.
        size=request.content_length or library.uploads.most_bytes,
        title=told.get("title", ""),
        course_id=course,
    )
    media_id = await library.uploads.whole(actor, upload, pieces(request, part))
    media = await library.shelf.get(actor, media_id)
    return json_response(
        media_view(media, await library.shelf.alike(actor, media)),
        status=202,
        headers={"Location": f"/api/v1/media/{media_id}"},
    )


@routes.post(
    "/api/v1/media/links",
    rule=signed_in("media", "add_link", writes=True),
    status=201,
    errors=(BadLink, NotFound, NotAllowedToUpload),
)
async def add_link(request: web.Request, actor: Actor, body: LinkIn) -> MediaView:
    """Put an address on the web into the library."""
    media = await request.app[LIBRARY].shelf.add_link(
        actor, title=body.title, link=body.link, course_id=body.course
    )
    return media_view(media)


@routes.get("/api/v1/media/{id}", rule=owner(*_OVERSEERS, noun="media", right="read"))
async def read(request: web.Request, actor: Actor, id: Id) -> MediaView:
    """One item, and which others have the same content."""
    shelf = request.app[LIBRARY].shelf
    media = await shelf.get(actor, MediaId(id))
    return media_view(media, await shelf.alike(actor, media))


@routes.patch(
    "/api/v1/media/{id}",
    rule=owner(*_OVERSEERS, noun="media", right="change", writes=True),
    errors=(NotYours,),
)
async def change(request: web.Request, actor: Actor, id: Id, body: MediaChange) -> MediaView:
    """Call it something else, describe it, tag it, or show it to others."""
    media = await request.app[LIBRARY].shelf.change(
        actor,
        MediaId(id),
        title=None if body.title is UNSET else body.title,
        description=None if body.description is UNSET else body.description,
        tags=None if body.tags is UNSET else body.tags,
        visibility=None if body.visibility is UNSET else body.visibility,
    )
    return media_view(media)


@routes.delete(
    "/api/v1/media/{id}",
    rule=owner(*_OVERSEERS, noun="media", right="delete", writes=True),
    errors=(NotYours, StillUsed),
)
async def delete(request: web.Request, actor: Actor, id: Id, query: DeleteQuery) -> MediaView:
    """Put it into the bin, from which it can be taken back for 30 days."""
    shelf = request.app[LIBRARY].shelf
    return media_view(await shelf.delete(actor, MediaId(id), although_used=query.used))


@routes.post(
    "/api/v1/media/{id}/restore",
    rule=owner(*_OVERSEERS, noun="media", right="restore", writes=True),
    errors=(NotYours,),
)
async def restore(request: web.Request, actor: Actor, id: Id) -> MediaView:
    """Take it back out of the bin."""
    return media_view(await request.app[LIBRARY].shelf.restore(actor, MediaId(id)))


@routes.post(
    "/api/v1/media/{id}/replace",
    rule=owner(*_OVERSEERS, noun="media", right="replace", writes=True),
    errors=(NotYours, OtherKind),
)
async def replace(request: web.Request, actor: Actor, id: Id, body: ReplaceIn) -> MediaView:
    """Give it the file of another item, wherever it stands; that one goes into the bin."""
    shelf = request.app[LIBRARY].shelf
    return media_view(await shelf.replace(actor, MediaId(id), by=MediaId(body.by)))


@routes.get(
    "/api/v1/media/{id}/file",
    rule=owner(*_OVERSEERS, noun="media", right="read_file"),
    produces="application/octet-stream",
    revalidated=True,
    errors=(NotReady, NoSuchBlob, *STORAGE),
)
async def file(request: web.Request, actor: Actor, id: Id, query: FileQuery) -> web.StreamResponse:
    """Its bytes, whole or by ranges. Only video, sound and pictures are ever shown in place."""
    shelf = request.app[LIBRARY].shelf
    media, key = await shelf.content(actor, MediaId(id))
    headers = _file_headers(media, download=query.download)
    if names(request, headers["ETag"]):
        return web.Response(status=304, headers=headers)
    asked = request.headers.get("Range")
    if request.headers.get("If-Range", headers["ETag"]) != headers["ETag"]:
        asked = None
    try:
        span = ranges.asked(asked, media.bytes)
    except ranges.NotThere:
        headers["Content-Range"] = f"bytes */{media.bytes}"
        return web.Response(status=416, headers=headers)
    if span is not None:
        headers["Content-Range"] = f"bytes {span.first}-{span.stop - 1}/{media.bytes}"
    whole = span or ranges.Span(0, media.bytes)
    response = web.StreamResponse(status=206 if span else 200, headers=headers)
    response.content_length = whole.length
    if request.method == "HEAD":
        await response.prepare(request)
        return response
    async with shelf.reading(key, start=whole.first, length=whole.length) as reading:
        await response.prepare(request)
        async for piece in reading:
            await response.write(piece)
    await response.write_eof()
    return response


def _file_headers(media: Media, *, download: bool) -> dict[str, str]:
    shown = media.content_type.startswith(_SHOWN) and not download
    name = quote(media.file_name or "file", safe="")
    return {
        "Content-Type": media.content_type,
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{name}",
        "Content-Security-Policy": USER_FILE_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        "ETag": f'"{media.sha256.hex() if media.sha256 else ""}"',
        "Cache-Control": "private, no-cache",
    }


@routes.get(
    "/api/v1/media/{id}/poster",
    rule=owner(*_OVERSEERS, noun="media", right="read_poster"),
    produces="image/webp",
    revalidated=True,
    errors=(NoPoster, NoSuchBlob, *STORAGE),
)
async def poster(request: web.Request, actor: Actor, id: Id, query: PosterQuery) -> web.Response:
    """Its picture, drawn by us."""
    shelf = request.app[LIBRARY].shelf
    version = await shelf.poster(actor, MediaId(id))
    headers = {
        "ETag": f'"{version}"',
        "Cache-Control": _FOR_EVER if query.v == str(version) else "private, no-cache",
        "Content-Security-Policy": USER_FILE_POLICY,
    }
    if names(request, headers["ETag"]):
        return web.Response(status=304, headers=headers)
    async with shelf.reading_poster(version) as reading:
        body = b"".join([piece async for piece in reading])
    return web.Response(body=body, content_type="image/webp", headers=headers)
