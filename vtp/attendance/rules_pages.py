"""/courses/{id}/attendance/rules: by which rules marks are made, and what others would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web

from vtp.actor import Actor
from vtp.attendance import looks, rules_form
from vtp.attendance.policy import Policy
from vtp.attendance.register_api import BOOKS
from vtp.attendance.service.policies import Outlook, Rules
from vtp.attendance.versions import Written
from vtp.courses import rights
from vtp.courses.api.asking import OVERSEERS
from vtp.edge import forms
from vtp.edge.bodies import form
from vtp.edge.forms import DoneQuery
from vtp.edge.html import HTML, PAGES, TEXTS, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.errors import Invalid, Problem
from vtp.ids import CourseId

routes = Routes("pages")

# More than anybody reads; the API has all of them.
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown again after a form that only looked, or could not be followed."""

    values: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None
    outlook: Outlook | None = None
    done: str = ""


@routes.get(
    "/courses/{id}/attendance/rules",
    rule=owner(*OVERSEERS, noun="attendance", right="see_rules", keys=False),
    **HTML,
)
async def rules(request: web.Request, actor: Actor, id: UUID, query: DoneQuery) -> web.Response:
    """For everybody in the course; who teaches it changes them here."""
    return await _show(request, actor, CourseId(id), Answer(done=query.done))


@routes.post(
    "/courses/{id}/attendance/rules",
    rule=owner(*OVERSEERS, noun="attendance", right="do_rules", writes=True, keys=False),
    **HTML,
)
async def do(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """Look what would change, save, or mark the classes that were held anew."""
    course_id, values = CourseId(id), await form(request)
    policies = request.app[BOOKS].policies
    await policies.read(actor, course_id)
    try:
        match values.get("do"):
            case "look":
                found = await policies.look(actor, course_id, rules_form.read(values))
                return await _show(request, actor, course_id, Answer(values, outlook=found))
            case "save":
                await policies.write(
                    actor,
                    course_id,
                    rules_form.read(values),
                    base=_number(values, "base"),
                    also_planned="also_planned" in values,
                )
            case "rerun":
                version, why = _number(values, "version"), values.get("why", "")[:500]
                done = await policies.rerun(actor, course_id, version=version, why=why)
                answer = Answer(outlook=done, done="rerun")
                return await _show(request, actor, course_id, answer)
            case _:
                raise Invalid
    except Problem as problem:
        if not forms.on_page(problem):
            raise
        return await _show(request, actor, course_id, Answer(values, problem))
    return see_other(f"/courses/{id}/attendance/rules?done=save")


def _number(values: Mapping[str, str], name: str) -> int:
    try:
        return int(values.get(name, ""))
    except ValueError:
        raise Invalid from None


async def _show(
    request: web.Request, actor: Actor, course_id: CourseId, answer: Answer
) -> web.Response:
    found = await request.app[BOOKS].policies.read(actor, course_id)
    yours, problem = found.yours, answer.problem
    view = looks.Looks(request.app[TEXTS], ZoneInfo(yours.course.time_zone))
    written = rules_form.shown(found.newest.policy)
    values = dict(answer.values) if "base" in answer.values else written
    return await request.app[PAGES].render(
        request,
        "attendance-rules.html",
        course={"title": yours.course.title, "path": f"/courses/{course_id}"},
        may_teach=rights.may_teach(yours.role) and yours.course.state != "archived",
        groups=rules_form.GROUPS,
        values=values,
        rules=written,
        also_planned=not answer.values or "also_planned" in answer.values,
        version=found.newest.number,
        history=[_written(view, found, number) for number in range(len(found.history))],
        outlook=_outlook(view, answer.outlook) if answer.outlook else None,
        done=answer.done,
        why=answer.values.get("why", ""),
        **forms.said(problem),
    )


def _written(view: looks.Looks, rules: Rules, number: int) -> dict[str, Any]:
    """A version, beside the one before it."""
    one: Written = rules.history[number]
    older = rules.history[number + 1 :]
    before = rules_form.shown(older[0].version.policy if older else Policy())
    after = rules_form.shown(one.version.policy)
    return {
        "number": one.number,
        "at": f"{view.day(one.at)}, {view.time(one.at)}",
        "by": one.by,
        "also_planned": one.also_planned,
        "changes": [
            {"name": field.name, "unit": field.unit, "old": before[field.name], "new": new}
            for field in rules_form.FIELDS
            if (new := after[field.name]) != before[field.name]
        ],
    }


def _outlook(view: looks.Looks, found: Outlook) -> dict[str, Any]:
    return {
        "classes": found.classes,
        "marks": found.marks,
        "turned": len(found.turned),
        "too_old": found.too_old,
        "more": max(0, len(found.turned) - _SHOWN),
        "rows": [
            {
                "id": str(one.person.user_id),
                "name": one.person.name,
                "path": f"/attendance/{one.planned.id}",
                "title": one.planned.title,
                "day": view.day(one.planned.starts_at),
                "before": view.mark(one.before.mark),
                "after": view.mark(one.after.mark),
                "sentence": view.sentence(one.after),
            }
            for one in found.turned[:_SHOWN]
        ],
    }
