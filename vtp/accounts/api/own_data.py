"""Everything held about oneself, to take away and to have erased; what admins do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts.api.asking import ERASURE, TAKEOUTS
from vtp.accounts.model import ErasureRequest, Takeout
from vtp.accounts.problems import AlreadyDecided, LastAdmin, ProofNeeded, ReasonMissing
from vtp.accounts.service.erasure import MAX_REASON
from vtp.actor import Actor, Role
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only, signed_in
from vtp.errors import NotFound

routes = Routes("users")


class TakeoutView(Struct, frozen=True, kw_only=True):
    """A file of everything that is held about you."""

    asked_at: datetime
    ready: bool
    bytes: int | None
    expires_at: Annotated[datetime | None, Meta(description="It is deleted then.")]


class ErasureView(Struct, frozen=True, kw_only=True):
    """A wish to be forgotten."""

    id: UUID
    user_id: UUID
    name: str
    state: Literal["open", "done", "refused", "withdrawn"]
    asked_at: datetime
    decided_at: datetime | None
    reason: Annotated[str, Meta(description="Why it was refused.")]


class Refusal(Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[
        str,
        Meta(
            max_length=MAX_REASON,
            description="The person is told.",
            examples=["Your last exam is not marked yet."],
        ),
    ]


def _own(right: str, *, writes: bool = False) -> Rule:
    return signed_in("users", right, writes=writes, keys=False)


def _admin(right: str, *, writes: bool = False) -> Rule:
    return only(Role.ADMIN, noun="erasures", right=right, writes=writes, keys=False)


@routes.post("/api/v1/users/me/takeout", rule=_own("ask_takeout", writes=True), status=202)
async def ask_takeout(request: web.Request, actor: Actor) -> TakeoutView:
    """Have everything that is held about you written into a file, by a job."""
    return takeout_view(await request.app[TAKEOUTS].ask(actor))


@routes.get("/api/v1/users/me/takeout", rule=_own("see_takeout"))
async def takeout(request: web.Request, actor: Actor) -> TakeoutView:
    """How far the last one is."""
    found = await request.app[TAKEOUTS].own(actor)
    if found is None:
        raise NotFound
    return takeout_view(found)


@routes.get(
    "/api/v1/users/me/takeout/file",
    rule=_own("fetch_takeout"),
    errors=(NotFound,),
    produces="application/zip",
)
async def takeout_file(request: web.Request, actor: Actor) -> web.StreamResponse:
    """The file, a ZIP of JSON files, for a week after it was made. For you alone."""
    takeouts = request.app[TAKEOUTS]
    made = await takeouts.fetched(actor)
    async with takeouts.open(made) as opened:
        response = web.StreamResponse(
            headers={
                "Content-Type": "application/zip",
                "Content-Length": str(opened.stat.size),
                "Content-Disposition": 'attachment; filename="about-me.zip"',
                "Cache-Control": "no-store",
            }
        )
        await response.prepare(request)
        async for piece in opened:
            await response.write(piece)
        await response.write_eof()
    return response


@routes.get("/api/v1/users/me/erasure", rule=_own("see_erasure"), errors=(NotFound,))
async def own_erasure(request: web.Request, actor: Actor) -> ErasureView:
    """Your wish to be forgotten, and what became of it."""
    found = await request.app[ERASURE].own(actor)
    if found is None:
        raise NotFound
    return erasure_view(found)


@routes.post(
    "/api/v1/users/me/erasure",
    rule=_own("ask_erasure", writes=True),
    status=201,
    errors=(ProofNeeded,),
)
async def ask_erasure(request: web.Request, actor: Actor) -> ErasureView:
    """Ask to be forgotten. Needs a fresh proof of who you are; an admin carries it out."""
    return erasure_view(await request.app[ERASURE].ask(actor))


@routes.delete(
    "/api/v1/users/me/erasure",
    rule=_own("withdraw_erasure", writes=True),
    status=204,
    errors=(AlreadyDecided, NotFound),
)
async def withdraw_erasure(request: web.Request, actor: Actor) -> None:
    """Take it back, while nobody has decided."""
    await request.app[ERASURE].withdraw(actor)


@routes.get("/api/v1/erasures", rule=_admin("list"), errors=(BadCursor,))
async def listed(request: web.Request, actor: Actor, query: Paged) -> Page[ErasureView]:
    """Who asked to be forgotten, newest first."""
    found = await request.app[ERASURE].listed(
        actor, before=after(query.cursor, UUID), limit=query.limit + 1
    )
    return page(found, limit=query.limit, key=lambda one: one.id).each(erasure_view)


@routes.post(
    "/api/v1/erasures/{id}/carry-out",
    rule=_admin("carry_out", writes=True),
    status=204,
    errors=(AlreadyDecided, LastAdmin),
)
async def carry_out(request: web.Request, actor: Actor, id: UUID) -> None:
    """Forget this person, for ever. All that they had signed in ends at once."""
    await request.app[ERASURE].carry_out(actor, id)


@routes.post(
    "/api/v1/erasures/{id}/refuse",
    rule=_admin("refuse", writes=True),
    status=204,
    errors=(AlreadyDecided, ReasonMissing),
)
async def refuse(request: web.Request, actor: Actor, id: UUID, body: Refusal) -> None:
    """Do not, and say why."""
    await request.app[ERASURE].refuse(actor, id, reason=body.reason)


def takeout_view(takeout: Takeout) -> TakeoutView:
    return TakeoutView(
        asked_at=takeout.asked_at,
        ready=takeout.made_at is not None,
        bytes=takeout.bytes,
        expires_at=takeout.expires_at,
    )


def erasure_view(found: ErasureRequest) -> ErasureView:
    return ErasureView(
        id=found.id,
        user_id=found.user_id,
        name=found.name,
        state=found.state,
        asked_at=found.asked_at,
        decided_at=found.decided_at,
        reason=found.reason,
    )
