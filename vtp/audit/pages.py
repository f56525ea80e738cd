"""/admin/audit: the record of what was done, with a search, an export and a look at its seals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.audit.api import EXPORTING, READING, VERIFYING, export_of
from vtp.audit.jobs import Verified
from vtp.audit.model import Found, Result, Wanted
from vtp.audit.sentences import facts, known, plain
from vtp.audit.service.exporting import Exported, Format
from vtp.audit.service.reading import Reading
from vtp.edge.bodies import form
from vtp.edge.html import HTML, PAGES, TEXTS, see_other
from vtp.edge.paging import after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only
from vtp.edge.texts import Texts
from vtp.errors import NotFound
from vtp.ids import JobId
from vtp.jobs.api import JOBS
from vtp.jobs.model import JobView, State

routes = Routes("pages")

_AT_ONCE = 50
_RESULTS: tuple[Result, ...] = ("done", "refused", "failed")
_WHO = {"system": "audit.system", "terminal": "audit.terminal", "guest": "audit.guest"}
_NOBODY = "audit.nobody"


def _admin(right: str, *, writes: bool = False) -> Rule:
    return only(Role.ADMIN, noun="audit", right=right, writes=writes, keys=False)


class AuditQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    who: Annotated[str, Meta(max_length=200)] = ""
    noun: Annotated[str, Meta(max_length=50)] = ""
    action: Annotated[str, Meta(max_length=50)] = ""
    result: Annotated[str, Meta(max_length=10)] = ""
    since: Annotated[str, Meta(max_length=10)] = ""
    until: Annotated[str, Meta(max_length=10)] = ""
    cursor: Annotated[str, Meta(max_length=512)] = ""
    job: Annotated[str, Meta(max_length=36)] = ""


@routes.get("/admin/audit", rule=_admin("see"), **HTML)
async def audit(request: web.Request, actor: Actor, query: AuditQuery) -> web.Response:
    """Rows, newest first. The filters stand in the address."""
    reading = request.app[READING]
    filters = {
        name: value
        for name, value in msgspec.structs.asdict(query).items()
        if value and name not in {"cursor", "job"}
    }
    found = await reading.listed(
        actor,
        await _wanted(reading, filters),
        before=after(query.cursor, UUID),
        limit=_AT_ONCE + 1,
    )
    shown = page(found, limit=_AT_ONCE, key=lambda one: one.entry.id)
    names = await reading.names(shown.items)
    older = urlencode({**filters, "cursor": shown.next}) if shown.next else ""
    return await request.app[PAGES].render(
        request,
        "admin/audit.html",
        rows=[_row(request.app[TEXTS], one, names) for one in shown.items],
        filters=filters,
        results=_RESULTS,
        older=f"/admin/audit?{older}" if older else None,
        here=f"/admin/audit?{urlencode({**filters, 'job': query.job})}",
        job=await _job(request, actor, query.job) if query.job else None,
    )


@routes.post("/admin/audit/verify", rule=_admin("verify_page", writes=True), **HTML)
async def verify(request: web.Request, actor: Actor) -> web.Response:
    """Begin to look whether every row is as it was sealed."""
    return see_other(f"/admin/audit?job={await request.app[VERIFYING](actor)}")


@routes.post("/admin/audit/export", rule=_admin("export_page", writes=True), **HTML)
async def export(request: web.Request, actor: Actor) -> web.Response:
    """Begin to write what the filters choose into a file."""
    values = await form(request)
    chosen: Format = "json" if values.get("format") == "json" else "csv"
    filters = {name: value for name, value in values.items() if name != "format" and value}
    wanted = await _wanted(request.app[READING], filters)
    job_id = await request.app[EXPORTING].begin(actor, export_of(wanted, chosen))
    return see_other(f"/admin/audit?{urlencode({**filters, 'job': str(job_id)})}")


async def _wanted(reading: Reading, filters: Mapping[str, str]) -> Wanted:
    who = filters.get("who", "").strip()
    until = _day(filters.get("until", ""))
    result = next((one for one in _RESULTS if one == filters.get("result")), None)
    return Wanted(
        actors=await reading.whom(who) if who else None,
        noun=filters.get("noun") or None,
        action=filters.get("action") or None,
        result=result,
        since=_day(filters.get("since", "")),
        until=until + timedelta(days=1) if until else None,
    )


def _day(text: str) -> datetime | None:
    """The beginning of a day; what is no day, filters nothing."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _row(texts: Texts, found: Found, names: Mapping[UUID, str]) -> dict[str, Any]:
    entry = found.entry
    about = UUID(entry.target_id) if entry.noun == "user" and entry.target_id else None
    to = names.get(about, "") if about and about != entry.actor_id else ""
    return {
        "at": entry.at,
        "who": names.get(entry.actor_id, str(entry.actor_id))
        if entry.actor_id
        else texts(_WHO.get(entry.via, _NOBODY)),
        "known": known(texts.get, entry),
        "plain": plain(entry),
        "to": to,
        "target": entry.target_id or "",
        "facts": facts(entry.details),
        "result": entry.result,
        "address": found.address,
        "agent": entry.agent,
    }


async def _job(request: web.Request, actor: Actor, text: str) -> dict[str, Any] | None:
    """How the export or the look at the seals goes on that the address names."""
    try:
        job = await request.app[JOBS].get(actor, job_id=JobId(UUID(text)))
    except (ValueError, NotFound):
        return None
    shown = {"id": str(job.id), "state": job.state.value, "export": None, "verdict": None}
    return {**shown, **_result(job)}


def _result(job: JobView) -> dict[str, Any]:
    if job.state is not State.SUCCEEDED:
        return {}
    if job.kind == "audit.export":
        return {"export": msgspec.convert(job.result, Exported)}
    if job.kind == "audit.verify":
        return {"verdict": msgspec.convert(job.result, Verified)}
    return {}
