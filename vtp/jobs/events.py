"""Jobs over Socket.IO: `jobs.watch` subscribes, `jobs.changed` tells."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from vtp.edge.rules import owner
from vtp.edge.sockets.channels import Channel, channel
from vtp.edge.sockets.events import Call, Events
from vtp.edge.sockets.facade import Sockets
from vtp.ids import JobId
from vtp.jobs.api import JOBS
from vtp.jobs.model import JobView
from vtp.jobs.service import STAFF

events = Events("jobs")
CHANGED = events.news("jobs.changed", JobView, "A job that you watch is as this says now.")

_ALL = Channel("jobs")


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One job, or without `id` all that you may see."""

    id: Annotated[UUID | None, Meta(description="The job to watch.")] = None


class Watching(msgspec.Struct, frozen=True):
    """`job` is what is watched, as it is now; null when all are."""

    job: JobView | None


@events.on("jobs.watch", rule=owner(*STAFF, noun="jobs", right="watch"))
async def watch(call: Call, body: Watch) -> Watching:
    """Be told of changes from now on, until the socket ends."""
    if body.id is not None:
        jobs = call.app[JOBS]
        job = await jobs.get(call.actor, job_id=JobId(body.id))
        own = job.owner_id == call.actor.user_id
        await call.sockets.enter(call.sid, channel("job", body.id), roles=None if own else STAFF)
        return Watching(await jobs.get(call.actor, job_id=JobId(body.id)))
    if call.actor.has(*STAFF):
        await call.sockets.enter(call.sid, _ALL, roles=STAFF)
    else:
        await call.sockets.enter(call.sid, channel("jobs-of", call.actor.require_user()))
    return Watching(None)


async def tell(sockets: Sockets, job: JobView) -> None:
    """Pass a change on to those who watch it."""
    await sockets.emit(CHANGED, job, to=channel("job", job.id))
    await sockets.emit(CHANGED, job, to=_ALL)
    if job.owner_id is not None:
        await sockets.emit(CHANGED, job, to=channel("jobs-of", job.owner_id))
