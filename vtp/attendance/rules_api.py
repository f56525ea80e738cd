"""By which rules marks are made, over HTTP: policies, breaks in classes, and what is made up."""

from __future__ import annotations

from aiohttp import web

from vtp.actor import Actor
from vtp.attendance.problems import BadBreaks, NoReason, NotHeldYet, PolicyChanged, TooOld
from vtp.attendance.register_api import BOOKS
from vtp.attendance.rules_shapes import (
    BreaksIn,
    CatchUpView,
    LookIn,
    OutlookView,
    PolicyIn,
    RerunIn,
    RulesView,
    catch_up_view,
    outlook_view,
    rules_view,
)
from vtp.attendance.shapes import Id, SheetView, sheet_view
from vtp.courses.api.asking import OVERSEERS
from vtp.courses.problems import Archived, TeachersOnly
from vtp.edge.html import TEXTS
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.ids import ClassId, CourseId

routes = Routes("attendance")


@routes.get(
    "/api/v1/courses/{id}/attendance/policy",
    rule=owner(*OVERSEERS, noun="attendance", right="read_policy"),
)
async def policy(request: web.Request, actor: Actor, id: Id) -> RulesView:
    """By which rules marks are made in a course, for everybody in it, with its history."""
    found = await request.app[BOOKS].policies.read(actor, CourseId(id))
    return rules_view(CourseId(id), found)


@routes.put(
    "/api/v1/courses/{id}/attendance/policy",
    rule=owner(*OVERSEERS, noun="attendance", right="write_policy", writes=True),
    errors=(TeachersOnly, Archived, PolicyChanged),
)
async def write(request: web.Request, actor: Actor, id: Id, body: PolicyIn) -> RulesView:
    """A new version of the rules. Classes that were held keep the marks that they have."""
    made = await request.app[BOOKS].policies.write(
        actor, CourseId(id), body.policy, base=body.base, also_planned=body.also_planned
    )
    return rules_view(CourseId(id), made)


@routes.post(
    "/api/v1/courses/{id}/attendance/preview",
    rule=owner(*OVERSEERS, noun="attendance", right="preview_policy", writes=True),
    errors=(TeachersOnly, Archived),
)
async def look(request: web.Request, actor: Actor, id: Id, body: LookIn) -> OutlookView:
    """Which marks of classes that were held would be others under these rules. Changes nothing."""
    found = await request.app[BOOKS].policies.look(actor, CourseId(id), body.policy)
    return outlook_view(found, request.app[TEXTS])


@routes.post(
    "/api/v1/courses/{id}/attendance/rerun",
    rule=owner(*OVERSEERS, noun="attendance", right="rerun_policy", writes=True),
    errors=(TeachersOnly, Archived, NoReason, PolicyChanged),
)
async def rerun(request: web.Request, actor: Actor, id: Id, body: RerunIn) -> OutlookView:
    """Mark every class that was held anew, by the newest rules. What staff decided stays."""
    done = await request.app[BOOKS].policies.rerun(
        actor, CourseId(id), version=body.version, why=body.why
    )
    return outlook_view(done, request.app[TEXTS])


@routes.put(
    "/api/v1/sessions/{id}/breaks",
    rule=owner(*OVERSEERS, noun="attendance", right="set_breaks", writes=True),
    errors=(TeachersOnly, Archived, NotHeldYet, BadBreaks, TooOld),
)
async def breaks(request: web.Request, actor: Actor, id: Id, body: BreaksIn) -> SheetView:
    """All breaks of a class. Nothing is required of anybody in them; marks follow at once."""
    these = [(one.since, one.until) for one in body.items]
    made = await request.app[BOOKS].breaks.put(actor, ClassId(id), these)
    return sheet_view(made, request.app[TEXTS])


@routes.get(
    "/api/v1/sessions/{id}/attendance/own/catch-up",
    rule=owner(*OVERSEERS, noun="attendance", right="read_catch_up"),
)
async def catch_up(request: web.Request, actor: Actor, id: Id) -> CatchUpView:
    """Whether you can still make up a class, until when, and how much of it is left."""
    found = await request.app[BOOKS].catching.own(actor, ClassId(id))
    return catch_up_view(id, found)
