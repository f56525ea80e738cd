"""The list of courses, making one, and coming in by a code or an invitation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, get_args
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.courses import rights
from vtp.courses.api.asking import COURSES, OVERSEERS
from vtp.courses.model import Yours
from vtp.courses.pages import looks, reading
from vtp.courses.pages.learning import zone_of
from vtp.courses.problems import DoubleBooked
from vtp.courses.rights import Visibility
from vtp.courses.service.catalogue import Scope, Wish
from vtp.courses.service.gate import person_of
from vtp.edge.bodies import form
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import only, signed_in
from vtp.errors import Invalid, Problem
from vtp.ids import CourseId

routes = Routes("pages")

_PER_PAGE = 24


class CoursesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    words: Annotated[str, Meta(max_length=100)] = ""
    before: UUID | None = None


class InvitationQuery(Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(max_length=100)] = ""


@routes.get("/courses", rule=signed_in("courses", "see_list", keys=False), **HTML)
async def courses(request: web.Request, actor: Actor, query: CoursesQuery) -> web.Response:
    """One's own courses, and those that everybody may find."""
    return await _list(request, actor, query)


@routes.post(
    "/courses/code",
    rule=signed_in("enrollments", "enrol_by_code_here", writes=True, keys=False),
    **HTML,
)
async def code(request: web.Request, actor: Actor) -> web.Response:
    """Come in by a code."""
    values = await form(request)
    try:
        found = await request.app[COURSES].enrolling.by_code(actor, values.get("code", ""))
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        return await _list(request, actor, CoursesQuery(), values=values, problem=problem)
    return see_other(f"/courses/{found.course_id}?done=enrol")


async def _list(
    request: web.Request,
    actor: Actor,
    query: CoursesQuery,
    *,
    values: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> web.Response:
    oversees = rights.oversees(person_of(actor))
    first = query.before is None and not query.words
    mine = await _found(request, actor, "mine", query, 100) if first else []
    found = await _found(request, actor, "all" if oversees else "catalogue", query, _PER_PAGE + 1)
    own = {one.course.id for one in mine}
    shown = found[:_PER_PAGE]
    return await request.app[PAGES].render(
        request,
        "courses.html",
        status=problem.status if problem else 200,
        mine=[looks.card(one) for one in mine],
        others=[looks.card(one) for one in shown if one.course.id not in own],
        older=f"/courses?words={query.words}&before={shown[-1].course.id}"
        if len(found) > _PER_PAGE
        else None,
        words=query.words,
        values=dict(values or {}),
        errors=_errors(problem, "code"),
        may_make=rights.may_make(person_of(actor)),
    )


def _errors(problem: Problem | None, field: str) -> dict[str, str]:
    if problem is None:
        return {}
    return dict(problem.fields) or {field: problem.detail or problem.title()}


async def _found(
    request: web.Request, actor: Actor, scope: Scope, query: CoursesQuery, limit: int
) -> list[Yours]:
    return await request.app[COURSES].catalogue.listed(
        actor,
        scope=scope,
        words_=query.words.strip(),
        before=CourseId(query.before) if query.before else None,
        limit=limit,
    )


# --- making one -----------------------------------------------------------------------------
_MAKING = only(
    *OVERSEERS, Role.INSTRUCTOR, noun="courses", right="create_here", writes=True, keys=False
)


@routes.get("/courses/new", rule=replace(_MAKING, right="see_new", writes=False), **HTML)
async def new(request: web.Request, actor: Actor) -> web.Response:
    """The form for a new course."""
    return await _new(request, actor)


@routes.post("/courses/new", rule=_MAKING, **HTML)
async def make(request: web.Request, actor: Actor) -> web.Response:
    """Make a course by the form, with its classes of every week if they are given."""
    values = await form(request)
    services = request.app[COURSES]
    try:
        weekly = reading.plan(values | {"title": ""}) if reading.weekdays(values) else None
        made = await services.catalogue.create(actor, _wish(values))
    except Invalid as problem:
        return await _new(request, actor, values=values, problem=problem)
    course_id = made.course.id
    if weekly is not None:
        (section,) = await services.sections.listed(actor, course_id)
        try:
            await services.timetable.plan(actor, section.id, weekly)
        except (DoubleBooked, Invalid) as problem:
            await services.catalogue.delete(actor, course_id)
            return await _new(request, actor, values=values, problem=problem)
    return see_other(f"/courses/{course_id}?done=made")


def _wish(values: Mapping[str, str]) -> Wish:
    return Wish(
        title=values.get("title", ""),
        description=values.get("description", ""),
        visibility=reading.one_of(values, "visibility", get_args(Visibility)),
        time_zone=values.get("time_zone") or "UTC",
        first_day=reading.day(values, "first_day"),
        last_day=reading.day(values, "last_day"),
        capacity=reading.whole(values, "capacity"),
    )


async def _new(
    request: web.Request,
    actor: Actor,
    *,
    values: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> web.Response:
    more: dict[str, Any] = dict(problem.more) if problem else {}
    return await request.app[PAGES].render(
        request,
        "course-new.html",
        status=problem.status if problem else 200,
        values=dict(values or {}) or {"time_zone": await zone_of(request, actor)},
        errors=dict(problem.fields) if problem else {},
        problem={
            "text": problem.detail or problem.title(),
            "free": more.get("free", []),
            "days": more.get("days", []),
        }
        if problem
        else None,
        venues=looks.venues(await request.app[COURSES].sections.venues(actor)),
    )


# --- invitations ----------------------------------------------------------------------------
@routes.get(
    "/courses/invitation", rule=signed_in("enrollments", "see_invitation", keys=False), **HTML
)
async def invitation(request: web.Request, actor: Actor, query: InvitationQuery) -> web.Response:
    """What somebody is invited to. Opening the link changes nothing: mail programs do that too."""
    actor.require_user()
    return await request.app[PAGES].render(
        request, "course-invitation.html", token=query.token, problem=""
    )


@routes.post(
    "/courses/invitation",
    rule=signed_in("enrollments", "accept_here", writes=True, keys=False),
    **HTML,
)
async def accept(request: web.Request, actor: Actor) -> web.Response:
    """Accept it."""
    values = await form(request)
    try:
        found = await request.app[COURSES].inviting.accept(actor, values.get("token", ""))
    except Problem as problem:
        if problem.status not in {409, 410, 422}:
            raise
        return await request.app[PAGES].render(
            request,
            "course-invitation.html",
            status=problem.status,
            token="",
            problem=problem.detail or problem.title(),
        )
    return see_other(f"/courses/{found.course_id}?done=enrol")
