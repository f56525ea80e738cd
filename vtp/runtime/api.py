"""/api/v1/settings: what admins change while the program runs."""

from __future__ import annotations

from typing import Annotated, Any

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only
from vtp.runtime.catalogue import WrongValue
from vtp.runtime.service import Held, Runtime

routes = Routes("settings")

RUNTIME: web.AppKey[Runtime] = web.AppKey("runtime", Runtime)

Value = bool | int | str | list[str]


class SettingView(Struct, frozen=True, kw_only=True):
    """A setting as it is now, and as the configuration has it."""

    name: Annotated[str, Meta(examples=["auth.open_registration"])]
    value: Value
    default: Value
    changed: bool


class SettingIn(Struct, frozen=True, forbid_unknown_fields=True):
    value: Annotated[Value, Meta(description="Of the kind of its default.")]


class Settings(Struct, frozen=True):
    items: list[SettingView]


def _admin(right: str, *, writes: bool = False) -> Rule:
    return only(Role.ADMIN, noun="settings", right=right, writes=writes, keys=False)


@routes.get("/api/v1/settings", rule=_admin("list"))
async def listed(request: web.Request, actor: Actor) -> Settings:
    """What may be changed while the program runs."""
    return Settings([_view(one) for one in request.app[RUNTIME].listed(actor)])


@routes.put("/api/v1/settings/{id}", rule=_admin("set", writes=True), errors=(WrongValue,))
async def change(request: web.Request, actor: Actor, id: str, body: SettingIn) -> SettingView:
    """Change one; every process follows within seconds."""
    return _view(await request.app[RUNTIME].change(actor, id, body.value))


@routes.delete("/api/v1/settings/{id}", rule=_admin("reset", writes=True))
async def reset(request: web.Request, actor: Actor, id: str) -> SettingView:
    """Back to what the configuration says."""
    return _view(await request.app[RUNTIME].reset(actor, id))


def _view(held: Held) -> SettingView:
    return SettingView(
        name=held.choice.name,
        value=_sent(held.value),
        default=_sent(held.default),
        changed=held.changed,
    )


def _sent(value: Any) -> Value:
    sent: Value = list(value) if isinstance(value, tuple) else value
    return sent
