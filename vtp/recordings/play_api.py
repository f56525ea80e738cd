"""/api/v1/recordings/{id}/…: what players fetch, over HLS and DASH, also while it goes on.

Playlists name all other files by where their bytes lie, so those never change and are kept by
caches. Every request passes the gate of the recording.
"""

from __future__ import annotations

import re
import zlib
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from vtp import settings
from vtp.actor import Actor, Role
from vtp.edge.headers import names
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import Forbidden, NotFound
from vtp.ids import RecordingId
from vtp.media.manifests import hls
from vtp.recordings.api import RECORDINGS
from vtp.recordings.model import Recording
from vtp.recordings.problems import TooFarAhead
from vtp.recordings.service.playing import Playing

DELIVERY: web.AppKey[settings.Delivery] = web.AppKey("delivery", settings.Delivery)

_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_LATER = "2026-03-12T22:00:00Z"
_MPD = "application/dash+xml"
_PLAYLIST = "application/vnd.apple.mpegurl"
_VTT = "text/vtt"
_FILM, _TEXTS = "video/mp4", "application/mp4"
_CAPTIONS = "captions-"
_RANGE = re.compile(r"(\d{1,15})(?:-(\d{1,15}))?")
# What is addressed by its bytes is the same for ever.
_FOR_EVER = "private, max-age=31536000, immutable"
# Of a recording that goes on a segment may be cut in another way once it has ended.
_A_WHILE = "private, max-age=600"
_ASK_AGAIN = "private, no-cache"

Id = Annotated[UUID, Meta(examples=[_ID])]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9+-]{1,64}$", examples=["stage"])]
Source = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,64}$", examples=["1"])]
Number = Annotated[int, Meta(ge=0, le=100_000, examples=[0])]
Time = Annotated[int, Meta(ge=0, le=1 << 62, examples=[180_000])]
Ticket = Annotated[
    str, Meta(max_length=128, description="Of a signed link; whoever signed in needs none.")
]

_Count = Annotated[int, Meta(ge=0)]

routes = Routes("playing")
_PLAYS = owner(Role.ADMIN, Role.MANAGER, noun="recordings", right="play", linked=True)


class Ticketed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    t: Ticket = ""


class Viewed(Ticketed, frozen=True, kw_only=True):
    view: Annotated[
        Literal["stage", "screen"],
        Meta(description="Which picture: of whoever is on the stage, or of the shared screen."),
    ] = "stage"


class Reload(Ticketed, frozen=True, kw_only=True):
    """How players ask for what is not there yet (RFC 8216bis, 6.2.5)."""

    number: Annotated[_Count | None, Meta(description="Answer once this segment is there.")] = (
        msgspec.field(default=None, name="_HLS_msn")
    )
    piece: Annotated[_Count | None, Meta(description="Or this part of it.")] = msgspec.field(
        default=None, name="_HLS_part"
    )
    skip: Annotated[Literal["YES", "v2", ""], Meta(description="Leave out what is older.")] = (
        msgspec.field(default="", name="_HLS_skip")
    )


class RenditionView(Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(description="Its playlist is `hls/{name}.m3u8`.", examples=["stage"])]
    kind: Annotated[Literal["video", "audio"], Meta(examples=["video"])]
    codec: Annotated[str, Meta(examples=["avc1.42e01f"])]
    width: Annotated[int, Meta(examples=[1280])]
    height: Annotated[int, Meta(examples=[720])]
    spans: Annotated[
        list[tuple[float, float]],
        Meta(description="When there is more than black or silence.", examples=[[[0.0, 3130.4]]]),
    ]


class PlayingView(Struct, frozen=True, kw_only=True):
    """How it is played. Paths are relative to that of the recording."""

    goes_on: Annotated[bool, Meta(examples=[False])]
    seconds: Annotated[float, Meta(examples=[3130.4])]
    began_at: Annotated[
        float, Meta(description="Seconds since 1970 at its 0.", examples=[1_773_338_400.0])
    ]
    pauses: Annotated[
        list[tuple[float, float]],
        Meta(description="Where on the recording, and for how long by the clock.", examples=[[]]),
    ]
    viewers: Annotated[
        int | None,
        Meta(
            description="How many follow it while it goes on, for hosts.",
            examples=[42],
        ),
    ]
    renditions: list[RenditionView]


class LinkView(Struct, frozen=True, kw_only=True):
    """For players that cannot send a cookie. Whoever has it may watch as you, until then."""

    hls: Annotated[str, Meta(examples=[f"/api/v1/recordings/{_ID}/hls/master.m3u8?t=AZgcXp"])]
    dash: Annotated[str, Meta(examples=[f"/api/v1/recordings/{_ID}/dash/manifest.mpd?t=AZgcXp"])]
    expires_at: Annotated[datetime, Meta(examples=[_LATER])]


@routes.get(
    "/api/v1/recordings/{id}/playing",
    rule=owner(Role.ADMIN, Role.MANAGER, noun="recordings", right="read"),
)
async def playing(request: web.Request, actor: Actor, id: Id) -> PlayingView:
    """What there is to play of a recording, also while it goes on."""
    service = request.app[RECORDINGS].playing
    seen = await request.app[RECORDINGS].studio.seen(actor, RecordingId(id))
    followed = await service.followed(seen.recording)
    shown = followed.presentation()
    return PlayingView(
        goes_on=not shown.ended,
        seconds=round(shown.seconds, 3),
        began_at=shown.wall,
        pauses=followed.table.pauses,
        viewers=service.viewers(seen.recording.id) if seen.role == "host" else None,
        renditions=[
            RenditionView(
                name=one.name,
                kind=one.kind,
                codec=one.codec,
                width=one.largest.width,
                height=one.largest.height,
                spans=[(round(start, 3), round(until, 3)) for start, until in one.spans()],
            )
            for one in followed.renditions()
            if one.real
        ],
    )


@routes.get(
    "/api/v1/recordings/{id}/gate",
    rule=_PLAYS,
    status=204,
    errors=(Forbidden,),
    streamed=True,
    logged=False,
)
async def gate(request: web.Request, actor: Actor, id: Id, query: Ticketed) -> None:
    """Whether you may play it: 204, else 401 or 403, also where there is nothing.

    For caches in front, which keep the bytes themselves; nginx knows no other answers.
    """
    try:
        await _asked(request, actor, id, query.t)
    except NotFound:
        raise Forbidden from None


@routes.post(
    "/api/v1/recordings/{id}/links",
    rule=owner(Role.ADMIN, Role.MANAGER, noun="recordings", right="link", writes=True),
    status=201,
)
async def link(request: web.Request, actor: Actor, id: Id) -> LinkView:
    """Make links for a player that cannot sign in. They end with what you signed in with."""
    ticket, until = await request.app[RECORDINGS].playing.ticket(actor, RecordingId(id))
    base = f"/api/v1/recordings/{id}"
    return LinkView(
        hls=f"{base}/hls/master.m3u8?t={ticket}",
        dash=f"{base}/dash/manifest.mpd?t={ticket}",
        expires_at=until,
    )


@routes.get(
    "/api/v1/recordings/{id}/hls/master.m3u8",
    rule=_PLAYS,
    produces=_PLAYLIST,
    streamed=True,
    logged=False,
)
async def master(request: web.Request, actor: Actor, id: Id, query: Viewed) -> web.Response:
    """The multivariant playlist of HLS: pictures in all sizes, sound, and captions."""
    service, recording = await _asked(request, actor, id, query.t)
    text = await service.multivariant(recording, view=query.view)
    return _text(request, text, query.t, kind=_PLAYLIST)


@routes.get(
    "/api/v1/recordings/{id}/hls/{name}.m3u8",
    rule=_PLAYS,
    errors=(TooFarAhead,),
    produces=_PLAYLIST,
    streamed=True,
    logged=False,
)
async def playlist(
    request: web.Request, actor: Actor, id: Id, name: Name, query: Reload
) -> web.Response:
    """One rendition. While the recording goes on, low latency HLS from its beginning."""
    service, recording = await _asked(request, actor, id, query.t)
    if name.startswith(_CAPTIONS):
        told = await request.app[RECORDINGS].subtitling.playlist(recording, name)
        return _text(request, told, query.t, kind=_PLAYLIST)
    text = await service.media(
        recording, name, number=query.number, piece=query.piece, skip=bool(query.skip)
    )
    return _text(request, text, query.t, kind=_PLAYLIST)


@routes.get(
    "/api/v1/recordings/{id}/dash/manifest.mpd",
    rule=_PLAYS,
    produces=_MPD,
    streamed=True,
    logged=False,
)
async def mpd(request: web.Request, actor: Actor, id: Id, query: Viewed) -> web.Response:
    """All of it for players of DASH; while it goes on of type `dynamic`."""
    service, recording = await _asked(request, actor, id, query.t)
    text = await service.dash(recording, view=query.view)
    return _text(request, text, query.t, kind=_MPD)


@routes.get(
    "/api/v1/recordings/{id}/dash/{name}/{time}.m4s",
    rule=_PLAYS,
    produces=_FILM,
    streamed=True,
    logged=False,
)
async def segment(
    request: web.Request, actor: Actor, *, id: Id, name: Name, time: Time, query: Ticketed
) -> web.Response:
    """A segment of a rendition by when it begins, in the ticks of the manifest."""
    service, recording = await _asked(request, actor, id, query.t)
    data = await service.segment(recording, name, time)
    return _bytes(request, data, f'"{name}.{time}.{len(data)}"', cache=_A_WHILE)


@routes.get(
    "/api/v1/recordings/{id}/hls/{name}/{number}.vtt",
    rule=_PLAYS,
    produces=_VTT,
    streamed=True,
    logged=False,
)
async def said(
    request: web.Request, actor: Actor, *, id: Id, name: Name, number: Number, query: Ticketed
) -> web.Response:
    """Half a minute of captions, as the playlist of HLS names it."""
    _, recording = await _asked(request, actor, id, query.t)
    text = await request.app[RECORDINGS].subtitling.segment(recording, name, number)
    return _text(request, text, query.t, kind=_VTT)


@routes.get(
    "/api/v1/recordings/{id}/dash/{name}/{span}/{time}.cmft",
    rule=_PLAYS,
    produces=_TEXTS,
    streamed=True,
    logged=False,
)
async def said_in_mp4(
    request: web.Request,
    actor: Actor,
    *,
    id: Id,
    name: Name,
    span: str,
    time: Time,
    query: Ticketed,
) -> web.Response:
    """Up to half a minute of captions in a period of DASH, `{from}-{until}` in milliseconds."""
    _, recording = await _asked(request, actor, id, query.t)
    found = _RANGE.fullmatch(span)
    if found is None or not found[2]:
        raise NotFound
    period = int(found[1]), int(found[2])
    data = await request.app[RECORDINGS].subtitling.fragment(recording, name, period, time)
    tag = f'"{zlib.crc32(data):08x}-{len(data)}"'
    if names(request, tag):
        return _same(request, tag, cache=_ASK_AGAIN)
    return _bytes(request, data, tag, cache=_ASK_AGAIN, kind=_TEXTS)


@routes.get(
    "/api/v1/recordings/{id}/media/{source}/init.mp4",
    rule=_PLAYS,
    produces=_FILM,
    streamed=True,
    logged=False,
)
async def head(
    request: web.Request, actor: Actor, id: Id, source: Source, query: Ticketed
) -> web.Response:
    """What stands before the segments of a file."""
    service, recording = await _asked(request, actor, id, query.t)
    if names(request, tag := f'"{source}"'):
        return _same(request, tag)
    return _bytes(request, await service.head(recording, source), tag)


@routes.get(
    "/api/v1/recordings/{id}/media/{source}/{piece}.m4s",
    rule=_PLAYS,
    produces=_FILM,
    streamed=True,
    logged=False,
)
async def piece(
    request: web.Request, actor: Actor, *, id: Id, source: Source, piece: str, query: Ticketed
) -> web.Response:
    """A segment, `{from}-{to}`, or a part of one, `{from}`: by where its bytes lie in a file."""
    service, recording = await _asked(request, actor, id, query.t)
    found = _RANGE.fullmatch(piece)
    if found is None:
        raise NotFound
    if names(request, tag := f'"{source}.{piece}"'):
        return _same(request, tag)
    first, end = int(found[1]), int(found[2]) if found[2] else None
    return _bytes(request, await service.stretch(recording, source, first, end), tag)


# --- answers --------------------------------------------------------------------------------------
async def _asked(
    request: web.Request, actor: Actor, id: UUID, ticket: str
) -> tuple[Playing, Recording]:
    service = request.app[RECORDINGS].playing
    return service, await service.gate(actor, RecordingId(id), ticket=ticket)


def _text(request: web.Request, text: str, ticket: str, *, kind: str) -> web.Response:
    told = text.replace(hls.MARK, f"?t={ticket}" if ticket else "")
    body = told.encode()
    tag = f'"{zlib.crc32(body):08x}-{len(body)}"'
    if names(request, tag):
        return _same(request, tag, cache=_ASK_AGAIN)
    response = web.Response(body=body, headers=_headers(request, tag, _ASK_AGAIN))
    response.content_type = kind
    return response


def _bytes(
    request: web.Request, data: bytes, tag: str, *, cache: str = _FOR_EVER, kind: str = _FILM
) -> web.Response:
    response = web.Response(body=data, headers=_headers(request, tag, cache))
    response.content_type = kind
    return response


def _same(request: web.Request, tag: str, *, cache: str = _FOR_EVER) -> web.Response:
    return web.Response(status=304, headers=_headers(request, tag, cache))


def _headers(request: web.Request, tag: str, cache: str) -> dict[str, str]:
    """The address may hold a ticket: it is told to nobody."""
    headers = {"ETag": tag, "Cache-Control": cache, "Referrer-Policy": "no-referrer"}
    allowed = request.app[DELIVERY].allowed_origins
    origin = request.headers.get("Origin")
    if not allowed:
        return headers
    headers |= {"Vary": "Origin", "Cross-Origin-Resource-Policy": "cross-origin"}
    if origin is not None and ("*" in allowed or origin in allowed):
        headers["Access-Control-Allow-Origin"] = origin
    return headers
