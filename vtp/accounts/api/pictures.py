"""/api/v1/users/…/picture: the picture of a person."""

from __future__ import annotations

from aiohttp import web

from vtp.accounts.api.asking import ACCOUNTS
from vtp.accounts.api.shapes import Accepted, Id, PictureQuery
from vtp.accounts.problems import NoPicture, TooManyPictures
from vtp.accounts.service.pictures import ACCEPTED, MADE, MAX_BYTES
from vtp.actor import Actor
from vtp.blob.port import NoSuchBlob, StorageFull, StorageTimeout, StorageUnavailable
from vtp.edge.bodies import chunks, require_type
from vtp.edge.headers import USER_FILE_POLICY, names
from vtp.edge.routes import Routes
from vtp.edge.rules import signed_in

routes = Routes("users")

_STORAGE = (StorageUnavailable, StorageTimeout, StorageFull)
# s; a year. The address names the version, and another picture has another one.
_FOR_EVER = "private, max-age=31536000, immutable"


@routes.put(
    "/api/v1/users/me/picture",
    rule=signed_in("users", "set_picture", writes=True),
    status=202,
    consumes=ACCEPTED,
    errors=(TooManyPictures, *_STORAGE),
)
async def upload(request: web.Request, actor: Actor) -> Accepted:
    """Send a picture of yourself, of up to 12 MiB.

    It is drawn anew as a square by a job, and replaces the picture before when that is done.
    """
    require_type(request, *ACCEPTED)
    sent = chunks(request, limit=MAX_BYTES)
    return Accepted(job_id=await request.app[ACCOUNTS].pictures.upload(actor, sent))


@routes.delete(
    "/api/v1/users/me/picture",
    rule=signed_in("users", "remove_picture", writes=True),
    status=204,
)
async def remove(request: web.Request, actor: Actor) -> None:
    """Have no picture any more."""
    await request.app[ACCOUNTS].pictures.remove(actor)


@routes.get(
    "/api/v1/users/{id}/picture",
    rule=signed_in("users", "see_picture"),
    produces=MADE,
    revalidated=True,
    errors=(NoPicture, NoSuchBlob, *_STORAGE),
)
async def read(request: web.Request, actor: Actor, id: Id, query: PictureQuery) -> web.Response:
    """The picture of a person, as a square WebP."""
    pictures = request.app[ACCOUNTS].pictures
    version = await pictures.version(actor, id)
    etag = f'"{version}-{query.size}"'
    headers = {
        "ETag": etag,
        "Cache-Control": _FOR_EVER if query.v == str(version) else "private, no-cache",
        "Content-Security-Policy": USER_FILE_POLICY,
    }
    if names(request, etag):
        return web.Response(status=304, headers=headers)
    async with pictures.open(version, query.size) as reading:
        body = b"".join([piece async for piece in reading])
    return web.Response(body=body, content_type=MADE, headers=headers)
