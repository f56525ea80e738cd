"""/admin/insights: what is used and how well it arrives. The filters stand in the address."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, get_args
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts.api import ACCOUNTS
from vtp.actor import Actor, Role
from vtp.analytics import looks
from vtp.analytics.model import By, Step, Wanted
from vtp.analytics.ranges import of_days
from vtp.analytics.service.looking import Curve, Looking
from vtp.analytics.shapes import before
from vtp.analytics.usage_api import LOOKING
from vtp.edge.health import CLOCK
from vtp.edge.html import HTML, PAGES, TEXTS
from vtp.edge.paging import page
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only

routes = Routes("pages")

_AT_ONCE = 50
_BYS: tuple[By, ...] = get_args(By)
_STEPS: tuple[Step, ...] = get_args(Step)
_SPANS = (1, 7, 28, 90)  # days, to choose from


class InsightsQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    since: Annotated[str, Meta(max_length=10)] = ""
    until: Annotated[str, Meta(max_length=10)] = ""
    course: Annotated[str, Meta(max_length=36)] = ""
    by: Annotated[str, Meta(max_length=20)] = ""
    name: Annotated[str, Meta(max_length=64, pattern=r"^[^\x00]*$")] = ""
    step: Annotated[str, Meta(max_length=20)] = ""
    cursor: Annotated[str, Meta(max_length=512)] = ""


def _admin(right: str) -> Rule:
    return only(Role.ADMIN, noun="analytics", right=right, keys=False)


class Asked:
    """What the address chooses, where who looks lives."""

    def __init__(self, wanted: Wanted, zone: str, query: InsightsQuery) -> None:
        self.wanted = wanted
        self.zone = zone
        self.query = query

    @property
    def filters(self) -> dict[str, str]:
        """What stays when one goes from page to page."""
        first, last = self._days()
        chosen = {"since": first, "until": last, "course": self.query.course}
        return {name: value for name, value in chosen.items() if value}

    def _days(self) -> tuple[str, str]:
        said = self.query.since or self.query.until
        return (self.since, self.until) if said else ("", "")

    @property
    def since(self) -> str:
        return looks.day(self.wanted.since, self.zone)

    @property
    def until(self) -> str:
        return looks.day(self.wanted.until - timedelta(seconds=1), self.zone)

    def path(self, page: str = "", /, **more: str) -> str:
        query = urlencode({**self.filters, **{name: one for name, one in more.items() if one}})
        return f"/admin/insights{page}{'?' if query else ''}{query}"

    def file(self, of: str, /, **more: str) -> str:
        """The same rows of the API, to be taken along."""
        chosen = {
            "since": self.wanted.since.isoformat(),
            "until": self.wanted.until.isoformat(),
            "course_id": str(self.wanted.course_id or ""),
            **more,
        }
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"/api/v1/analytics/{of}.csv?{query}"


async def _asked(request: web.Request, actor: Actor, query: InsightsQuery) -> Asked:
    user = await request.app[ACCOUNTS].people.me(actor)
    now = request.app[CLOCK].now()
    try:
        course = UUID(query.course) if query.course else None
    except ValueError:
        course, query = None, msgspec.structs.replace(query, course="")
    chosen = of_days(query.since, query.until, course, now=now, zone=user.time_zone)
    return Asked(chosen, user.time_zone, query)


async def _frame(looking: Looking, actor: Actor, asked: Asked, tab: str) -> dict[str, Any]:
    """The head of each of these pages: where one is, and the filters."""
    courses = await looking.courses(actor)
    chosen = next((title for one, title in courses if str(one) == asked.query.course), "")
    pages = {"overview": "", "quality": "/quality", "classes": "/classes"}
    return {
        "tab": tab,
        "tabs": [(name, asked.path(path)) for name, path in pages.items()],
        "days": looks.days(asked.wanted.since, asked.wanted.until, asked.zone),
        "since": asked.since,
        "until": asked.until,
        "course": asked.query.course if chosen else "",
        "course_title": chosen,
        "courses": [(str(one), title) for one, title in courses],
    }


@routes.get("/admin/insights", rule=_admin("see_insights"), **HTML)
async def overview(request: web.Request, actor: Actor, query: InsightsQuery) -> web.Response:
    """Six figures, how many were in class at once, from plan to watched, the week, storage."""
    looking, asked = request.app[LOOKING], await _asked(request, actor, query)
    now, was = await looking.figures(actor, asked.wanted)
    together, earlier = await looking.together(actor, asked.wanted)
    say = request.app[TEXTS]
    return await request.app[PAGES].render(
        request,
        "admin/insights.html",
        **await _frame(looking, actor, asked, "overview"),
        figures=looks.tiles(now, was, _peak(together), _peak(earlier)),
        links={step: asked.path("/classes", step=step) for step in _STEPS}
        | {"people": asked.path("/people")},
        peak=_told(together, asked.zone),
        chart=looks.curve(together.points, earlier.points, say),
        rows=looks.behind(together.points, earlier.points, asked.zone),
        steps=looks.steps(now),
        week=looks.week(await looking.hours(actor, asked.wanted, zone=asked.zone)),
        storage=looks.storage(await looking.held(actor)),
        file=asked.file("classes"),
        together_file=asked.file("together"),
        week_file=asked.file("hours", zone=asked.zone),
        zone=asked.zone,
    )


@routes.get("/admin/insights/quality", rule=_admin("see_quality_page"), **HTML)
async def quality(request: web.Request, actor: Actor, query: InsightsQuery) -> web.Response:
    """How well classes and recordings arrived, by connection, browser, network or kind."""
    looking, asked = request.app[LOOKING], await _asked(request, actor, query)
    by: By = next((one for one in _BYS if one == query.by), "connection")
    found = await looking.streams(actor, asked.wanted, by=by)
    return await request.app[PAGES].render(
        request,
        "admin/insights-quality.html",
        **await _frame(looking, actor, asked, "quality"),
        together=looks.quality(found.together, 0) if found.together else None,
        by=by,
        bys=[(one, asked.path("/quality", by=one)) for one in _BYS],
        parts=[
            {**one, "path": asked.path("/plays", by=by, name=one["name"])}
            for one in looks.qualities(found.parts)
        ],
        all_path=asked.path("/plays"),
        chart=looks.lost_time(found.days, request.app[TEXTS]),
        rows=looks.lost_days(found.days, asked.zone),
        file=asked.file("quality", by=by),
        days_file=asked.file("quality-days"),
        zone=asked.zone,
    )


@routes.get("/admin/insights/classes", rule=_admin("see_classes_page"), **HTML)
async def classes(request: web.Request, actor: Actor, query: InsightsQuery) -> web.Response:
    """The classes below a figure."""
    looking, asked = request.app[LOOKING], await _asked(request, actor, query)
    step: Step = next((one for one in _STEPS if one == query.step), "planned")
    found = await looking.passages(
        actor,
        asked.wanted,
        step=step,
        before=before(query.cursor),
        limit=_AT_ONCE + 1,
    )
    shown = page(found, limit=_AT_ONCE, key=lambda one: (one.ends_at, one.id))
    return await request.app[PAGES].render(
        request,
        "admin/insights-classes.html",
        **await _frame(looking, actor, asked, "classes"),
        step=step,
        steps=[(one, asked.path("/classes", step=one)) for one in _STEPS],
        items=[looks.passage(one, asked.zone) for one in shown.items],
        more=asked.path("/classes", step=step, cursor=shown.next) if shown.next else "",
        file=asked.file("classes", step=step),
    )


@routes.get("/admin/insights/plays", rule=_admin("see_plays_page"), **HTML)
async def plays(request: web.Request, actor: Actor, query: InsightsQuery) -> web.Response:
    """The plays below a figure of quality, one by one."""
    looking, asked = request.app[LOOKING], await _asked(request, actor, query)
    by = next((one for one in _BYS if one == query.by), None)
    found = await looking.plays(
        actor,
        asked.wanted,
        by=by,
        name=query.name,
        before=before(query.cursor),
        limit=_AT_ONCE + 1,
    )
    shown = page(found, limit=_AT_ONCE, key=lambda one: (one.began_at, one.id))
    chosen = {"by": by or "", "name": query.name if by else ""}
    return await request.app[PAGES].render(
        request,
        "admin/insights-plays.html",
        **await _frame(looking, actor, asked, "quality"),
        by=by or "",
        name=chosen["name"],
        items=[looks.play(one, asked.zone) for one in shown.items],
        more=asked.path("/plays", cursor=shown.next, **chosen) if shown.next else "",
        back=asked.path("/quality", by=chosen["by"]),
        file=asked.file("plays", **chosen),
    )


@routes.get("/admin/insights/people", rule=_admin("see_active_page"), **HTML)
async def people(request: web.Request, actor: Actor, query: InsightsQuery) -> web.Response:
    """Who was active, one by one."""
    looking, asked = request.app[LOOKING], await _asked(request, actor, query)
    found = await looking.people(
        actor, asked.wanted, before=before(query.cursor), limit=_AT_ONCE + 1
    )
    shown = page(found, limit=_AT_ONCE, key=lambda one: (one.last_at, one.id))
    return await request.app[PAGES].render(
        request,
        "admin/insights-people.html",
        **await _frame(looking, actor, asked, "overview"),
        items=[looks.person(one, asked.zone) for one in shown.items],
        more=asked.path("/people", cursor=shown.next) if shown.next else "",
        back=asked.path(),
        file=asked.file("people"),
    )


def _peak(curve: Curve) -> int:
    return curve.peak.people if curve.peak else 0


def _told(curve: Curve, zone: str) -> str:
    """When most people were there."""
    peak = curve.peak
    return looks.moment(peak.at, zone) if peak and peak.people else ""
