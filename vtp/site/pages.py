"""Pages that show several domains: home, background jobs, the component kit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts.service import Accounts
from vtp.actor import Actor, Role
from vtp.clock import Clock
from vtp.courses.api.asking import COURSES
from vtp.courses.pages import looks
from vtp.edge.bodies import form
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import only, signed_in
from vtp.jobs.handlers import Catalogue
from vtp.jobs.model import Figures, State
from vtp.jobs.service import STAFF, Jobs
from vtp.site.moment import moment
from vtp.telemetry.health import Health
from vtp.telemetry.verdict import Verdict

routes = Routes("pages")

# How the state of a part is called on a page.
_WEEKS, _CLASSES = timedelta(days=14), 60
_STATES = {"ok": "ok", "degraded": "degraded", "down": "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What these pages read."""

    accounts: Accounts
    jobs: Jobs
    kinds: Catalogue
    health: Health
    clock: Clock


SITE: web.AppKey[Site] = web.AppKey("site", Site)


@routes.get("/", rule=signed_in("site", "home", keys=False), **HTML)
async def home(request: web.Request, actor: Actor) -> web.Response:
    """Who you are here, what to do first, and for administrators how the system is."""
    site = request.app[SITE]
    user = await site.accounts.people.me(actor)
    overview = await _overview(site) if actor.has(Role.ADMIN) else {"system": None, "jobs": None}
    return await request.app[PAGES].render(
        request,
        "home.html",
        moment=moment(site.clock.now(), user.time_zone),
        keys_count=len(await site.accounts.keys.listed(actor, before=None, limit=50)),
        sessions_count=len(await site.accounts.sessions.listed(actor, before=None, limit=50)),
        **overview,
    )


@routes.get("/dashboard", rule=signed_in("site", "dashboard", keys=False), **HTML)
async def dashboard(request: web.Request, actor: Actor) -> web.Response:
    """What is next: one's classes of these weeks, the next one with its door, one's courses."""
    return await _dashboard(request, actor)


@routes.post("/dashboard", rule=signed_in("site", "make_calendar", writes=True, keys=False), **HTML)
async def calendar(request: web.Request, actor: Actor) -> web.Response:
    """A private address for one's calendar, shown this once, or none any more."""
    values = await form(request)
    if values.get("do") == "end":
        await request.app[COURSES].feeds.end(actor)
        return see_other("/dashboard")
    return await _dashboard(request, actor, feed=await request.app[COURSES].feeds.make(actor))


async def _dashboard(request: web.Request, actor: Actor, *, feed: str = "") -> web.Response:
    site, courses = request.app[SITE], request.app[COURSES]
    user, now = await site.accounts.people.me(actor), site.clock.now()
    planned = await courses.timetable.of_person(
        actor, since=now, until=now + _WEEKS, limit=_CLASSES
    )
    following = looks.coming(planned)
    mine = await courses.catalogue.listed(actor, scope="mine", words_="", before=None, limit=50)
    return await request.app[PAGES].render(
        request,
        "dashboard.html",
        moment=moment(now, user.time_zone),
        next=looks.lesson(following, zone=user.time_zone, now=now) if following else None,
        classes=[looks.lesson(one, zone=user.time_zone, now=now) for one in planned],
        mine=[looks.card(one) for one in mine],
        feed=feed,
        has_feed=await courses.feeds.since(actor) is not None,
    )


async def _overview(site: Site) -> dict[str, Any]:
    return {
        "system": _system(await site.health.look()),
        "jobs": _counts(await site.jobs.figures()) | {State.FAILED: await site.jobs.failed()},
    }


def _system(found: Verdict) -> dict[str, Any]:
    return {
        "state": _STATES[found.state],
        "parts": [
            {"name": part.name, "state": _STATES[part.state], "detail": part.message}
            for part in found.parts
        ],
    }


def _counts(figures: Figures) -> dict[State, int]:
    counts = dict.fromkeys((State.QUEUED, State.RUNNING), 0)
    for figure in figures.jobs:
        counts[figure.state] += figure.count
    return counts


class JobsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    state: Annotated[str, Meta(max_length=20)] = ""
    kind: Annotated[str, Meta(max_length=100)] = ""


@routes.get("/admin/jobs", rule=only(*STAFF, noun="jobs", right="see_all", keys=False), **HTML)
async def jobs(request: web.Request, query: JobsQuery) -> web.Response:
    """The background jobs, live. The page reads its filters from the address by itself."""
    kinds = request.app[SITE].kinds.names()
    return await request.app[PAGES].render(
        request, "admin/jobs.html", kinds=kinds, filters={"state": query.state, "kind": query.kind}
    )


@routes.get("/admin/kit", rule=only(Role.ADMIN, noun="site", right="kit", keys=False), **HTML)
async def kit(request: web.Request) -> web.Response:
    """The components, with all their states."""
    return await request.app[PAGES].render(request, "admin/kit.html")
