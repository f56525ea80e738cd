"""Jobs over HTTP: look at them, cancel them, begin them anew."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta

from vtp.actor import Actor
from vtp.edge.paging import Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.ids import JobId
from vtp.jobs.model import JobView, State
from vtp.jobs.service import STAFF, AlreadyQueued, Finished, Jobs, KindGone, NotFinished

routes = Routes("jobs")
JOBS: web.AppKey[Jobs] = web.AppKey("jobs", Jobs)

_READ = owner(*STAFF, noun="jobs", right="read")


class JobsQuery(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    state: Annotated[State | None, Meta(description="Only jobs in this state.")] = None
    kind: Annotated[
        str, Meta(max_length=100, description="Only this kind.", examples=["accounts.picture"])
    ] = ""


@routes.get("/api/v1/jobs", rule=signed_in("jobs", "list"))
async def list_jobs(request: web.Request, actor: Actor, query: JobsQuery) -> Page[JobView]:
    """List jobs, newest first.

    Administrators and managers see all of them, everybody else their own.
    """
    found = await request.app[JOBS].listed(
        actor,
        state=query.state,
        kind=query.kind or None,
        before=after(query.cursor, JobId),
        limit=query.limit + 1,
    )
    return page(found, limit=query.limit, key=lambda job: job.id)


@routes.get("/api/v1/jobs/{id}", rule=_READ)
async def get_job(request: web.Request, actor: Actor, id: UUID) -> JobView:
    """Look at a job."""
    return await request.app[JOBS].get(actor, job_id=JobId(id))


@routes.post(
    "/api/v1/jobs/{id}/cancel",
    rule=owner(*STAFF, noun="jobs", right="cancel", writes=True),
    status=202,
    errors=(Finished,),
)
async def cancel_job(request: web.Request, actor: Actor, id: UUID) -> JobView:
    """Cancel a job.

    One that waits is cancelled at once. One that runs is told to stop: it ends soon after.
    """
    return await request.app[JOBS].cancel(actor, job_id=JobId(id))


@routes.post(
    "/api/v1/jobs/{id}/retry",
    rule=owner(*STAFF, noun="jobs", right="retry", writes=True),
    status=202,
    errors=(NotFinished, AlreadyQueued, KindGone),
)
async def retry_job(request: web.Request, actor: Actor, id: UUID) -> JobView:
    """Begin a job anew that failed or was cancelled."""
    return await request.app[JOBS].retry(actor, job_id=JobId(id))
