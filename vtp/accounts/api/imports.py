"""/api/v1/users/imports: a list of people, compared first and applied after that."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts import roster
from vtp.accounts.api.asking import ACCOUNTS
from vtp.accounts.api.shapes import Id
from vtp.accounts.model import Import, ImportState
from vtp.accounts.problems import NothingToApply
from vtp.actor import Actor, Role
from vtp.edge.bodies import require_type, whole
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.problems import TooLarge, WrongMediaType
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only

routes = Routes("users")
CSV = "text/csv"


class ImportView(Struct, frozen=True, kw_only=True):
    id: UUID
    sent_at: datetime
    state: ImportState
    fault: Annotated[str, Meta(description="Why it could not be read, or was not applied.")]
    counts: Annotated[
        dict[str, int],
        Meta(description="Lines by what they do.", examples=[{"new": 27, "wrong": 1}]),
    ]


class LineView(Struct, frozen=True, kw_only=True):
    """What one line of the list does. A wrong one changes nothing."""

    line: Annotated[int, Meta(examples=[2])]
    outcome: roster.Outcome
    email: Annotated[str, Meta(examples=["ines@school.example"])]
    name: str
    roles: list[Role]
    name_before: str
    roles_before: list[Role]
    words: Annotated[str, Meta(description="What is wrong.")]


class LinesQuery(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    outcome: roster.Outcome | None = None


def _admin(right: str, *, writes: bool = False) -> Rule:
    return only(Role.ADMIN, noun="users", right=right, writes=writes, keys=False)


@routes.post(
    "/api/v1/users/imports",
    rule=_admin("import", writes=True),
    status=202,
    consumes=(CSV,),
    errors=(TooLarge, WrongMediaType),
)
async def send(request: web.Request, actor: Actor) -> ImportView:
    """Send a list of people, CSV with the columns mail, name and roles. Nothing changes yet.

    A job compares it; then `GET` says what it would change.
    """
    require_type(request, CSV)
    content = await whole(request, limit=roster.MAX_BYTES)
    return _view(await request.app[ACCOUNTS].imports.send(actor, content), {})


@routes.get("/api/v1/users/imports/{id}", rule=_admin("see_import"))
async def read(request: web.Request, actor: Actor, id: Id) -> ImportView:
    """How far a list has come that you sent."""
    return await _seen(request, actor, id)


@routes.get(
    "/api/v1/users/imports/{id}/lines", rule=_admin("see_import_lines"), errors=(BadCursor,)
)
async def lines(request: web.Request, actor: Actor, id: Id, query: LinesQuery) -> Page[LineView]:
    """What each line would do, or did."""
    found = await request.app[ACCOUNTS].imports.lines(
        actor,
        id,
        outcome=query.outcome,
        after=after(query.cursor, int) or 0,
        limit=query.limit + 1,
    )
    return page(found, limit=query.limit, key=lambda one: one.line).each(_line)


@routes.post(
    "/api/v1/users/imports/{id}/apply",
    rule=_admin("apply_import", writes=True),
    status=202,
    errors=(NothingToApply,),
)
async def apply(request: web.Request, actor: Actor, id: Id) -> ImportView:
    """Do what was shown: new people are invited, wrong lines left out.

    It is refused as a whole when people were changed meanwhile.
    """
    await request.app[ACCOUNTS].imports.apply(actor, id)
    return await _seen(request, actor, id)


async def _seen(request: web.Request, actor: Actor, id: UUID) -> ImportView:
    imports = request.app[ACCOUNTS].imports
    counts = await imports.counts(actor, id)
    return _view(await imports.get(actor, id), {str(name): n for name, n in counts.items()})


def _view(made: Import, counts: dict[str, int]) -> ImportView:
    return ImportView(
        id=made.id,
        sent_at=made.sent_at,
        state=made.state,
        fault=made.fault,
        counts=counts,
    )


def _line(one: roster.Planned) -> LineView:
    return LineView(
        line=one.line,
        outcome=one.outcome,
        email=one.email,
        name=one.name,
        roles=sorted(one.roles),
        name_before=one.name_before,
        roles_before=sorted(one.roles_before),
        words=one.words,
    )
