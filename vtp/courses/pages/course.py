"""The page of a course: for who is in it, who may enrol, and who teaches it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor
from vtp.courses import rights
from vtp.courses.api.asking import COURSES, OVERSEERS
from vtp.courses.model import Yours
from vtp.courses.pages import looks
from vtp.courses.pages.doing import DEEDS, Deed
from vtp.courses.pages.learning import DESK, outline, zone_of
from vtp.courses.service.pictures import MAX_BYTES
from vtp.courses.service.rolls import Looked
from vtp.edge import forms
from vtp.edge.bodies import form
from vtp.edge.health import CLOCK
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.multipart import file
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import Invalid, Problem
from vtp.ids import CourseId, SectionId

routes = Routes("pages")

Tab = Literal["content", "classes", "people", "settings"]
_BACK, _AHEAD, _SHOWN = timedelta(days=120), timedelta(days=366), 300
_ROLL = 50


class TabQuery(Struct, frozen=True, forbid_unknown_fields=True):
    tab: Tab | None = None  # what is published, else the classes
    done: str = ""
    preview: bool = False  # for the staff: what would be published
    words: Annotated[str, Meta(max_length=100)] = ""  # of people
    section: UUID | None = None
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown again after a form that could not be followed, or that only looked."""

    values: Mapping[str, str]
    problem: Problem | None = None
    looked: Looked | None = None


@routes.get(
    "/courses/{id}", rule=owner(*OVERSEERS, noun="courses", right="see_page", keys=False), **HTML
)
async def course(request: web.Request, actor: Actor, id: UUID, query: TabQuery) -> web.Response:
    """What is next, the schedule, who is in it, and for its teachers everything else."""
    return await show(request, actor, CourseId(id), query=query)


@routes.post(
    "/courses/{id}",
    rule=owner(*OVERSEERS, noun="courses", right="do_here", writes=True, keys=False),
    **HTML,
)
async def do(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """One of the forms of the page."""
    courses, course_id, values = request.app[COURSES], CourseId(id), await form(request)
    await courses.gate.yours(actor, course_id)
    verb, tab = values.get("do", ""), _tab(values)
    try:
        if verb == "look":
            looked = await courses.rolls.look(
                actor, course_id, values.get("list", "").encode(), drops="drop" in values
            )
            answer = Answer(values, None, looked)
            return await show(request, actor, course_id, query=TabQuery(tab), answer=answer)
        if (deed := DEEDS.get(verb)) is None:
            raise Invalid
        zone = await _zone(request, actor, values)
        await deed(Deed(courses, actor, course_id, values, zone))
    except Problem as problem:
        if not forms.on_page(problem):
            raise
        answer = Answer(values, problem)
        return await show(request, actor, course_id, query=TabQuery(tab), answer=answer)
    if verb == "leave":
        return see_other("/courses")
    return see_other(f"/courses/{id}?tab={tab}&done={verb}")


@routes.post(
    "/courses/{id}/picture",
    rule=owner(*OVERSEERS, noun="courses", right="set_picture_here", writes=True, keys=False),
    **HTML,
)
async def picture(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """A picture by the form."""
    courses, course_id = request.app[COURSES], CourseId(id)
    await courses.gate.taught(actor, course_id)
    data = await file(request, "picture", limit=MAX_BYTES)
    try:
        await courses.pictures.set(actor, course_id, _pieces(data))
    except Invalid as problem:
        answer = Answer({}, problem)
        return await show(request, actor, course_id, query=TabQuery("settings"), answer=answer)
    return see_other(f"/courses/{id}?tab=settings&done=picture")


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _tab(values: Mapping[str, str]) -> Tab:
    tab = values.get("tab", "")
    return tab if tab in {"content", "people", "settings"} else "classes"  # type: ignore[return-value]  # one of them


async def _zone(request: web.Request, actor: Actor, values: Mapping[str, str]) -> str:
    """Times in a form are of the zone in which the page showed them."""
    return values.get("zone") or await zone_of(request, actor)


async def show(
    request: web.Request,
    actor: Actor,
    course_id: CourseId,
    *,
    query: TabQuery,
    answer: Answer | None = None,
) -> web.Response:
    courses = request.app[COURSES]
    yours = await courses.gate.yours(actor, course_id)
    answer = answer or Answer({})
    problem = answer.problem
    way = await _way(request, actor, yours, query)
    tab: Tab = query.tab or ("classes" if way is None else "content")
    return await request.app[PAGES].render(
        request,
        "course.html",
        status=problem.status if problem else 200,
        course=looks.card(yours) | await _about(request, actor, yours),
        tab=tab,
        way=way,
        preview=query.preview,
        done=query.done,
        values=dict(answer.values),
        errors=dict(problem.fields) if problem else {},
        problem=_said(problem),
        looked=answer.looked,
        may=_may(yours),
        **await _classes(request, actor, yours),
        **await _people(request, actor, yours, query),
    )


async def _way(
    request: web.Request, actor: Actor, yours: Yours, query: TabQuery
) -> dict[str, Any] | None:
    if not rights.is_inside(yours.role):
        return None
    preview = query.preview and rights.is_staff(yours.role)
    return await outline(request, actor, yours.course.id, preview=preview)


def _said(problem: Problem | None) -> dict[str, Any] | None:
    if problem is None:
        return None
    return {
        "text": problem.detail or problem.title(),
        "free": problem.more.get("free", []),
        "days": problem.more.get("days", []),
    }


def _may(yours: Yours) -> dict[str, bool]:
    course = yours.course
    teaches = rights.may_teach(yours.role)
    return {
        "teach": teaches and course.state != "archived",
        "own": teaches,
        "inside": rights.is_inside(yours.role),
        "staff": rights.is_staff(yours.role),
        "enrol": yours.seen.status != "waiting"
        and rights.may_enrol(course.facts, open_enrolment=course.open_enrolment, role=yours.role),
        "leave": yours.seen.status in {"active", "waiting"},
    }


async def _about(request: web.Request, actor: Actor, yours: Yours) -> dict[str, Any]:
    course, courses = yours.course, request.app[COURSES]
    return {
        "description": course.description,
        "time_zone": course.time_zone,
        "open_enrolment": course.open_enrolment,
        "join_code": course.join_code if rights.may_teach(yours.role) else None,
        "first_day": course.first_day.isoformat() if course.first_day else "",
        "last_day": course.last_day.isoformat() if course.last_day else "",
        "my_section": str(yours.seen.section_id or ""),
        "sections": await courses.sections.listed(actor, course.id),
        "teachers": await courses.sections.staff(actor, course.id),
    }


async def _classes(request: web.Request, actor: Actor, yours: Yours) -> dict[str, Any]:
    """Those to come, the next of them, and those that were."""
    if not rights.is_inside(yours.role):
        return {"coming": [], "past": [], "next": None, "series": [], "holidays": [], "venues": []}
    courses, now = request.app[COURSES], request.app[CLOCK].now()
    zone = await zone_of(request, actor)
    found = await courses.timetable.of_course(
        actor, yours.course.id, since=now - _BACK, until=now + _AHEAD, limit=_SHOWN
    )
    coming = [one for one in found if one.ends_at > now]
    following = looks.coming(coming)
    series = await courses.timetable.series(actor, yours.course.id)
    past = [one for one in reversed(found) if one.ends_at <= now]
    student = not rights.is_staff(yours.role)
    learning = request.app[DESK].learning
    missed = await learning.missed(actor, [one.id for one in past]) if student and past else {}
    return {
        "zone": zone,
        "coming": [looks.lesson(one, zone=zone, now=now) for one in coming],
        "past": [looks.lesson(one, zone=zone, now=now, missed=missed.get(one.id)) for one in past],
        "next": looks.lesson(following, zone=zone, now=now) if following else None,
        "series": [looks.weekly(one) for one in series],
        "holidays": await courses.timetable.holidays(actor, yours.course.id),
        "venues": looks.venues(await courses.sections.venues(actor)),
    }


async def _people(
    request: web.Request, actor: Actor, yours: Yours, query: TabQuery
) -> dict[str, Any]:
    if query.tab != "people" or not rights.is_staff(yours.role):
        return {"students": [], "invitations": [], "roll": {}}
    courses, course_id = request.app[COURSES], yours.course.id
    found = await courses.enrolling.roll(
        actor,
        course_id,
        words_=query.words.strip(),
        section_id=SectionId(query.section) if query.section else None,
        start=(query.page - 1) * _ROLL,
        limit=_ROLL + 1,
    )
    chosen = f"&words={quote(query.words)}" if query.words else ""
    chosen += f"&section={query.section}" if query.section else ""
    place = f"/courses/{course_id}?tab=people{chosen}&page="
    return {
        "students": found[:_ROLL],
        "invitations": []
        if chosen or query.page > 1
        else await courses.inviting.invitations(actor, course_id),
        "roll": {
            "words": query.words,
            "section": str(query.section or ""),
            "before": f"{place}{query.page - 1}" if query.page > 1 else None,
            "after": f"{place}{query.page + 1}" if len(found) > _ROLL else None,
        },
    }
