"""/api/v1/videos/{id}/…: what players fetch of an uploaded video, over HLS and DASH.

Every request passes the gate of the library. Names of files tell one content from the next, so
their bytes are the same for ever.
"""

from __future__ import annotations

import re
import zlib
from typing import Annotated, Any

from aiohttp import web
from msgspec import Meta

from vtp.actor import Actor, Role
from vtp.blob.port import NoSuchBlob
from vtp.edge.headers import names
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import NotFound
from vtp.ids import MediaId
from vtp.library.api.asking import LIBRARY
from vtp.library.api.shapes import Id
from vtp.library.api.uploads import STORAGE
from vtp.library.problems import NotReady
from vtp.library.service.screening import Screening
from vtp.media.manifests import hls

_MPD = "application/dash+xml"
_PLAYLIST = "application/vnd.apple.mpegurl"
_FOR_EVER = "private, max-age=31536000, immutable"
_ASK_AGAIN = "private, no-cache"
_PIECE = re.compile(r"(\d{1,15})-(\d{1,15})")

Name = Annotated[str, Meta(pattern=r"^[a-z0-9+-]{1,64}$", examples=["stage-720"])]
Source = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,64}$", examples=["5891b5b522d5-stage-720"])]
Time = Annotated[int, Meta(ge=0, le=1 << 62, examples=[180_000])]
Sheet = Annotated[int, Meta(ge=0, le=999, examples=[0])]

routes = Routes("videos")
_PLAYS = owner(Role.ADMIN, Role.MANAGER, noun="videos", right="play")
_STREAMED: dict[str, Any] = {
    "rule": _PLAYS,
    "errors": (NotReady,),
    "streamed": True,
    "logged": False,
}
_BYTES = {**_STREAMED, "errors": (NotReady, NoSuchBlob, *STORAGE)}


@routes.get("/api/v1/videos/{id}/hls/master.m3u8", produces=_PLAYLIST, **_STREAMED)
async def master(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """The multivariant playlist of HLS: pictures in all sizes, and sound."""
    text = await _screening(request).multivariant(actor, MediaId(id))
    return _text(request, text, _PLAYLIST)


@routes.get("/api/v1/videos/{id}/hls/{name}.m3u8", produces=_PLAYLIST, **_STREAMED)
async def playlist(request: web.Request, actor: Actor, id: Id, name: Name) -> web.Response:
    """One size, or the sound."""
    text = await _screening(request).playlist(actor, MediaId(id), name)
    return _text(request, text, _PLAYLIST)


@routes.get("/api/v1/videos/{id}/dash/manifest.mpd", produces=_MPD, **_STREAMED)
async def mpd(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """All of it for players of DASH."""
    return _text(request, await _screening(request).manifest(actor, MediaId(id)), _MPD)


@routes.get("/api/v1/videos/{id}/dash/{name}/{time}.m4s", produces="video/mp4", **_BYTES)
async def segment(
    request: web.Request, actor: Actor, *, id: Id, name: Name, time: Time
) -> web.Response:
    """A segment by when it begins, in the ticks of the manifest."""
    data = await _screening(request).segment(actor, MediaId(id), name, time)
    return _answer(request, data, "video/mp4", cache=_ASK_AGAIN)


@routes.get("/api/v1/videos/{id}/media/{source}/init.mp4", produces="video/mp4", **_BYTES)
async def head(request: web.Request, actor: Actor, id: Id, source: Source) -> web.Response:
    """What stands before the segments of a file."""
    data = await _screening(request).head(actor, MediaId(id), source)
    return _answer(request, data, "video/mp4", cache=_FOR_EVER)


@routes.get("/api/v1/videos/{id}/media/{source}/{piece}.m4s", produces="video/mp4", **_BYTES)
async def piece(
    request: web.Request, actor: Actor, *, id: Id, source: Source, piece: str
) -> web.Response:
    """A segment, `{from}-{to}`: by where its bytes lie in a file."""
    found = _PIECE.fullmatch(piece)
    if found is None:
        raise NotFound
    data = await _screening(request).piece(actor, MediaId(id), source, int(found[1]), int(found[2]))
    return _answer(request, data, "video/mp4", cache=_FOR_EVER)


@routes.get("/api/v1/videos/{id}/storyboard", produces="text/vtt", **_BYTES)
async def storyboard(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """WebVTT: which place of which sheet of pictures shows which time."""
    _, data = await _screening(request).whole(actor, MediaId(id), "storyboard")
    return _answer(request, data, "text/vtt", cache=_ASK_AGAIN)


@routes.get("/api/v1/videos/{id}/storyboard/{sheet}", produces="image/jpeg", **_BYTES)
async def sheet(request: web.Request, actor: Actor, id: Id, sheet: Sheet) -> web.Response:
    """One of these sheets."""
    _, data = await _screening(request).whole(actor, MediaId(id), f"sheet-{sheet}")
    return _answer(request, data, "image/jpeg", cache=_ASK_AGAIN)


def _screening(request: web.Request) -> Screening:
    return request.app[LIBRARY].screening


def _text(request: web.Request, text: str, kind: str) -> web.Response:
    """Links need no token here: who plays is signed in, or has a key."""
    return _answer(request, text.replace(hls.MARK, "").encode(), kind, cache=_ASK_AGAIN)


def _answer(request: web.Request, data: bytes, kind: str, *, cache: str) -> web.Response:
    headers = {"ETag": f'"{zlib.crc32(data):08x}-{len(data)}"', "Cache-Control": cache}
    if names(request, headers["ETag"]):
        return web.Response(status=304, headers=headers)
    return web.Response(body=data, content_type=kind, headers=headers)
