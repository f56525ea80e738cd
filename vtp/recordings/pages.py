"""The pages of recordings: watch one, and the list of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.attendance.api import WATCHING, ProgressView
from vtp.attendance.api import view as progress_view
from vtp.attendance.register_api import BOOKS
from vtp.attendance.stretches import total
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.paging import Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.errors import NotFound
from vtp.ids import RecordingId, RoomId
from vtp.recordings import model
from vtp.recordings.api import RECORDINGS, RecordingView
from vtp.recordings.api import shown as views

_OVERSEERS = (Role.ADMIN, Role.MANAGER)

routes = Routes("pages")
# Of a room; of one class there are a few at the most.
_NEWEST = 10


_PER_PAGE = 40


class Missed(Struct, frozen=True, kw_only=True):
    """The class can still be made up."""

    path: str
    until: datetime
    enough: float  # seconds that are missing


class Watched(RecordingView, frozen=True, kw_only=True):
    """What the page is made with."""

    host: bool
    progress: ProgressView
    # What they were there for when it was live, and what comes of watching the rest.
    live: list[tuple[float, float]]
    missed: Missed | None


@routes.get(
    "/live/{id}",
    rule=owner(*_OVERSEERS, noun="recordings", right="see_live", keys=False),
    **HTML,
)
async def live(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """The class of a room, for those who watch without joining: while it is recorded."""
    found = await request.app[RECORDINGS].library.listed(
        actor, room_id=RoomId(id), before=None, limit=_NEWEST
    )
    for one in found:
        if one.goes_on:
            return see_other(f"/watch/{one.id}")
    raise NotFound("Nothing is live in this room right now.")


@routes.get(
    "/watch/{id}",
    rule=owner(*_OVERSEERS, noun="recordings", right="see_page", keys=False),
    **HTML,
)
async def watch(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """A recording to be watched, while it goes on too."""
    return await request.app[PAGES].render(
        request, "watch.html", **await player(request, actor, RecordingId(id))
    )


async def player(request: web.Request, actor: Actor, id: RecordingId) -> dict[str, Any]:
    """What the player of a recording begins with; courses show it among their items too."""
    recordings = request.app[RECORDINGS]
    seen = await recordings.studio.seen(actor, id)
    progress = await request.app[WATCHING].mine(actor, seen.recording.id)
    (view,) = await views(request, [seen.recording])
    live, missed = await _caught_up(request, actor, seen)
    shown = Watched(
        **msgspec.structs.asdict(view),
        host=seen.role == "host",
        progress=progress_view(progress),
        live=live,
        missed=missed,
    )
    room_id = seen.recording.room_id
    titles = await recordings.studio.stage.titles([room_id])
    return {
        "recording": {"title": seen.recording.title, "room": titles.get(room_id, "")},
        "film": False,
        "watched": msgspec.json.encode(shown).decode(),
    }


async def _caught_up(
    request: web.Request, actor: Actor, seen: model.Seen
) -> tuple[list[tuple[float, float]], Missed | None]:
    """Only for who is taught: nobody makes up the class that they gave."""
    if seen.role == "host":
        return [], None
    live, chance = await request.app[BOOKS].catching.live(actor, seen.recording.id)
    spans = [(start / 1000, end / 1000) for start, end in live]
    if chance is None:
        return spans, None
    path = f"/attendance/{chance.planned.id}"
    return spans, Missed(path=path, until=chance.until, enough=chance.missing / 1000)


class RowsQuery(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    words: Annotated[str, Meta(max_length=100)] = ""
    bin: bool = False


class Row(Struct, frozen=True, kw_only=True):
    recording: RecordingView
    room: str
    host: bool
    seen: float  # seconds that one has seen
    viewers: int | None  # for hosts


@routes.get("/recordings", rule=signed_in("recordings", "see_list", keys=False), **HTML)
async def recordings(request: web.Request, actor: Actor) -> web.Response:
    """The recordings of one's rooms."""
    rows = await _rows(request, actor, RowsQuery(limit=_PER_PAGE))
    return await request.app[PAGES].render(
        request, "recordings.html", rows=msgspec.json.encode(rows).decode()
    )


@routes.get(
    "/recordings/rows",
    rule=signed_in("recordings", "read_list", keys=False),
    described=False,
)
async def rows(request: web.Request, actor: Actor, query: RowsQuery) -> Page[Row]:
    """More of them, those that words find, or what is in the bin."""
    return await _rows(request, actor, query)


async def _rows(request: web.Request, actor: Actor, query: RowsQuery) -> Page[Row]:
    found = await request.app[RECORDINGS].library.shelf(
        actor,
        words=query.words.strip(),
        binned=query.bin,
        before=after(query.cursor, RecordingId),
        limit=query.limit + 1,
    )
    shown = page(found, limit=query.limit, key=lambda one: one.recording.id)
    return Page(await _seen(request, actor, shown.items), shown.next)


async def _seen(request: web.Request, actor: Actor, listed: Sequence[model.Listed]) -> list[Row]:
    watching = request.app[WATCHING]
    mine = await watching.of(actor, [one.recording.id for one in listed])
    viewers = await watching.viewers([one.recording.id for one in listed if one.host])
    shown = await views(request, [one.recording for one in listed])
    return [
        Row(
            recording=view,
            room=one.room,
            host=one.host,
            seen=total(mine[one.recording.id].seen) / 1000 if one.recording.id in mine else 0,
            viewers=viewers.get(one.recording.id, 0) if one.host else None,
        )
        for one, view in zip(listed, shown, strict=True)
    ]
