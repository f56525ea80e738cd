"""Outlines over Socket.IO: who looks at one is told of each change, and who else is there."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from vtp.actor import Role
from vtp.courses.outline.api import OUTLINES
from vtp.courses.outline.model import Done
from vtp.courses.outline.shapes import DoneView, done_view
from vtp.edge.rules import owner
from vtp.edge.sockets.channels import channel
from vtp.edge.sockets.events import Call, Events
from vtp.edge.sockets.facade import Sockets
from vtp.ids import CourseId

_OVERSEERS = (Role.ADMIN, Role.MANAGER)

events = Events("outlines")
CHANGED = events.news("outline.changed", DoneView, "Somebody changed an outline that you watch.")


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    course: Annotated[UUID, Meta(description="Whose outline.")]


class Watching(msgspec.Struct, frozen=True):
    """The revision that it has now."""

    rev: int


@events.on("outline.watch", rule=owner(*_OVERSEERS, noun="courses", right="watch_outline"))
async def watch(call: Call, body: Watch) -> Watching:
    """Be told of changes from now on, until the socket ends."""
    course_id = CourseId(body.course)
    outlines = call.app[OUTLINES]
    await outlines.may_watch(call.actor, course_id)
    await call.sockets.enter(call.sid, channel("outline", course_id))
    return Watching((await outlines.draft(call.actor, course_id)).rev)


async def tell(sockets: Sockets, done: Done) -> None:
    await sockets.emit(CHANGED, done_view(done), to=channel("outline", done.course_id))
