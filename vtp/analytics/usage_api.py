"""/api/v1/analytics: what was used and how well it arrived, for administrators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict

from aiohttp import web

from vtp.accounts import zones
from vtp.actor import Actor, Role
from vtp.analytics import tables
from vtp.analytics.model import Hour, Wanted
from vtp.analytics.ranges import wanted
from vtp.analytics.service.looking import Curve, Looking
from vtp.analytics.shapes import (
    ActiveView,
    ClassesFile,
    ClassesQuery,
    DayView,
    FiguresView,
    HeldView,
    HoursView,
    HourView,
    PagedRange,
    Parted,
    PassageView,
    PlaysFile,
    PlaysQuery,
    PlayView,
    PointView,
    Range,
    StreamsView,
    TogetherView,
    UsageView,
    Zoned,
    active_view,
    before,
    passage_view,
    play_view,
    quality_view,
)
from vtp.edge.health import CLOCK
from vtp.edge.paging import BadCursor, Page, page
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only
from vtp.errors import Invalid

routes = Routes("analytics")

LOOKING: web.AppKey[Looking] = web.AppKey("analytics_looking", Looking)

_CSV = "text/csv"


def _admin(right: str) -> Rule:
    return only(Role.ADMIN, noun="analytics", right=right)


@routes.get("/api/v1/analytics/usage", rule=_admin("see_usage"))
async def used(request: web.Request, actor: Actor, query: Range) -> UsageView:
    """People, classes from plan to watched, time taught and recorded, storage."""
    looking, chosen = request.app[LOOKING], _wanted(request, query)
    now, earlier = await looking.figures(actor, chosen)
    held = await looking.held(actor)
    return UsageView(
        since=chosen.since,
        until=chosen.until,
        now=FiguresView(**asdict(now)),
        before=FiguresView(**asdict(earlier)),
        storage=HeldView(held.recorded, held.made, held.library, held.free),
    )


@routes.get("/api/v1/analytics/together", rule=_admin("see_together"))
async def together(request: web.Request, actor: Actor, query: Range) -> TogetherView:
    """How many people were in classes at once: in each step the most."""
    now, earlier = await request.app[LOOKING].together(actor, _wanted(request, query))
    return TogetherView(
        step_s=int(now.step.total_seconds()), points=_points(now), before=_points(earlier)
    )


@routes.get("/api/v1/analytics/together.csv", rule=_admin("take_together"), produces=_CSV)
async def take_together(request: web.Request, actor: Actor, query: Range) -> web.StreamResponse:
    """The same as CSV, each step beside the one as long before."""
    now, earlier = await request.app[LOOKING].together(actor, _wanted(request, query))
    heads, lines = tables.text([tables.TOGETHER]), tables.together(now.points, earlier.points)
    return await _file(request, "together.csv", heads, _once(lines))


@routes.get("/api/v1/analytics/hours", rule=_admin("see_hours"))
async def hours(request: web.Request, actor: Actor, query: Zoned) -> HoursView:
    """In which hours of the week rooms were used."""
    found = await _hours(request, actor, query)
    return HoursView([HourView(one.weekday, one.hour, one.meetings) for one in found])


@routes.get("/api/v1/analytics/hours.csv", rule=_admin("take_hours"), produces=_CSV)
async def take_hours(request: web.Request, actor: Actor, query: Zoned) -> web.StreamResponse:
    """The same as CSV; Monday is 1."""
    lines = tables.hours(await _hours(request, actor, query))
    return await _file(request, "hours.csv", tables.text([tables.HOURS]), _once(lines))


async def _hours(request: web.Request, actor: Actor, query: Zoned) -> Sequence[Hour]:
    if query.zone not in zones.known():
        raise Invalid(fields={"zone": "There is no such time zone."})
    return await request.app[LOOKING].hours(actor, _wanted(request, query), zone=query.zone)


@routes.get("/api/v1/analytics/classes", rule=_admin("list_classes"), errors=(BadCursor,))
async def classes(request: web.Request, actor: Actor, query: ClassesQuery) -> Page[PassageView]:
    """The classes below a figure, with what became of each; the last first."""
    found = await request.app[LOOKING].passages(
        actor,
        _wanted(request, query),
        step=query.step,
        before=before(query.cursor),
        limit=query.limit + 1,
    )
    return page(found, limit=query.limit, key=lambda one: (one.ends_at, one.id)).each(passage_view)


@routes.get("/api/v1/analytics/classes.csv", rule=_admin("take_classes"), produces=_CSV)
async def take_classes(
    request: web.Request, actor: Actor, query: ClassesFile
) -> web.StreamResponse:
    """The same as CSV, all of them."""
    looking, chosen = request.app[LOOKING], _wanted(request, query)
    found = looking.all_passages(actor, chosen, step=query.step)
    lines = (tables.classes(one) async for one in found)
    return await _file(request, "classes.csv", tables.text([tables.CLASSES]), lines)


@routes.get("/api/v1/analytics/people", rule=_admin("list_active"), errors=(BadCursor,))
async def people(request: web.Request, actor: Actor, query: PagedRange) -> Page[ActiveView]:
    """Who was in a class or watched a recording, by name; who was seen last comes first.

    That you looked is written down.
    """
    found = await request.app[LOOKING].people(
        actor, _wanted(request, query), before=before(query.cursor), limit=query.limit + 1
    )
    return page(found, limit=query.limit, key=lambda one: (one.last_at, one.id)).each(active_view)


@routes.get("/api/v1/analytics/people.csv", rule=_admin("take_active"), produces=_CSV)
async def take_people(request: web.Request, actor: Actor, query: Range) -> web.StreamResponse:
    """The same as CSV, all of them. That you took it is written down."""
    found = request.app[LOOKING].all_people(actor, _wanted(request, query))
    lines = (tables.people(one) async for one in found)
    return await _file(request, "people.csv", tables.text([tables.PEOPLE]), lines)


@routes.get("/api/v1/analytics/quality", rule=_admin("see_quality"))
async def quality(request: web.Request, actor: Actor, query: Parted) -> StreamsView:
    """How well classes and recordings arrived: start, stalls, size, loss, by what is asked for."""
    found = await request.app[LOOKING].streams(actor, _wanted(request, query), by=query.by)
    return StreamsView(
        together=quality_view(found.together) if found.together else None,
        items=[quality_view(one) for one in found.parts],
        days=[DayView(one.since, one.watched_s, one.stalled_s) for one in found.days],
    )


@routes.get("/api/v1/analytics/quality.csv", rule=_admin("take_quality"), produces=_CSV)
async def take_quality(request: web.Request, actor: Actor, query: Parted) -> web.StreamResponse:
    """The same as CSV."""
    found = await request.app[LOOKING].streams(actor, _wanted(request, query), by=query.by)
    heads = tables.text([tables.QUALITY])
    return await _file(request, "quality.csv", heads, _once(tables.quality(found.parts)))


@routes.get("/api/v1/analytics/quality-days.csv", rule=_admin("take_days"), produces=_CSV)
async def take_days(request: web.Request, actor: Actor, query: Range) -> web.StreamResponse:
    """Day by day as CSV."""
    found = await request.app[LOOKING].days(actor, _wanted(request, query))
    heads, lines = tables.text([tables.DAYS]), tables.days(found)
    return await _file(request, "quality-days.csv", heads, _once(lines))


@routes.get("/api/v1/analytics/plays", rule=_admin("list_plays"), errors=(BadCursor,))
async def plays(request: web.Request, actor: Actor, query: PlaysQuery) -> Page[PlayView]:
    """The plays below a figure, with whose they are; the last first.

    That you looked is written down.
    """
    found = await request.app[LOOKING].plays(
        actor,
        _wanted(request, query),
        by=query.by,
        name=query.name,
        before=before(query.cursor),
        limit=query.limit + 1,
    )
    return page(found, limit=query.limit, key=lambda one: (one.began_at, one.id)).each(play_view)


@routes.get("/api/v1/analytics/plays.csv", rule=_admin("take_plays"), produces=_CSV)
async def take_plays(request: web.Request, actor: Actor, query: PlaysFile) -> web.StreamResponse:
    """The same as CSV, all of them. That you took it is written down."""
    looking, chosen = request.app[LOOKING], _wanted(request, query)
    found = looking.all_plays(actor, chosen, by=query.by, name=query.name)
    lines = (tables.plays(one) async for one in found)
    return await _file(request, "plays.csv", tables.text([tables.PLAYS]), lines)


def _wanted(request: web.Request, query: Range | PagedRange) -> Wanted:
    course = query.course_id
    return wanted(query.since, query.until, course, now=request.app[CLOCK].now())


def _points(curve: Curve) -> list[PointView]:
    return [PointView(one.since, one.people, one.at) for one in curve.points]


async def _once(text: str) -> AsyncIterator[str]:
    yield text


async def _file(
    request: web.Request, name: str, begin: str, more: AsyncIterator[str]
) -> web.StreamResponse:
    """Piece by piece, so that a long one holds nothing up."""
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{_CSV}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    await response.write(begin.encode())
    async for piece in more:
        await response.write(piece.encode())
    await response.write_eof()
    return response
