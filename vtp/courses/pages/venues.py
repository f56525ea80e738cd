"""/courses/venues: the places of the school in which classes are held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from vtp.actor import Actor, Role
from vtp.courses import rights
from vtp.courses.api.asking import COURSES, OVERSEERS
from vtp.courses.pages import reading
from vtp.courses.service.gate import person_of
from vtp.edge.bodies import form
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import only
from vtp.errors import Invalid, Problem
from vtp.ids import VenueId

routes = Routes("pages")

_DOING = only(
    *OVERSEERS, Role.INSTRUCTOR, noun="venues", right="change_here", writes=True, keys=False
)


@routes.get("/courses/venues", rule=replace(_DOING, right="see_page", writes=False), **HTML)
async def venues(request: web.Request, actor: Actor) -> web.Response:
    """All of them; whoever looks after the school renames and deletes them."""
    return await _show(request, actor)


@routes.post("/courses/venues", rule=_DOING, **HTML)
async def do(request: web.Request, actor: Actor) -> web.Response:
    """One of the forms of the page."""
    values = await form(request)
    try:
        await _done(request, actor, values)
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        return await _show(request, actor, values=values, problem=problem)
    return see_other("/courses/venues")


async def _done(request: web.Request, actor: Actor, values: Mapping[str, str]) -> None:
    sections = request.app[COURSES].sections
    about: dict[str, Any] = {
        "name": values.get("name", ""),
        "seats": reading.whole(values, "seats"),
    }
    match values.get("do", ""):
        case "add":
            await sections.add_venue(actor, **about)
        case "change":
            await sections.change_venue(actor, VenueId(reading.needed(values, "id")), **about)
        case "delete":
            await sections.delete_venue(actor, VenueId(reading.needed(values, "id")))
        case _:
            raise Invalid


async def _show(
    request: web.Request,
    actor: Actor,
    *,
    values: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> web.Response:
    return await request.app[PAGES].render(
        request,
        "course-venues.html",
        status=problem.status if problem else 200,
        venues=await request.app[COURSES].sections.venues(actor),
        oversees=rights.oversees(person_of(actor)),
        values=dict(values or {}),
        problem=problem.detail or problem.title() if problem else "",
    )
