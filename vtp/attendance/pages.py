"""The pages of attendance: the register of a class, and a course at one look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web

from vtp.actor import Actor
from vtp.attendance import looks
from vtp.attendance.glances import Glances
from vtp.attendance.policy import MARKS
from vtp.attendance.problems import BadBreaks, NotHeldYet
from vtp.attendance.register_api import BOOKS
from vtp.attendance.report_pages import REPORTS
from vtp.attendance.service.books import Books
from vtp.courses import rights
from vtp.courses.api.asking import COURSES, OVERSEERS
from vtp.courses.model import ClassSession
from vtp.edge import forms
from vtp.edge.bodies import form
from vtp.edge.forms import DoneQuery
from vtp.edge.health import CLOCK
from vtp.edge.html import HTML, PAGES, TEXTS, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.errors import Invalid, Problem
from vtp.ids import ClassId, CourseId, UserId

routes = Routes("pages")


@dataclass(frozen=True, slots=True)
class Deed:
    """A form of a register that was sent."""

    books: Books
    actor: Actor
    planned: ClassSession
    values: Mapping[str, str]

    @property
    def class_id(self) -> ClassId:
        return self.planned.id

    def on_clock(self, name: str) -> datetime:
        """A time where the class is, on the day of the class."""
        try:
            at = time.fromisoformat(self.values.get(name, ""))
        except ValueError:
            raise BadBreaks from None
        zone = ZoneInfo(self.planned.time_zone)
        begins = self.planned.starts_at.astimezone(zone)
        found = datetime.combine(begins.date(), at.replace(tzinfo=None), tzinfo=zone)
        return found if found >= begins else found + timedelta(days=1)

    @property
    def student(self) -> UserId:
        try:
            return UserId(UUID(self.values.get("user_id", "")))
        except ValueError:
            raise Invalid from None


@routes.get("/attendance", rule=signed_in("attendance", "see_overview", keys=False), **HTML)
async def overview(request: web.Request, actor: Actor) -> web.Response:
    """What waits for who teaches; how one stands in everything one learns."""
    found = await request.app[BOOKS].overviews.of(actor)
    glances = Glances(request.app[TEXTS], request.app[CLOCK].now())
    return await request.app[PAGES].render(
        request, "attendance-overview.html", overview=glances.overview(found)
    )


@routes.get(
    "/attendance/{id}",
    rule=owner(*OVERSEERS, noun="attendance", right="see_page", keys=False),
    **HTML,
)
async def register(request: web.Request, actor: Actor, id: UUID, query: DoneQuery) -> web.Response:
    """Of everybody, for staff; one's own, for students."""
    return await _show(request, actor, ClassId(id), done=query.done)


@routes.post(
    "/attendance/{id}",
    rule=owner(*OVERSEERS, noun="attendance", right="do_here", writes=True, keys=False),
    **HTML,
)
async def do(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """One of the forms of the page."""
    class_id, values = ClassId(id), await form(request)
    _, planned = await request.app[COURSES].gate.session(actor, class_id)
    verb = values.get("do", "")
    deed = Deed(request.app[BOOKS], actor, planned, values)
    if problem := await forms.followed(_DEEDS, verb, deed):
        return await _show(request, actor, class_id, problem=problem)
    return see_other(f"/attendance/{id}?done={verb}")


async def _show(
    request: web.Request,
    actor: Actor,
    class_id: ClassId,
    *,
    done: str = "",
    problem: Problem | None = None,
) -> web.Response:
    yours, planned = await request.app[COURSES].gate.session(actor, class_id)
    registers, staff = request.app[BOOKS].registers, rights.is_staff(yours.role)
    try:
        found = await (registers.sheet if staff else registers.own)(actor, class_id)
    except NotHeldYet:
        found = None
    chance = None if staff else await request.app[BOOKS].catching.own(actor, class_id)
    return await request.app[PAGES].render(
        request,
        "class-register.html",
        planned=planned,
        course_path=f"/courses/{yours.course.id}",
        sheet=looks.of(found, request.app[TEXTS]) if found else None,
        chance=looks.Looks(request.app[TEXTS], ZoneInfo(planned.time_zone)).chance(chance)
        if chance
        else None,
        staff=staff,
        done=done,
        **forms.said(problem),
    )


@routes.get(
    "/courses/{id}/attendance",
    rule=owner(*OVERSEERS, noun="attendance", right="see_course_page", keys=False),
    **HTML,
)
async def matrix(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """Every student and every class, for staff; how one stands oneself, for students."""
    course_id, matrices = CourseId(id), request.app[BOOKS].matrices
    yours = await request.app[COURSES].gate.inside(actor, course_id)
    staff = rights.is_staff(yours.role)
    if staff:
        found = await matrices.of_course(actor, course_id, section_id=None)
        report = await request.app[REPORTS].chosen(actor, course_id)
        chances = []
    else:
        found, report = await matrices.own(actor, course_id), None
        known = [one.id for one in found.held]
        chances = await request.app[BOOKS].catching.chances(actor, known)
    view = looks.Looks(request.app[TEXTS], ZoneInfo(yours.course.time_zone))
    return await request.app[PAGES].render(
        request,
        "attendance.html",
        matrix=looks.over(found, request.app[TEXTS]),
        chances=[view.chance(one) for one in chances],
        staff=staff,
        report=report,
    )


# --- the forms of a register ----------------------------------------------------------------
async def _mark(deed: Deed) -> None:
    if deed.values.get("mark") == "computed":
        await deed.books.deciding.restore(deed.actor, deed.class_id, deed.student)
        return
    mark = deed.values.get("mark", "")
    if mark not in MARKS:
        raise Invalid
    await deed.books.deciding.override(
        deed.actor,
        deed.class_id,
        deed.student,
        mark=mark,
        why=forms.text(deed.values, "why", most=500),
    )


async def _answer(deed: Deed) -> None:
    await deed.books.deciding.answer(
        deed.actor, deed.class_id, deed.student, forms.text(deed.values, "answer", most=1000)
    )


async def _confirm(deed: Deed) -> None:
    await deed.books.deciding.confirm(deed.actor, deed.class_id)


async def _contest(deed: Deed) -> None:
    await deed.books.deciding.contest(
        deed.actor, deed.class_id, forms.text(deed.values, "text", most=1000)
    )


async def _begin(deed: Deed) -> None:
    await deed.books.breaks.begin(deed.actor, deed.class_id)


async def _end(deed: Deed) -> None:
    await deed.books.breaks.end(deed.actor, deed.class_id)


async def _add(deed: Deed) -> None:
    """Times of the clock where the class is, on its day."""
    since, until = (deed.on_clock(name) for name in ("since", "until"))
    await deed.books.breaks.add(deed.actor, deed.class_id, (since, until))


async def _remove(deed: Deed) -> None:
    number = deed.values.get("number", "")
    if not number.isdecimal() or len(number) > 3:
        raise Invalid
    await deed.books.breaks.remove(deed.actor, deed.class_id, int(number))


_DEEDS: forms.Deeds[Deed] = {
    "mark": _mark,
    "answer": _answer,
    "confirm": _confirm,
    "contest": _contest,
    "break-begin": _begin,
    "break-end": _end,
    "break-add": _add,
    "break-remove": _remove,
}
