"""/admin/courses: all courses of the school, whose they are, archived and handed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, get_args
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor
from vtp.courses.api.asking import COURSES, OVERSEERS
from vtp.courses.pages import looks, reading
from vtp.courses.rights import State
from vtp.edge.bodies import form
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import only
from vtp.errors import Invalid, Problem
from vtp.ids import CourseId

routes = Routes("pages")

_PER_PAGE = 50
_STATES: tuple[State, ...] = get_args(State)
_DONE = frozenset({"archive", "restore", "give"})


class OverseenQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    q: Annotated[str, Meta(max_length=100)] = ""
    state: Annotated[str, Meta(max_length=20)] = ""
    before: UUID | None = None
    done: str = ""

    @property
    def chosen(self) -> State | None:
        """What nobody knows narrows nothing down."""
        return next((one for one in _STATES if one == self.state), None)

    @property
    def filters(self) -> dict[str, str]:
        """As they stand in an address."""
        named = (("q", self.q.strip()), ("state", self.chosen))
        return {name: one for name, one in named if one}


@routes.get(
    "/admin/courses", rule=only(*OVERSEERS, noun="courses", right="see_all", keys=False), **HTML
)
async def courses(request: web.Request, actor: Actor, query: OverseenQuery) -> web.Response:
    """All of them, newest first."""
    return await _show(request, actor, query)


@routes.post(
    "/admin/courses",
    rule=only(*OVERSEERS, noun="courses", right="oversee_here", writes=True, keys=False),
    **HTML,
)
async def do(request: web.Request, actor: Actor) -> web.Response:
    """Archive one, take it out of the archive, or give it to somebody."""
    values = await form(request)
    query = OverseenQuery(q=values.get("q", "")[:100], state=values.get("state", ""))
    try:
        done = await _done(request, actor, values)
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        return await _show(request, actor, query, values=values, problem=problem)
    return see_other(f"/admin/courses?{urlencode(query.filters | {'done': done})}")


async def _done(request: web.Request, actor: Actor, values: Mapping[str, str]) -> str:
    services, verb = request.app[COURSES], values.get("do", "")
    if verb not in _DONE:
        raise Invalid
    course_id = CourseId(reading.needed(values, "id"))
    match verb:
        case "archive":
            await services.catalogue.archive(actor, course_id)
        case "restore":
            await services.catalogue.restore(actor, course_id)
        case _:
            await services.overseeing.hand_over(actor, course_id, email=values.get("email", ""))
    return verb


async def _show(
    request: web.Request,
    actor: Actor,
    query: OverseenQuery,
    *,
    values: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> web.Response:
    overseeing, filters = request.app[COURSES].overseeing, query.filters
    found = await overseeing.listed(
        actor,
        words=query.q.strip(),
        state=query.chosen,
        before=CourseId(query.before) if query.before else None,
        limit=_PER_PAGE + 1,
    )
    shown = found[:_PER_PAGE]
    more = filters | {"before": str(shown[-1].course.id)} if len(found) > _PER_PAGE else None
    return await request.app[PAGES].render(
        request,
        "admin/courses.html",
        status=problem.status if problem else 200,
        courses=[looks.card(one) | {"made": f"{one.course.created_at:%B %Y}"} for one in shown],
        states=_STATES,
        filters=filters,
        more=f"/admin/courses?{urlencode(more)}" if more else None,
        done=query.done if query.done in _DONE else "",
        values=dict(values or {}),
        problem=problem.detail or problem.title() if problem else "",
    )
