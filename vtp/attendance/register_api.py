"""Registers over HTTP: of a class, of a course, and one's own."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor
from vtp.attendance.overview_shapes import OverviewView, overview_view
from vtp.attendance.problems import NoReason, NotHeldYet, NothingContested
from vtp.attendance.service.books import Books
from vtp.attendance.shapes import (
    ContestIn,
    Id,
    MarkIn,
    MatrixView,
    SheetView,
    matrix_view,
    sheet_view,
)
from vtp.courses.api.asking import OVERSEERS
from vtp.courses.problems import Archived, StaffOnly, TeachersOnly
from vtp.edge.html import TEXTS
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.ids import ClassId, CourseId, SectionId, UserId

BOOKS: web.AppKey[Books] = web.AppKey("attendance_books", Books)

routes = Routes("attendance")


class MatrixQuery(Struct, frozen=True, forbid_unknown_fields=True):
    section_id: Annotated[UUID | None, Meta(description="Else all sections.")] = None


@routes.get("/api/v1/attendance", rule=signed_in("attendance", "overview"))
async def overview(request: web.Request, actor: Actor) -> OverviewView:
    """All your courses: what waits for you where you teach, how you stand where you learn.

    Who is at risk is said with the rule that says so. Reading about others is written down.
    """
    return overview_view(await request.app[BOOKS].overviews.of(actor), request.app[TEXTS])


@routes.get(
    "/api/v1/sessions/{id}/attendance",
    rule=owner(*OVERSEERS, noun="attendance", right="read"),
    errors=(StaffOnly, NotHeldYet),
)
async def sheet(request: web.Request, actor: Actor, id: Id) -> SheetView:
    """The register of a class, for its staff: live while it goes on, and kept after it.

    Marks are made of what reached each student, never of what a page says about itself. Your
    reading is written down.
    """
    found = await request.app[BOOKS].registers.sheet(actor, ClassId(id))
    return sheet_view(found, request.app[TEXTS])


@routes.get(
    "/api/v1/sessions/{id}/attendance/own",
    rule=owner(*OVERSEERS, noun="attendance", right="read_own"),
    errors=(NotHeldYet,),
)
async def own(request: web.Request, actor: Actor, id: Id) -> SheetView:
    """All that is held about you in one class."""
    found = await request.app[BOOKS].registers.own(actor, ClassId(id))
    return sheet_view(found, request.app[TEXTS])


@routes.put(
    "/api/v1/sessions/{id}/attendance/{user_id}",
    rule=owner(*OVERSEERS, noun="attendance", right="set_mark", writes=True),
    errors=(TeachersOnly, Archived, NotHeldYet, NoReason),
)
async def override(
    request: web.Request, actor: Actor, id: Id, user_id: Id, body: MarkIn
) -> SheetView:
    """Set a mark, with a reason that the student sees. What was computed stays beside it."""
    made = await request.app[BOOKS].deciding.override(
        actor, ClassId(id), UserId(user_id), mark=body.mark, why=body.why
    )
    return sheet_view(made, request.app[TEXTS])


@routes.delete(
    "/api/v1/sessions/{id}/attendance/{user_id}",
    rule=owner(*OVERSEERS, noun="attendance", right="restore_mark", writes=True),
    errors=(TeachersOnly, Archived, NotHeldYet),
)
async def restore(request: web.Request, actor: Actor, id: Id, user_id: Id) -> SheetView:
    """Back to the mark that was computed."""
    made = await request.app[BOOKS].deciding.restore(actor, ClassId(id), UserId(user_id))
    return sheet_view(made, request.app[TEXTS])


@routes.post(
    "/api/v1/sessions/{id}/attendance/confirm",
    rule=owner(*OVERSEERS, noun="attendance", right="confirm", writes=True),
    errors=(TeachersOnly, Archived, NotHeldYet),
)
async def confirm(request: web.Request, actor: Actor, id: Id) -> SheetView:
    """These marks are final from now on; else they are so a day after the class."""
    made = await request.app[BOOKS].deciding.confirm(actor, ClassId(id))
    return sheet_view(made, request.app[TEXTS])


@routes.put(
    "/api/v1/sessions/{id}/attendance/own/contest",
    rule=owner(*OVERSEERS, noun="attendance", right="contest", writes=True),
    errors=(NotHeldYet, NoReason),
)
async def contest(request: web.Request, actor: Actor, id: Id, body: ContestIn) -> SheetView:
    """Say why your mark is not right. Who teaches the course sees it beside the mark."""
    made = await request.app[BOOKS].deciding.contest(actor, ClassId(id), body.text)
    return sheet_view(made, request.app[TEXTS])


@routes.put(
    "/api/v1/sessions/{id}/attendance/{user_id}/answer",
    rule=owner(*OVERSEERS, noun="attendance", right="answer", writes=True),
    errors=(TeachersOnly, Archived, NotHeldYet, NoReason, NothingContested),
)
async def answer(
    request: web.Request, actor: Actor, id: Id, user_id: Id, body: ContestIn
) -> SheetView:
    """Answer a student who has contested their mark."""
    made = await request.app[BOOKS].deciding.answer(actor, ClassId(id), UserId(user_id), body.text)
    return sheet_view(made, request.app[TEXTS])


@routes.get(
    "/api/v1/courses/{id}/attendance",
    rule=owner(*OVERSEERS, noun="attendance", right="read_course"),
    errors=(StaffOnly,),
)
async def matrix(request: web.Request, actor: Actor, id: Id, query: MatrixQuery) -> MatrixView:
    """Every student and every class that was held, for the staff of the course."""
    section = None if query.section_id is None else SectionId(query.section_id)
    found = await request.app[BOOKS].matrices.of_course(actor, CourseId(id), section_id=section)
    return matrix_view(found, request.app[TEXTS])


@routes.get(
    "/api/v1/courses/{id}/attendance/own",
    rule=owner(*OVERSEERS, noun="attendance", right="read_own_course"),
)
async def own_row(request: web.Request, actor: Actor, id: Id) -> MatrixView:
    """How you stand in a course, and the marks that make it so."""
    found = await request.app[BOOKS].matrices.own(actor, CourseId(id))
    return matrix_view(found, request.app[TEXTS])
