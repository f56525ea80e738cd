"""What broke in a browser, told by the page itself."""

from __future__ import annotations

from typing import Annotated

import structlog
from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone

routes = Routes("client-errors")

_log = structlog.get_logger()


class ClientError(Struct, frozen=True, forbid_unknown_fields=True):
    """An error that a part of a page could not handle."""

    message: Annotated[str, Meta(max_length=500, examples=["items is undefined"])]
    stack: Annotated[str, Meta(max_length=4000, examples=["at Jobs (jobs.js:1:42)"])] = ""
    source: Annotated[str, Meta(max_length=200, examples=["island:jobs"])] = ""
    page: Annotated[str, Meta(max_length=500, examples=["/admin/jobs"])] = ""


@routes.post(
    "/api/v1/client-errors",
    rule=anyone("client-errors", "report", writes=True),
    status=204,
)
async def report(_request: web.Request, actor: Actor, body: ClientError) -> None:
    """Tell the operators that a page broke."""
    _log.warning(
        "client.error",
        user_id=str(actor.user_id),
        message=body.message,
        stack=body.stack,
        source=body.source,
        page=body.page,
    )
