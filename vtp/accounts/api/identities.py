"""/api/v1/auth/identities: accounts elsewhere that open the one here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts.api.asking import ACCOUNTS
from vtp.accounts.api.shapes import Id
from vtp.accounts.problems import LastWayIn, ProofNeeded
from vtp.actor import Actor
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.ids import IdentityId

routes = Routes("auth")

_AT = "2026-03-12T18:00:00Z"


class IdentityView(Struct, frozen=True, kw_only=True):
    id: Annotated[IdentityId, Meta(examples=["01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"])]
    provider: Annotated[str, Meta(examples=["Northfield account"])]
    label: Annotated[str, Meta(description="What it is there.", examples=["ines@school.example"])]
    created_at: Annotated[datetime, Meta(examples=[_AT])]
    last_used_at: Annotated[datetime | None, Meta(examples=[_AT])]


class ProviderView(Struct, frozen=True, kw_only=True):
    name: Annotated[
        str,
        Meta(
            description="`/login/with/{name}?connect=true` leads a browser there.",
            examples=["northfield"],
        ),
    ]
    title: Annotated[str, Meta(examples=["Northfield account"])]


class Identities(Struct, frozen=True, kw_only=True):
    items: list[IdentityView]
    providers: Annotated[
        list[ProviderView], Meta(description="Where you may have an account to connect.")
    ]


@routes.get("/api/v1/auth/identities", rule=signed_in("auth", "list_identities", keys=False))
async def listed(request: web.Request, actor: Actor) -> Identities:
    """The accounts elsewhere that sign you in here."""
    federation = request.app[ACCOUNTS].federation
    found = await federation.listed(actor)
    views = [
        IdentityView(
            id=one.id,
            provider=title,
            label=one.label,
            created_at=one.created_at,
            last_used_at=one.last_used_at,
        )
        for one, title in found
    ]
    offered = [ProviderView(name=name, title=title) for name, title in federation.offered]
    return Identities(items=views, providers=offered)


@routes.delete(
    "/api/v1/auth/identities/{id}",
    rule=owner(noun="auth", right="disconnect", writes=True, keys=False),
    status=204,
    errors=(ProofNeeded, LastWayIn),
)
async def disconnect(request: web.Request, actor: Actor, id: Id) -> None:
    """Disconnect an account elsewhere."""
    await request.app[ACCOUNTS].federation.disconnect(actor, id)
