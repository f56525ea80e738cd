"""/api/v1/keys: API keys of one's own."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from vtp.accounts.api.asking import ACCOUNTS
from vtp.accounts.api.shapes import Id, KeyIn, KeyMade, KeyView, key_made, key_view
from vtp.accounts.problems import KeyLimit
from vtp.actor import Actor
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in

routes = Routes("keys")


@routes.post(
    "/api/v1/keys",
    rule=signed_in("keys", "create", writes=True, keys=False),
    status=201,
    errors=(KeyLimit,),
)
async def create(request: web.Request, actor: Actor, body: KeyIn) -> KeyMade:
    """Make an API key.

    The answer is the only one that holds the key itself. A person may have 50.
    """
    key, secret = await request.app[ACCOUNTS].keys.create(
        actor, name=body.name, scopes=body.scopes, expires_at=body.expires_at
    )
    return key_made(key, secret)


@routes.get("/api/v1/keys", rule=signed_in("keys", "list", keys=False), errors=(BadCursor,))
async def listed(request: web.Request, actor: Actor, query: Paged) -> Page[KeyView]:
    """Your API keys, the newest first."""
    found = await request.app[ACCOUNTS].keys.listed(
        actor, before=after(query.cursor, UUID), limit=query.limit + 1
    )
    return page([key_view(key) for key in found], limit=query.limit, key=lambda key: key.id)


@routes.delete(
    "/api/v1/keys/{id}",
    rule=owner(noun="keys", right="delete", writes=True, keys=False),
    status=204,
)
async def delete(request: web.Request, actor: Actor, id: Id) -> None:
    """Delete one of your API keys. What uses it is refused from now on."""
    await request.app[ACCOUNTS].keys.delete(actor, id)
