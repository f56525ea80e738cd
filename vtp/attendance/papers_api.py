"""Registers and matrices as files, each with the numbers of the page: CSV, workbooks and paper."""

from __future__ import annotations

import asyncio
from datetime import datetime

from aiohttp import web

from vtp.accounts.api import SCHOOL
from vtp.actor import Actor
from vtp.attendance import tables
from vtp.attendance.problems import NotHeldYet
from vtp.attendance.register_api import BOOKS
from vtp.attendance.sentences import Say
from vtp.attendance.service.matrices import turn
from vtp.attendance.shapes import Id
from vtp.attendance.tables import Table
from vtp.courses.api.asking import OVERSEERS
from vtp.courses.problems import StaffOnly
from vtp.edge.health import CLOCK
from vtp.edge.html import TEXTS
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.ids import ClassId, CourseId
from vtp.tasks import in_turns

routes = Routes("attendance")

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


@routes.get(
    "/api/v1/sessions/{id}/attendance.csv",
    rule=owner(*OVERSEERS, noun="attendance", right="take_register"),
    produces=CSV,
    errors=(StaffOnly, NotHeldYet),
)
async def sheet_csv(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """The register of a class as CSV, with the numbers of the page; lengths are seconds."""
    return await _text(await _sheet(request, actor, id), "register.csv")


@routes.get(
    "/api/v1/sessions/{id}/attendance.xlsx",
    rule=owner(*OVERSEERS, noun="attendance", right="take_register_workbook"),
    produces=XLSX,
    errors=(StaffOnly, NotHeldYet),
)
async def sheet_xlsx(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """The register of a class as a workbook."""
    return await _book(request, await _sheet(request, actor, id), "register.xlsx")


@routes.get(
    "/api/v1/sessions/{id}/attendance.pdf",
    rule=owner(*OVERSEERS, noun="attendance", right="take_register_paper"),
    produces=PDF,
    errors=(StaffOnly, NotHeldYet),
)
async def sheet_pdf(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """The register of a class on paper."""
    return await _paper(request, await _sheet(request, actor, id), "register.pdf")


@routes.get(
    "/api/v1/courses/{id}/attendance.csv",
    rule=owner(*OVERSEERS, noun="attendance", right="take_course"),
    produces=CSV,
    errors=(StaffOnly,),
)
async def matrix_csv(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """Every student and every class as CSV."""
    return await _text(await _matrix(request, actor, id), "attendance.csv")


@routes.get(
    "/api/v1/courses/{id}/attendance.xlsx",
    rule=owner(*OVERSEERS, noun="attendance", right="take_course_workbook"),
    produces=XLSX,
    errors=(StaffOnly,),
)
async def matrix_xlsx(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """Every student and every class as a workbook."""
    return await _book(request, await _matrix(request, actor, id), "attendance.xlsx")


@routes.get(
    "/api/v1/courses/{id}/attendance.pdf",
    rule=owner(*OVERSEERS, noun="attendance", right="take_course_paper"),
    produces=PDF,
    errors=(StaffOnly,),
)
async def matrix_pdf(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """Every student and every class on paper."""
    return await _paper(request, await _matrix(request, actor, id), "attendance.pdf")


async def _sheet(request: web.Request, actor: Actor, id: Id) -> Table:
    found = await request.app[BOOKS].registers.sheet(actor, ClassId(id))
    return tables.of(found, request.app[TEXTS])


async def _matrix(request: web.Request, actor: Actor, id: Id) -> Table:
    found = await request.app[BOOKS].matrices.of_course(actor, CourseId(id), section_id=None)
    return tables.over(found, request.app[TEXTS])


async def _text(table: Table, name: str) -> web.Response:
    rows = in_turns(tables.rows(table), each=turn(len(table.columns)))
    return taken("".join([row async for row in rows]).encode(), CSV, name)


async def _book(request: web.Request, table: Table, name: str) -> web.Response:
    school, at = request.app[SCHOOL].name, request.app[CLOCK].now()
    return taken(await asyncio.to_thread(_written, table, school, at), XLSX, name)


async def _paper(request: web.Request, table: Table, name: str) -> web.Response:
    school, at, say = request.app[SCHOOL].name, request.app[CLOCK].now(), request.app[TEXTS]
    return taken(await asyncio.to_thread(_drawn, table, school, at, say), PDF, name)


def _written(table: Table, school: str, at: datetime) -> bytes:
    # Late, as below: what writes these files takes memory and time that few requests need.
    from vtp.attendance.papers.workbook import workbook

    return workbook(table, school=school, at=at)


def _drawn(table: Table, school: str, at: datetime, say: Say) -> bytes:
    from vtp.attendance.papers.printed import printed

    return printed(table, school=school, at=at, say=say)


def taken(body: bytes, kind: str, name: str) -> web.Response:
    """A file that is somebody's: no cache keeps it."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    charset = "utf-8" if kind == CSV else None
    return web.Response(body=body, content_type=kind, charset=charset, headers=headers)
