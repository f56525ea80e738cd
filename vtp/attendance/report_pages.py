"""The form by which staff choose to be sent how a course goes."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from vtp.actor import Actor
from vtp.attendance.reporting import EVERY
from vtp.attendance.service.reports import Reports
from vtp.courses.api.asking import OVERSEERS
from vtp.edge.bodies import form
from vtp.edge.html import HTML, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import Invalid
from vtp.ids import CourseId

REPORTS: web.AppKey[Reports] = web.AppKey("attendance_reports", Reports)

routes = Routes("pages")


@routes.post(
    "/courses/{id}/attendance/report",
    rule=owner(*OVERSEERS, noun="attendance", right="choose_report", writes=True, keys=False),
    **HTML,
)
async def choose(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """Each week, each month, or never."""
    wanted = (await form(request)).get("every", "")
    every = next((one for one in EVERY if one == wanted), None)
    if every is None and wanted:
        raise Invalid
    await request.app[REPORTS].choose(actor, CourseId(id), every)
    return see_other(f"/courses/{id}/attendance#reports")
