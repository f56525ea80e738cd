"""POST /api/v1/analytics/plays: pages tell how what they play arrives."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor
from vtp.analytics.model import Connection, Kind, Told
from vtp.analytics.service.telling import Telling
from vtp.edge.front import ADDRESS
from vtp.edge.routes import Routes
from vtp.edge.rules import signed_in

routes = Routes("analytics")

TELLING: web.AppKey[Telling] = web.AppKey("analytics_telling", Telling)

_WEEK = 7 * 24 * 3600 * 1000  # ms; no page is open for longer
_Ms = Annotated[int, Meta(ge=0, le=_WEEK, examples=[61_500])]
_Many = Annotated[int, Meta(ge=0, le=10**12, examples=[48_210])]
_Few = Annotated[int, Meta(ge=0, le=1_000_000, examples=[2])]


class PlayIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All since the page was opened: the last one counts, and telling it twice does no harm."""

    id: Annotated[UUID, Meta(description="Made by the page, once for each playing.")]
    kind: Kind
    of: Annotated[UUID, Meta(description="The meeting, or the recording.")]
    startup_ms: Annotated[_Ms | None, Meta(description="Until the first picture or sound.")] = None
    watched_ms: Annotated[_Ms, Meta(description="Played, without what stood still.")] = 0
    stalled_ms: _Ms = 0
    stalls: _Few = 0
    height_ms: Annotated[
        int, Meta(ge=0, le=_WEEK * 4320, description="The sum of height times milliseconds.")
    ] = 0
    sized_ms: Annotated[_Ms, Meta(description="In which a height was known.")] = 0
    changes: Annotated[_Few, Meta(description="Of the size, while it played.")] = 0
    received: Annotated[_Many, Meta(description="Packets; of a class.")] = 0
    lost: _Many = 0
    rtt_ms: Annotated[int, Meta(ge=0, le=600_000, examples=[38])] | None = None
    broken: Annotated[bool, Meta(description="It ended by an error.")] = False
    connection: Connection = "unknown"


@routes.post(
    "/api/v1/analytics/plays", rule=signed_in("analytics", "tell_play", writes=True), status=204
)
async def tell(request: web.Request, actor: Actor, body: PlayIn) -> None:
    """Tell how a class or a recording arrives at you.

    Of your browser its family is kept, of your address its network, and both for 90 days. What
    is told of a class that you were not in, or a recording that you did not open, is not kept.
    """
    await request.app[TELLING].tell(
        actor,
        Told(**msgspec.structs.asdict(body)),
        agent=request.headers.get("User-Agent", ""),
        address=request[ADDRESS],
    )
