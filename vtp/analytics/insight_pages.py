"""The pages of insights: of one class, and of a course."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from vtp.actor import Actor
from vtp.analytics import insight_looks as looks
from vtp.analytics.insight_api import INSIGHTS
from vtp.attendance.problems import NotHeldYet
from vtp.courses.api.asking import COURSES, OVERSEERS
from vtp.edge.html import HTML, PAGES, TEXTS
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.ids import ClassId, CourseId

routes = Routes("pages")


@routes.get(
    "/insights/{id}",
    rule=owner(*OVERSEERS, noun="analytics", right="see_class", keys=False),
    **HTML,
)
async def of_class(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """Who saw a class when, where it was hard, and who took part; for staff."""
    _, planned = await request.app[COURSES].gate.session(actor, ClassId(id))
    try:
        found = await request.app[INSIGHTS].of_class(actor, planned.id)
    except NotHeldYet:
        found = None
    return await request.app[PAGES].render(
        request,
        "class-insights.html",
        planned=planned,
        course_path=f"/courses/{planned.course_id}",
        insight=looks.of_class(found, request.app[TEXTS]) if found else None,
    )


@routes.get(
    "/courses/{id}/insights",
    rule=owner(*OVERSEERS, noun="analytics", right="see_course", keys=False),
    **HTML,
)
async def of_course(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """Every class of a course at one look, and who could do with a word; for staff."""
    found = await request.app[INSIGHTS].of_course(actor, CourseId(id))
    return await request.app[PAGES].render(
        request, "course-insights.html", insight=looks.of_course(found, request.app[TEXTS])
    )
