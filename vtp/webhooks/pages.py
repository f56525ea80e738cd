"""/admin/webhooks: make them, change them, and look how deliveries went. Forms, without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.edge.bodies import form
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.paging import after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only
from vtp.errors import Invalid, NotFound, Problem
from vtp.webhooks.api import ENDPOINTS
from vtp.webhooks.model import DeliveryId, EndpointId

routes = Routes("pages")

_AT_ONCE = 30
_EVENT = "event:"


class WebhookQuery(Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=512)] = ""


def _admin(right: str, *, writes: bool = False) -> Rule:
    return only(Role.ADMIN, noun="webhooks", right=right, writes=writes, keys=False)


@routes.get("/admin/webhooks", rule=_admin("see"), **HTML)
async def webhooks(request: web.Request, actor: Actor) -> web.Response:
    """All of them, and a form for another one."""
    return await _all(request, actor, {}, {})


@routes.post("/admin/webhooks", rule=_admin("create_page", writes=True), **HTML)
async def create(request: web.Request, actor: Actor) -> web.Response:
    """Make one by the form; its secret is on the page that follows, and nowhere else."""
    values = await form(request)
    try:
        made, secret = await request.app[ENDPOINTS].create(
            actor,
            url=values.get("url", "").strip(),
            description=values.get("description", "")[:200],
            events=_chosen(values),
        )
    except Invalid as problem:
        return await _all(request, actor, values, problem.fields, problem.status)
    return await _one(request, actor, made.id, secret=secret)


@routes.get("/admin/webhooks/{id}", rule=_admin("see_one"), **HTML)
async def webhook(
    request: web.Request, actor: Actor, id: UUID, query: WebhookQuery
) -> web.Response:
    """One of them, and how its deliveries went."""
    return await _one(request, actor, EndpointId(id), cursor=query.cursor)


@routes.post("/admin/webhooks/{id}", rule=_admin("change_page", writes=True), **HTML)
async def change(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """What the button says that was pressed: `do` of the form."""
    values, endpoint_id = await form(request), EndpointId(id)
    endpoints = request.app[ENDPOINTS]
    match values.get("do", "").partition(":"):
        case ("save", _, _):
            return await _save(request, actor, endpoint_id, values)
        case ("rotate", _, _):
            secret = await endpoints.rotate(actor, endpoint_id)
            return await _one(request, actor, endpoint_id, secret=secret)
        case ("test", _, _):
            await endpoints.test(actor, endpoint_id)
        case ("enable", _, _):
            await endpoints.enable(actor, endpoint_id)
        case ("disable", _, _):
            await endpoints.disable(actor, endpoint_id)
        case ("delete", _, _):
            await endpoints.delete(actor, endpoint_id)
            return see_other("/admin/webhooks")
        case ("redeliver", _, text):
            await endpoints.redeliver(actor, endpoint_id, _delivery(text))
    return see_other(f"/admin/webhooks/{id}")


async def _save(
    request: web.Request, actor: Actor, endpoint_id: EndpointId, values: Mapping[str, str]
) -> web.Response:
    try:
        await request.app[ENDPOINTS].change(
            actor,
            endpoint_id,
            url=values.get("url", "").strip(),
            description=values.get("description", "")[:200],
            events=_chosen(values),
        )
    except Invalid as problem:
        return await _one(request, actor, endpoint_id, problem=problem)
    return see_other(f"/admin/webhooks/{endpoint_id}")


def _chosen(values: Mapping[str, str]) -> list[str]:
    return [name.removeprefix(_EVENT) for name in values if name.startswith(_EVENT)]


def _delivery(text: str) -> DeliveryId:
    try:
        return DeliveryId(UUID(text))
    except ValueError:
        raise NotFound from None


async def _all(
    request: web.Request,
    actor: Actor,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 200,
) -> web.Response:
    endpoints = request.app[ENDPOINTS]
    return await request.app[PAGES].render(
        request,
        "admin/webhooks.html",
        status=status,
        webhooks=await endpoints.listed(actor),
        kinds=endpoints.kinds,
        values={**values, "events": _chosen(values)},
        errors=errors,
    )


async def _one(
    request: web.Request,
    actor: Actor,
    endpoint_id: EndpointId,
    *,
    secret: str = "",
    cursor: str = "",
    problem: Problem | None = None,
) -> web.Response:
    endpoints = request.app[ENDPOINTS]
    webhook = await endpoints.get(actor, endpoint_id)
    found = await endpoints.deliveries(
        actor, endpoint_id, before=after(cursor, DeliveryId), limit=_AT_ONCE + 1
    )
    shown = page(found, limit=_AT_ONCE, key=lambda one: one.id)
    return await request.app[PAGES].render(
        request,
        "admin/webhook.html",
        status=problem.status if problem else 200,
        webhook=webhook,
        kinds=endpoints.kinds,
        secret=secret,
        deliveries=shown.items,
        older=f"/admin/webhooks/{endpoint_id}?cursor={shown.next}" if shown.next else None,
        errors=problem.fields if problem else {},
    )
