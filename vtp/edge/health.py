"""Probes and metrics over HTTP.

Anybody may ask whether the server lives and is ready. Details and metrics are for this machine,
for administrators and for who has the token: they tell an attacker what to aim at.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from vtp import __version__
from vtp.actor import Actor, Role
from vtp.clock import Clock
from vtp.edge.front import ADDRESS
from vtp.edge.routes import Routes, json_response
from vtp.edge.rules import anyone
from vtp.errors import Forbidden
from vtp.telemetry.health import Health
from vtp.telemetry.metrics import CONTENT_TYPE, Metrics
from vtp.telemetry.verdict import Verdict

HEALTH: web.AppKey[Health] = web.AppKey("health", Health)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
METRICS_TOKEN: web.AppKey[str] = web.AppKey("metrics_token", str)

routes = Routes("health")
_PROBE = anyone("health", "read")


class PartView(Struct, frozen=True):
    status: Annotated[str, Meta(examples=["ok"])]
    message: str
    latency_ms: float


class HealthView(Struct, frozen=True, omit_defaults=True):
    status: Annotated[str, Meta(examples=["ok"])]
    timestamp: datetime
    version: str | None = None
    reason: str | None = None
    components: dict[str, PartView] | None = None


@routes.get(
    "/health/live",
    rule=_PROBE,
    any_host=True,
    logged=False,
    counted=False,
    produces="application/json",
)
async def live(_request: web.Request) -> web.Response:
    """Whether the process answers at all."""
    return json_response({"status": "ok"})


@routes.get(
    "/health/ready",
    rule=_PROBE,
    any_host=True,
    logged=False,
    counted=False,
    produces="application/json",
)
async def ready(request: web.Request) -> web.Response:
    """Whether the server may be given traffic: 503 at start, at the end, while a part is away."""
    found = await request.app[HEALTH].look()
    body: dict[str, object] = {"status": "ready" if found.ready else "not ready"}
    if not found.ready:
        body["reason"] = found.reason
    return json_response(body, status=200 if found.ready else 503)


@routes.get(
    "/health/startup",
    rule=_PROBE,
    any_host=True,
    logged=False,
    counted=False,
    produces="application/json",
)
async def startup(request: web.Request) -> web.Response:
    """Whether the start has ended, for those who wait for a slow one."""
    begun = not request.app[HEALTH].starting
    return json_response({"status": "ok" if begun else "starting"}, status=200 if begun else 503)


@routes.get("/health", rule=_PROBE, any_host=True, logged=False, produces="application/json")
async def health(request: web.Request, actor: Actor) -> web.Response:
    """The state of the whole, and for those who may know it, of each part."""
    found = await request.app[HEALTH].look()
    view = _view(found, request.app[CLOCK].now(), details=may_look_inside(request, actor))
    return json_response(view, status=503 if found.state == "down" else 200)


@routes.get(
    "/metrics", rule=anyone("metrics", "read"), any_host=True, logged=False, produces="text/plain"
)
async def metrics(request: web.Request, actor: Actor) -> web.Response:
    """What is measured, for Prometheus."""
    if not may_look_inside(request, actor):
        raise Forbidden("Metrics are for this machine, for administrators and for the token.")
    text = request.app[METRICS].text()
    return web.Response(
        body=text, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    )


def may_look_inside(request: web.Request, actor: Actor) -> bool:
    token = request.app[METRICS_TOKEN]
    sent = request.headers.get("X-Metrics-Token", "")
    if token and hmac.compare_digest(sent.encode(), token.encode()):
        return True
    # A key with scopes does what they say, and none of them says this.
    return (actor.has(Role.ADMIN) and actor.scopes is None) or _from_here(request)


def _from_here(request: web.Request) -> bool:
    """From this machine, and not through a proxy on it that we were not told about."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request[ADDRESS]).is_loopback
    except ValueError:
        return request[ADDRESS] == "unix"


def _view(found: Verdict, now: datetime, *, details: bool) -> HealthView:
    if not details:
        return HealthView(found.state, now)
    parts = {part.name: PartView(part.state, part.message, part.latency_ms) for part in found.parts}
    return HealthView(found.state, now, __version__, found.reason or None, parts)
