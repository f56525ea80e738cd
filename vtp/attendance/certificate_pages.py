"""The pages of certificates: of a course, one's own, and the one where anybody checks a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web

from vtp.actor import Actor
from vtp.attendance.certificates_api import CERTIFICATES
from vtp.attendance.certifying import Rule
from vtp.attendance.looks import percent
from vtp.attendance.service.certificates import Certificates, Prospect
from vtp.attendance.store.certificates import Certificate
from vtp.courses import rights
from vtp.courses.api.asking import OVERSEERS
from vtp.edge import forms
from vtp.edge.bodies import form
from vtp.edge.forms import DoneQuery
from vtp.edge.front import ADDRESS
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.limits import LIMITER
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone, owner, signed_in
from vtp.errors import Invalid, NotFound, Problem
from vtp.ids import CourseId

routes = Routes("pages")


@dataclass(frozen=True, slots=True)
class Deed:
    """A form of the page of a course that was sent."""

    certificates: Certificates
    actor: Actor
    course_id: CourseId
    values: Mapping[str, str]

    def share(self, name: str) -> float:
        try:
            found = int(self.values.get(name, ""))
        except ValueError:
            found = -1
        if not 0 <= found <= 100:
            raise Invalid(fields={name: "Between 0 and 100."})
        return found / 100

    @property
    def certificate(self) -> UUID:
        try:
            return UUID(self.values.get("certificate", ""))
        except ValueError:
            raise Invalid from None


@routes.get(
    "/courses/{id}/certificate",
    rule=owner(*OVERSEERS, noun="certificates", right="see_course_page", keys=False),
    **HTML,
)
async def of_course(request: web.Request, actor: Actor, id: UUID, query: DoneQuery) -> web.Response:
    """What the course asks and how far one is; for its staff, who has one."""
    return await _show(request, actor, CourseId(id), done=query.done)


@routes.post(
    "/courses/{id}/certificate",
    rule=owner(*OVERSEERS, noun="certificates", right="do_here", writes=True, keys=False),
    **HTML,
)
async def do(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """One of the forms of the page."""
    certificates, course_id, values = request.app[CERTIFICATES], CourseId(id), await form(request)
    await certificates.rule(actor, course_id)
    verb = values.get("do", "")
    deed = Deed(certificates, actor, course_id, values)
    if problem := await forms.followed(_DEEDS, verb, deed):
        return await _show(request, actor, course_id, problem=problem)
    return see_other(f"/courses/{id}/certificate?done={verb}")


async def _show(
    request: web.Request,
    actor: Actor,
    course_id: CourseId,
    *,
    done: str = "",
    problem: Problem | None = None,
) -> web.Response:
    certificates = request.app[CERTIFICATES]
    found = await certificates.prospect(actor, course_id)
    role = found.yours.role
    given = await certificates.of_course(actor, course_id) if rights.is_staff(role) else []
    return await request.app[PAGES].render(
        request,
        "certificate.html",
        title=found.yours.course.title,
        course_path=f"/courses/{course_id}",
        staff=rights.is_staff(role),
        may_choose=rights.may_teach(role) and found.yours.course.state != "archived",
        may_revoke=rights.may_teach(role),
        rule=_rule(found.rule),
        reached=_reached(found),
        earned=found.earned,
        certificate=_card(found.certificate) if found.certificate else None,
        given=[_card(one) for one in given],
        done=done,
        **forms.said(problem),
    )


def _rule(rule: Rule | None) -> dict[str, int] | None:
    if rule is None:
        return None
    return {"attendance": round(rule.attendance * 100), "completion": round(rule.completion * 100)}


def _reached(found: Prospect) -> dict[str, Any] | None:
    reached = found.reached
    if reached is None:
        return None
    attendance, completion = reached.attendance or 0.0, reached.completion or 0.0
    return {
        "attendance": {"share": percent(attendance), "value": round(attendance * 1000)},
        "completion": {"share": percent(completion), "value": round(completion * 1000)},
    }


def _card(one: Certificate) -> dict[str, Any]:
    zone = ZoneInfo(one.evidence.time_zone)
    revoked = one.revoked
    return {
        "id": str(one.id),
        "name": one.evidence.name,
        "course": one.evidence.course,
        "school": one.evidence.school,
        "serial": one.serial,
        "path": f"/certificates/{one.serial}",
        "file": f"/api/v1/certificates/{one.id}",
        "day": _day(one.issued_at.astimezone(zone)),
        "revoked": bool(revoked),
        "revoked_day": _day(revoked.at.astimezone(zone)) if revoked else "",
        "revoked_by": (revoked.by or "") if revoked else "",
        "why": revoked.why if revoked else "",
    }


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


@routes.get("/certificates", rule=signed_in("certificates", "see_own", keys=False), **HTML)
async def own(request: web.Request, actor: Actor) -> web.Response:
    """All that one has."""
    found = await request.app[CERTIFICATES].own(actor)
    return await request.app[PAGES].render(
        request, "certificates.html", certificates=[_card(one) for one in found]
    )


@routes.get("/certificates/{serial}", rule=anyone("certificates", "check"), **HTML)
async def check(request: web.Request, serial: str) -> web.Response:
    """Whether a certificate holds, for whoever has its number. Wrong ones are counted."""
    try:
        found = _card(await request.app[CERTIFICATES].checked(serial))
    except NotFound:
        await request.app[LIMITER].guess(request[ADDRESS])
        found = None
    return await request.app[PAGES].render(
        request, "certificate-check.html", status=200 if found else 404, certificate=found
    )


# --- the forms of a course --------------------------------------------------------------------
async def _choose(deed: Deed) -> None:
    rule = Rule(attendance=deed.share("attendance"), completion=deed.share("completion"))
    await deed.certificates.choose(deed.actor, deed.course_id, rule)


async def _stop(deed: Deed) -> None:
    await deed.certificates.choose(deed.actor, deed.course_id, None)


async def _take(deed: Deed) -> None:
    await deed.certificates.issue(deed.actor, deed.course_id)


async def _revoke(deed: Deed) -> None:
    why = forms.text(deed.values, "why", most=500)
    await deed.certificates.revoke(deed.actor, deed.certificate, why)


async def _restore(deed: Deed) -> None:
    await deed.certificates.restore(deed.actor, deed.certificate)


_DEEDS: forms.Deeds[Deed] = {
    "rule": _choose,
    "stop": _stop,
    "take": _take,
    "revoke": _revoke,
    "restore": _restore,
}
