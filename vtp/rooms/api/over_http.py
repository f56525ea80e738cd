"""What WHIP and WHEP have in common: descriptions in and out, and the address of a session.

RFC 9725 for whoever sends, draft-ietf-wish-whep for whoever watches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta

from vtp.actor import Actor
from vtp.edge.bodies import require_type, whole
from vtp.edge.problems import Malformed, PreconditionFailed, PreconditionRequired
from vtp.ids import RoomId
from vtp.media.rtp.sdp_fragment import parse_fragment
from vtp.media.rtp.sdp_lines import MAX_TEXT, BadSdp
from vtp.rooms.api.asking import ROOMS
from vtp.rooms.service.entrance import IceServer
from vtp.rooms.service.sessions import Opened, Protocol, Session

SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"

SessionRef = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]

# Pages of other sites may ask with a token of their own, never with a cookie of ours.
_FOR_PAGES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, Link, ETag, Accept-Patch, Accept-Post",
}
_ASKED_BEFORE = {
    **_FOR_PAGES,
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, X-API-Key",
    "Access-Control-Max-Age": "86400",
}


async def offer(request: web.Request) -> str:
    require_type(request, SDP)
    return await _text(request)


def created(opened: Opened) -> web.Response:
    session = opened.session
    body = opened.answer.encode()  # `text` would add a charset, which neither type has
    response = web.Response(status=HTTPStatus.CREATED, body=body, content_type=SDP)
    response.headers.update(_FOR_PAGES)
    response.headers.update(
        {
            "Location": f"/{session.protocol}/{session.room_id}/{session.id}",
            "ETag": session.etag,
            "Accept-Patch": FRAGMENT,
            "Cache-Control": "no-store",
        }
    )
    for link in _links(opened.ice_servers):
        response.headers.add("Link", link)
    return response


def _links(servers: Iterable[IceServer]) -> Iterator[str]:
    """RFC 9725, 4.6."""
    for server in servers:
        for url in server.urls:
            known = ""
            if server.username:
                known = (
                    f'; username="{server.username}"; credential="{server.credential}"'
                    '; credential-type="password"'
                )
            yield f'<{url}>; rel="ice-server"{known}'


def taken(methods: str, **formats: str) -> web.Response:
    """The answer to OPTIONS: what may be sent here, also to pages of other sites."""
    about = {name.replace("_", "-"): value for name, value in formats.items()}
    headers = {**_ASKED_BEFORE, "Access-Control-Allow-Methods": methods, "Allow": methods, **about}
    return web.Response(status=HTTPStatus.OK, headers=headers)


def session_of(
    request: web.Request, actor: Actor, protocol: Protocol, room: RoomId, session: str
) -> Session:
    return request.app[ROOMS].sessions.get(actor, protocol, room, session)


async def patched(request: web.Request, session: Session) -> web.Response:
    """Candidates, or new credentials for a restart of ICE (RFC 9725, 4.3)."""
    require_type(request, FRAGMENT)
    _require_match(request.headers, session.etag)
    try:
        fragment = parse_fragment(await _text(request))
    except BadSdp as problem:
        raise Malformed(problem.detail) from None
    ours = request.app[ROOMS].sessions.patch(session, fragment)
    if ours is None:
        return web.Response(status=HTTPStatus.NO_CONTENT, headers=_FOR_PAGES)
    headers = {**_FOR_PAGES, "ETag": session.etag, "Cache-Control": "no-store"}
    return web.Response(body=ours.encode(), content_type=FRAGMENT, headers=headers)


def _require_match(headers: Mapping[str, str], etag: str) -> None:
    wanted = headers.get("If-Match")
    if wanted is None:
        raise PreconditionRequired
    if wanted.strip() != "*" and etag not in (one.strip() for one in wanted.split(",")):
        raise PreconditionFailed("ICE was restarted since.")


def ended(request: web.Request, session: Session) -> web.Response:
    request.app[ROOMS].sessions.end(session)
    return web.Response(status=HTTPStatus.OK, headers=_FOR_PAGES)


async def _text(request: web.Request) -> str:
    raw = await whole(request, limit=MAX_TEXT)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadSdp("A session description is UTF-8.") from None
