"""/courses/{id}/items/{item}: one thing of the outline, opened in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from aiohttp import web
from msgspec import Struct

from vtp.actor import Actor
from vtp.courses.api.asking import COURSES, OVERSEERS
from vtp.courses.outline.progress import Item
from vtp.courses.outline.reading import Reader
from vtp.courses.pages import contents, looks
from vtp.courses.port import Filmed, Learning
from vtp.edge.bodies import form
from vtp.edge.health import CLOCK
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import NotFound
from vtp.ids import CourseId, RecordingId
from vtp.library import pages as library_pages

routes = Routes("pages")


class Player(Protocol):
    """What the player of a recording begins with; `recordings` answers."""

    async def __call__(
        self, request: web.Request, actor: Actor, id: RecordingId
    ) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What these pages read."""

    reader: Reader
    player: Player
    learning: Learning


DESK: web.AppKey[Desk] = web.AppKey("desk", Desk)


class ItemQuery(Struct, frozen=True, forbid_unknown_fields=True):
    preview: bool = False
    part: int = 0  # of a class that was recorded in pieces


async def outline(
    request: web.Request, actor: Actor, course_id: CourseId, *, preview: bool
) -> dict[str, Any] | None:
    """The outline as the page of a course shows it; None where nothing is published."""
    reader = request.app[DESK].reader
    if preview:
        found = await reader.way(actor, course_id, preview=True)
    elif (published := await reader.way_or_none(actor, course_id)) is not None:
        found = published
    else:
        return None
    return contents.way(
        found,
        course_id,
        zone=await zone_of(request, actor),
        now=request.app[CLOCK].now(),
        preview=preview,
    )


async def zone_of(request: web.Request, actor: Actor) -> str:
    viewer = await request.app[PAGES].viewer(actor)
    return str(viewer["time_zone"]) if viewer else "UTC"


@routes.get(
    "/courses/{id}/items/{item}",
    rule=owner(*OVERSEERS, noun="courses", right="see_item", keys=False),
    **HTML,
)
async def item(
    request: web.Request, actor: Actor, id: UUID, item: UUID, query: ItemQuery
) -> web.Response:
    """Read, look at, play or join it, with all that is around it."""
    course_id, desk = CourseId(id), request.app[DESK]
    yours = await request.app[COURSES].gate.inside(actor, course_id)
    found, opened = await desk.reader.open(actor, course_id, item, preview=query.preview)
    shown = contents.way(
        found,
        course_id,
        zone=await zone_of(request, actor),
        now=request.app[CLOCK].now(),
        preview=query.preview,
    )
    (it,) = [
        one for chapter in shown["chapters"] for one in chapter["items"] if one["id"] == str(item)
    ]
    before, after = contents.around(shown, it["id"])
    films = [film for film in opened.films if film.ready or film.live]
    part = max(0, min(query.part, len(films) - 1))
    return await request.app[PAGES].render(
        request,
        "course-item.html",
        course=looks.card(yours),
        way=shown,
        item=it,
        before=before,
        after=after,
        preview=query.preview,
        page=await desk.reader.drawn(opened.node.body) if opened.node.kind == "page" else "",
        parts=[f"{it['path'].partition('?')[0]}?part={number}" for number in range(len(films))],
        part=part,
        player=await _player(request, actor, opened, films[part] if films else None),
    )


async def _player(
    request: web.Request, actor: Actor, opened: Item, film: Filmed | None
) -> Mapping[str, Any] | None:
    """Of a recording, or of a video that was uploaded."""
    if film is not None:
        return await request.app[DESK].player(request, actor, film.id)
    media = opened.media
    if media is None or media.kind not in {"video", "audio"} or media.sha256 is None:
        return None
    return await library_pages.player(request, actor, media)


@routes.post(
    "/courses/{id}/items/{item}",
    rule=owner(*OVERSEERS, noun="courses", right="mark_item", writes=True, keys=False),
    **HTML,
)
async def mark(request: web.Request, actor: Actor, id: UUID, item: UUID) -> web.Response:
    """Say of something that one is done with it, or is not after all."""
    values = await form(request)
    if values.get("do") not in {"done", "undone"}:
        raise NotFound
    await request.app[DESK].reader.mark(actor, CourseId(id), item, done=values["do"] == "done")
    return see_other(f"/courses/{id}/items/{item}")
