"""/api/v1/webhooks: for admins, where news goes to programs of others, and how that went."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from vtp.actor import Actor, Role
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only
from vtp.ids import UserId
from vtp.webhooks.model import Delivery, DeliveryId, Endpoint, EndpointId, State, Why
from vtp.webhooks.service.endpoints import Endpoints, TooManyWebhooks, UnknownEvent
from vtp.webhooks.targets import BadTarget

routes = Routes("webhooks")
ENDPOINTS: web.AppKey[Endpoints] = web.AppKey("webhooks", Endpoints)

_Url = Annotated[str, Meta(max_length=2000, examples=["https://hooks.example.org/vtp"])]
_Words = Annotated[str, Meta(max_length=200, examples=["The register of the school"])]
_Events = Annotated[list[str], Meta(max_length=100, examples=[["meeting.started"]])]


class WebhookIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    url: _Url
    events: _Events
    description: _Words = ""


class WebhookChange(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    url: _Url | UnsetType = UNSET
    events: _Events | UnsetType = UNSET
    description: _Words | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class WebhookView(Struct, frozen=True, kw_only=True):
    id: EndpointId
    url: str
    description: str
    events: list[str]
    created_by: UserId | None
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_why: Annotated[
        Why | None, Meta(description="By an admin, because it failed for days, or it said 410.")
    ]


class WebhookMade(Struct, frozen=True, kw_only=True):
    webhook: WebhookView
    secret: Annotated[str, Meta(description="Shown this once.", examples=["whsec_c2VjcmV0"])]


class SecretMade(Struct, frozen=True):
    secret: Annotated[str, Meta(description="Shown this once.", examples=["whsec_c2VjcmV0"])]


class EventView(Struct, frozen=True):
    name: Annotated[str, Meta(examples=["meeting.started"])]
    summary: str


class DeliveryView(Struct, frozen=True, kw_only=True):
    id: DeliveryId
    message_id: UUID
    event: str
    state: State
    attempts: int
    created_at: datetime
    next_at: datetime | None
    last_at: datetime | None
    last_status: int | None
    last_seconds: float | None
    last_error: str | None


class Tried(Struct, frozen=True):
    delivery_id: DeliveryId


def _admin(right: str, *, writes: bool = False, keys: bool = True) -> Rule:
    return only(Role.ADMIN, noun="webhooks", right=right, writes=writes, keys=keys)


@routes.get("/api/v1/webhooks", rule=_admin("list"))
async def listed(request: web.Request, actor: Actor) -> Page[WebhookView]:
    """Every webhook, the newest first."""
    return Page([_view(one) for one in await request.app[ENDPOINTS].listed(actor)])


@routes.get("/api/v1/webhooks/events", rule=_admin("events"))
async def events(request: web.Request) -> Page[EventView]:
    """What webhooks can tell."""
    return Page([EventView(kind.name, kind.summary) for kind in request.app[ENDPOINTS].kinds])


@routes.post(
    "/api/v1/webhooks",
    # Its secret is shown: by a person who signed in.
    rule=_admin("create", writes=True, keys=False),
    status=201,
    errors=(BadTarget, UnknownEvent, TooManyWebhooks),
)
async def create(request: web.Request, actor: Actor, body: WebhookIn) -> WebhookMade:
    """Make a webhook, with the secret that signs what it sends."""
    made, secret = await request.app[ENDPOINTS].create(
        actor, url=body.url, description=body.description, events=body.events
    )
    return WebhookMade(webhook=_view(made), secret=secret)


@routes.get("/api/v1/webhooks/{id}", rule=_admin("read"))
async def read(request: web.Request, actor: Actor, id: UUID) -> WebhookView:
    """One webhook."""
    return _view(await request.app[ENDPOINTS].get(actor, EndpointId(id)))


@routes.patch(
    "/api/v1/webhooks/{id}",
    rule=_admin("change", writes=True),
    errors=(BadTarget, UnknownEvent),
)
async def change(request: web.Request, actor: Actor, id: UUID, body: WebhookChange) -> WebhookView:
    """Change a webhook, or switch it off and on."""
    endpoints, endpoint_id = request.app[ENDPOINTS], EndpointId(id)
    changed = await endpoints.change(
        actor,
        endpoint_id,
        url=None if body.url is UNSET else body.url,
        description=None if body.description is UNSET else body.description,
        events=None if body.events is UNSET else body.events,
    )
    if body.enabled is not UNSET:
        switch = endpoints.enable if body.enabled else endpoints.disable
        changed = await switch(actor, endpoint_id)
    return _view(changed)


@routes.delete("/api/v1/webhooks/{id}", rule=_admin("delete", writes=True), status=204)
async def delete(request: web.Request, actor: Actor, id: UUID) -> None:
    """Delete a webhook, with the log of its deliveries."""
    await request.app[ENDPOINTS].delete(actor, EndpointId(id))


@routes.post("/api/v1/webhooks/{id}/secret", rule=_admin("rotate", writes=True, keys=False))
async def rotate(request: web.Request, actor: Actor, id: UUID) -> SecretMade:
    """Make another secret. The one before signs as well for a day."""
    return SecretMade(await request.app[ENDPOINTS].rotate(actor, EndpointId(id)))


@routes.post("/api/v1/webhooks/{id}/test", rule=_admin("test", writes=True), status=202)
async def test(request: web.Request, actor: Actor, id: UUID) -> Tried:
    """Send `webhook.test`, whatever was chosen."""
    return Tried(await request.app[ENDPOINTS].test(actor, EndpointId(id)))


@routes.get("/api/v1/webhooks/{id}/deliveries", rule=_admin("see_deliveries"), errors=(BadCursor,))
async def deliveries(
    request: web.Request, actor: Actor, id: UUID, query: Paged
) -> Page[DeliveryView]:
    """How deliveries went, the newest first."""
    found = await request.app[ENDPOINTS].deliveries(
        actor, EndpointId(id), before=after(query.cursor, DeliveryId), limit=query.limit + 1
    )
    return page(found, limit=query.limit, key=lambda one: one.id).each(_delivery)


@routes.post(
    "/api/v1/webhooks/{id}/deliveries/{delivery_id}/redeliver",
    rule=_admin("redeliver", writes=True),
    status=202,
)
async def redeliver(
    request: web.Request, actor: Actor, id: UUID, delivery_id: UUID
) -> DeliveryView:
    """Send something once more, under the same message id."""
    return _delivery(
        await request.app[ENDPOINTS].redeliver(actor, EndpointId(id), DeliveryId(delivery_id))
    )


def _view(endpoint: Endpoint) -> WebhookView:
    return WebhookView(
        id=endpoint.id,
        url=endpoint.url,
        description=endpoint.description,
        events=list(endpoint.events),
        created_by=endpoint.created_by,
        created_at=endpoint.created_at,
        failing_since=endpoint.failing_since,
        disabled_at=endpoint.disabled_at,
        disabled_why=endpoint.disabled_why,
    )


def _delivery(delivery: Delivery) -> DeliveryView:
    return DeliveryView(
        id=delivery.id,
        message_id=delivery.message_id,
        event=delivery.event,
        state=delivery.state,
        attempts=delivery.attempts,
        created_at=delivery.created_at,
        next_at=delivery.next_at,
        last_at=delivery.last_at,
        last_status=delivery.last_status,
        last_seconds=delivery.last_seconds,
        last_error=delivery.last_error,
    )
