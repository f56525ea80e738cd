"""Outlines over Socket.IO: who looks at one is told of each change, and who else is there."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from vtp.actor import Role
from vtp.courses.outline.api import OUTLINES
from vtp.courses.outline.company import Company, Present
from vtp.courses.outline.model import Done
from vtp.courses.outline.shapes import DoneView, done_view
from vtp.edge.rules import owner
from vtp.edge.sockets.channels import Sid, channel
from vtp.edge.sockets.events import Call, Events
from vtp.edge.sockets.facade import Sockets
from vtp.ids import CourseId, UserId

COMPANY: web.AppKey[Company] = web.AppKey("company", Company)

_OVERSEERS = (Role.ADMIN, Role.MANAGER)

events = Events("outlines")
CHANGED = events.news("outline.changed", DoneView, "Somebody changed an outline that you watch.")


class Editor(msgspec.Struct, frozen=True):
    user_id: UserId
    name: str
    node: Annotated[UUID | None, Meta(description="What they write in.")]


class Editors(msgspec.Struct, frozen=True):
    course_id: CourseId
    people: list[Editor]


PRESENT = events.news("outline.present", Editors, "Who looks at an outline that you watch.")


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    course: Annotated[UUID, Meta(description="Whose outline.")]


class Watching(msgspec.Struct, frozen=True):
    """The revision that it has now."""

    rev: int


class At(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    course: Annotated[UUID, Meta(description="Whose outline.")]
    node: Annotated[UUID | None, Meta(description="What you write in; null when you stopped.")] = (
        None
    )


@events.on("outline.watch", rule=owner(*_OVERSEERS, noun="courses", right="watch_outline"))
async def watch(call: Call, body: Watch) -> Watching:
    """Be told of changes from now on, until the socket ends."""
    course_id = CourseId(body.course)
    outlines = call.app[OUTLINES]
    await outlines.may_watch(call.actor, course_id)
    await call.sockets.enter(call.sid, channel("outline", course_id))
    await _stand(call, course_id, None)
    return Watching((await outlines.draft(call.actor, course_id)).rev)


@events.on("outline.at", rule=owner(*_OVERSEERS, noun="courses", right="say_where_in_outline"))
async def at(call: Call, body: At) -> None:
    """Say what you write in, so that the others there see it."""
    course_id = CourseId(body.course)
    await call.app[OUTLINES].may_watch(call.actor, course_id)
    await _stand(call, course_id, body.node)


async def _stand(call: Call, course_id: CourseId, node: UUID | None) -> None:
    company, user_id = call.app[COMPANY], call.actor.require_user()
    name = await call.app[OUTLINES].name_of(user_id)
    before = company.gone(call.sid)
    company.put(call.sid, course_id, Present(user_id, name, node))
    for changed in {course_id, before or course_id}:
        await tell_present(call.sockets, company, changed)


async def tell_present(sockets: Sockets, company: Company, course_id: CourseId) -> None:
    people = [Editor(one.user_id, one.name, one.node) for one in company.of(course_id)]
    await sockets.emit(PRESENT, Editors(course_id, people), to=channel("outline", course_id))


async def left(sockets: Sockets, company: Company, sid: Sid) -> None:
    """A socket has ended."""
    if (course_id := company.gone(sid)) is not None:
        await tell_present(sockets, company, course_id)


async def tell(sockets: Sockets, done: Done) -> None:
    await sockets.emit(CHANGED, done_view(done), to=channel("outline", done.course_id))
