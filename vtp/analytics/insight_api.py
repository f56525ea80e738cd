"""/api/v1/analytics/{sessions,courses}: what the staff of a course may know of its classes."""

from __future__ import annotations

from aiohttp import web

from vtp.actor import Actor
from vtp.analytics import insight_tables as tables
from vtp.analytics.insight_shapes import (
    ClassInsightView,
    CourseInsightView,
    Id,
    RecordingInsightView,
    class_view,
    course_view,
    recording_view,
)
from vtp.analytics.service.insights import Insights
from vtp.attendance.problems import NotHeldYet
from vtp.courses.api.asking import OVERSEERS
from vtp.courses.problems import StaffOnly
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import NotFound
from vtp.ids import ClassId, CourseId, RecordingId
from vtp.recordings.api import RECORDINGS

INSIGHTS: web.AppKey[Insights] = web.AppKey("insights", Insights)

routes = Routes("analytics")

_CSV = "text/csv"


@routes.get(
    "/api/v1/analytics/sessions/{id}",
    rule=owner(*OVERSEERS, noun="analytics", right="read_class"),
    errors=(StaffOnly, NotHeldYet),
)
async def of_class(request: web.Request, actor: Actor, id: Id) -> ClassInsightView:
    """Who saw a class when, live and on its recordings, where it was hard, and who took part.

    For the staff of its course; that you read it is written down. Moments that fewer than five
    people saw are not judged.
    """
    return class_view(await request.app[INSIGHTS].of_class(actor, ClassId(id)))


@routes.get(
    "/api/v1/analytics/sessions/{id}/students.csv",
    rule=owner(*OVERSEERS, noun="analytics", right="take_class"),
    produces=_CSV,
    errors=(StaffOnly, NotHeldYet),
)
async def take_class(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """Each student of a class as CSV: what they saw, and what they did while they were there."""
    found = await request.app[INSIGHTS].of_class(actor, ClassId(id))
    return _file(tables.of_class(found), "class.csv")


@routes.get(
    "/api/v1/analytics/sessions/{id}/moments.csv",
    rule=owner(*OVERSEERS, noun="analytics", right="take_moments"),
    produces=_CSV,
    errors=(StaffOnly, NotHeldYet),
)
async def take_moments(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """Each ten seconds of a class as CSV: how many saw them, and how hard they were."""
    found = await request.app[INSIGHTS].of_class(actor, ClassId(id))
    return _file(tables.curve(found), "moments.csv")


@routes.get(
    "/api/v1/analytics/recordings/{id}",
    rule=owner(*OVERSEERS, noun="analytics", right="read_recording"),
    errors=(StaffOnly, NotHeldYet),
)
async def of_recording(request: web.Request, actor: Actor, id: Id) -> RecordingInsightView:
    """Where students got lost, on the time of a recording of their class; for who hosts it."""
    seen = await request.app[RECORDINGS].studio.seen(actor, RecordingId(id))
    if seen.role != "host":
        raise NotFound
    found = await request.app[INSIGHTS].of_recording(actor, RecordingId(id))
    return recording_view(found, RecordingId(id))


@routes.get(
    "/api/v1/analytics/courses/{id}",
    rule=owner(*OVERSEERS, noun="analytics", right="read_course"),
    errors=(StaffOnly,),
)
async def of_course(request: web.Request, actor: Actor, id: Id) -> CourseInsightView:
    """Every class of a course in a few numbers, and who could do with a word, for its staff."""
    return course_view(await request.app[INSIGHTS].of_course(actor, CourseId(id)))


@routes.get(
    "/api/v1/analytics/courses/{id}/classes.csv",
    rule=owner(*OVERSEERS, noun="analytics", right="take_course"),
    produces=_CSV,
    errors=(StaffOnly,),
)
async def take_course(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """Every class of a course as CSV."""
    found = await request.app[INSIGHTS].of_course(actor, CourseId(id))
    return _file(tables.of_course(found), "classes.csv")


def _file(text: str, name: str) -> web.Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return web.Response(text=text, content_type=_CSV, charset="utf-8", headers=headers)
