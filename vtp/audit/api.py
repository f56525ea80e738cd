"""/api/v1/audit: the record of what was done, for admins; one's own activity for everybody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.audit.jobs import Verify
from vtp.audit.model import Found, Result, Wanted
from vtp.audit.service.exporting import TYPES, Export, Exporting, Format
from vtp.audit.service.reading import Reading
from vtp.audit.service.recording import Audit
from vtp.db import Database
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only, signed_in
from vtp.ids import JobId
from vtp.jobs.service import Jobs

routes = Routes("audit")

READING: web.AppKey[Reading] = web.AppKey("audit_reading", Reading)
EXPORTING: web.AppKey[Exporting] = web.AppKey("audit_exporting", Exporting)


_Name = Annotated[str, Meta(max_length=50)]
_Words = Annotated[str, Meta(max_length=200)]


class Begins:
    """Begins the job that looks whether the record holds."""

    def __init__(self, db: Database, *, audit: Audit, jobs: Jobs) -> None:
        self._db = db
        self._audit = audit
        self._jobs = jobs

    async def __call__(self, actor: Actor) -> JobId:
        async with self._db.transaction() as tx:
            job_id = await self._jobs.enqueue(
                tx, Verify(), subject="audit", owner_id=actor.require_user(), key="verify"
            )
            await self._audit.record(tx, actor, action="verified", noun="audit", target_id=job_id)
        return job_id


VERIFYING: web.AppKey[Begins] = web.AppKey("audit_verifying", Begins)


class Filters(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    who: Annotated[
        str, Meta(max_length=200, description="An id, or a part of a name or an email.")
    ] = ""
    noun: Annotated[str, Meta(max_length=50, examples=["user"])] = ""
    action: Annotated[str, Meta(max_length=50, examples=["disabled"])] = ""
    target: Annotated[str, Meta(max_length=200, description="What it was done to.")] = ""
    result: Result | None = None
    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None


class EntryView(Struct, frozen=True, kw_only=True):
    """Something that was done."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    actor_name: str | None
    via: Annotated[str, Meta(description="What proved who it was.", examples=["session"])]
    noun: Annotated[str, Meta(examples=["user"])]
    action: Annotated[str, Meta(examples=["disabled"])]
    target_id: str | None
    target_name: str | None
    result: Result
    address: Annotated[str, Meta(description="Whole for a while, then its network.")]
    agent: str
    request_id: str
    details: dict[str, Any]


class ExportIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    format: Format
    who: _Words = ""
    noun: _Name = ""
    action: _Name = ""
    target: _Words = ""
    result: Result | None = None
    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None


class Begun(Struct, frozen=True):
    """The job that does it."""

    job_id: UUID


def _admin(right: str, *, writes: bool = False) -> Rule:
    return only(Role.ADMIN, noun="audit", right=right, writes=writes)


@routes.get("/api/v1/audit", rule=_admin("list"), errors=(BadCursor,))
async def listed(request: web.Request, actor: Actor, query: Filters) -> Page[EntryView]:
    """What was done, newest first. That you looked is written down too."""
    reading = request.app[READING]
    wanted = await wanted_of(reading, query)
    found = await reading.listed(
        actor, wanted, before=after(query.cursor, UUID), limit=query.limit + 1
    )
    return await _page(reading, found, query.limit)


@routes.get("/api/v1/users/me/activity", rule=signed_in("users", "see_activity"))
async def activity(request: web.Request, actor: Actor, query: Paged) -> Page[EntryView]:
    """What you did, and what was done to your account."""
    reading = request.app[READING]
    found = await reading.activity(actor, before=after(query.cursor, UUID), limit=query.limit + 1)
    return await _page(reading, found, query.limit)


@routes.post("/api/v1/audit/exports", rule=_admin("export", writes=True), status=202)
async def export(request: web.Request, actor: Actor, body: ExportIn) -> Begun:
    """Have the rows written into a file, CSV or JSON lines, by a job."""
    wanted = await wanted_of(request.app[READING], body)
    return Begun(await request.app[EXPORTING].begin(actor, export_of(wanted, body.format)))


@routes.get("/api/v1/audit/exports/{id}", rule=_admin("fetch"), produces="application/octet-stream")
async def fetch(request: web.Request, actor: Actor, id: UUID) -> web.StreamResponse:
    """The file of an export, for a day after its job has finished."""
    exporting = request.app[EXPORTING]
    made = await exporting.made(actor, JobId(id))
    async with exporting.open(JobId(id)) as opened:
        response = web.StreamResponse(
            headers={
                "Content-Type": TYPES[made.format],
                "Content-Length": str(opened.stat.size),
                "Content-Disposition": f'attachment; filename="audit-{id}.{made.format}"',
                "Cache-Control": "no-store",
            }
        )
        await response.prepare(request)
        async for piece in opened:
            await response.write(piece)
        await response.write_eof()
    return response


@routes.post("/api/v1/audit/verification", rule=_admin("verify", writes=True), status=202)
async def verify(request: web.Request, actor: Actor) -> Begun:
    """Look whether every row is as it was sealed, by a job.

    The result of the job names the first row that is not.
    """
    return Begun(await request.app[VERIFYING](actor))


async def wanted_of(reading: Reading, asked: Filters | ExportIn) -> Wanted:
    return Wanted(
        actors=await reading.whom(asked.who.strip()) if asked.who.strip() else None,
        noun=asked.noun or None,
        action=asked.action or None,
        target=asked.target.strip() or None,
        result=asked.result,
        since=asked.since,
        until=asked.until,
    )


def export_of(wanted: Wanted, format: Format) -> Export:
    return Export(
        format=format,
        actors=wanted.actors,
        noun=wanted.noun,
        action=wanted.action,
        target=wanted.target,
        result=wanted.result,
        since=wanted.since,
        until=wanted.until,
    )


async def _page(reading: Reading, found: list[Found], limit: int) -> Page[EntryView]:
    shown = page(found, limit=limit, key=lambda one: one.entry.id)
    names = await reading.names(shown.items)
    return Page([_view(one, names) for one in shown.items], shown.next)


def _view(found: Found, names: Any) -> EntryView:
    entry = found.entry
    target = UUID(entry.target_id) if entry.noun == "user" and entry.target_id else None
    return EntryView(
        id=entry.id,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=names.get(entry.actor_id) if entry.actor_id else None,
        via=entry.via,
        noun=entry.noun,
        action=entry.action,
        target_id=entry.target_id,
        target_name=names.get(target) if target else None,
        result=entry.result,
        address=found.address,
        agent=entry.agent,
        request_id=entry.request_id,
        details=dict(entry.details),
    )
