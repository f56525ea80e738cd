"""/courses/{id}/build: the builder of a course."""

from __future__ import annotations

from aiohttp import web

from vtp.actor import Actor, Role
from vtp.courses.api.asking import COURSES
from vtp.courses.outline.api import Id
from vtp.edge.html import HTML, PAGES
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.ids import CourseId

routes = Routes("pages")


@routes.get(
    "/courses/{id}/build",
    rule=owner(Role.ADMIN, Role.MANAGER, noun="courses", right="build", keys=False),
    **HTML,
)
async def build(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """Chapters beside the library."""
    course = (await request.app[COURSES].gate.taught(actor, CourseId(id))).course
    return await request.app[PAGES].render(
        request,
        "builder.html",
        course={"id": str(course.id), "title": course.title, "state": course.state},
    )
