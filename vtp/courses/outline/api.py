"""/api/v1/courses/{id}/outline: what a course is made of."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta

from vtp.actor import Actor, Role
from vtp.courses.outline.problems import (
    Incomplete,
    NodeGone,
    NoSuchPlace,
    NothingPublished,
    NothingToUndo,
    Overwrites,
)
from vtp.courses.outline.service import Outlines, Wish
from vtp.courses.outline.shapes import (
    DoneView,
    DraftView,
    OpIn,
    OutlineView,
    UndoIn,
    done_view,
    draft_view,
    outline_view,
)
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.ids import CourseId
from vtp.library.problems import BadLink

OUTLINES: web.AppKey[Outlines] = web.AppKey("outlines", Outlines)

_OVERSEERS = (Role.ADMIN, Role.MANAGER)
Id = Annotated[UUID, Meta(examples=["01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"])]

routes = Routes("courses")


@routes.get(
    "/api/v1/courses/{id}/outline",
    rule=owner(*_OVERSEERS, noun="courses", right="read_outline"),
    errors=(NothingPublished,),
)
async def read(request: web.Request, actor: Actor, id: Id) -> OutlineView:
    """What is published, as students read it."""
    return outline_view(*await request.app[OUTLINES].published(actor, CourseId(id)))


@routes.get(
    "/api/v1/courses/{id}/outline/draft",
    rule=owner(*_OVERSEERS, noun="courses", right="read_draft"),
)
async def draft(request: web.Request, actor: Actor, id: Id) -> DraftView:
    """All nodes, those that were deleted too, as its teachers change them."""
    return draft_view(await request.app[OUTLINES].draft(actor, CourseId(id)))


@routes.post(
    "/api/v1/courses/{id}/outline/ops",
    rule=owner(*_OVERSEERS, noun="courses", right="change_outline", writes=True),
    errors=(Overwrites, NodeGone, NoSuchPlace, Incomplete, BadLink),
)
async def change(request: web.Request, actor: Actor, id: Id, body: OpIn) -> DoneView:
    """Add, move, set, delete and restore, by what you mean: "this after that".

    Whoever changes something else at the same time is merged with you; the same field of the same
    node is refused with both values.
    """
    wish = Wish(op_id=body.op_id, base=body.base, client=body.client, steps=body.steps)
    return done_view(await request.app[OUTLINES].change(actor, CourseId(id), wish))


@routes.post(
    "/api/v1/courses/{id}/outline/undo",
    rule=owner(*_OVERSEERS, noun="courses", right="undo_outline", writes=True),
    errors=(NothingToUndo, Overwrites, NodeGone),
)
async def undo(request: web.Request, actor: Actor, id: Id, body: UndoIn) -> DoneView:
    """Take back what you did last; what others did since stays."""
    done = await request.app[OUTLINES].undo(
        actor, CourseId(id), op_id=body.op_id, client=body.client
    )
    return done_view(done)


@routes.post(
    "/api/v1/courses/{id}/outline/redo",
    rule=owner(*_OVERSEERS, noun="courses", right="redo_outline", writes=True),
    errors=(NothingToUndo, Overwrites, NodeGone),
)
async def redo(request: web.Request, actor: Actor, id: Id, body: UndoIn) -> DoneView:
    """Do again what you took back last."""
    done = await request.app[OUTLINES].undo(
        actor, CourseId(id), op_id=body.op_id, client=body.client, redo=True
    )
    return done_view(done)


@routes.post(
    "/api/v1/courses/{id}/outline/publish",
    rule=owner(*_OVERSEERS, noun="courses", right="publish_outline", writes=True),
)
async def publish(request: web.Request, actor: Actor, id: Id) -> DraftView:
    """Let students read it as it is now."""
    return draft_view(await request.app[OUTLINES].publish(actor, CourseId(id)))
