"""The profile page of a person, by its tabs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts import agents
from vtp.accounts.api.asking import ERASURE, TAKEOUTS
from vtp.accounts.pages.drawn import accounts
from vtp.actor import Actor
from vtp.audit.api import READING
from vtp.audit.sentences import known, plain
from vtp.edge.html import HTML, PAGES, TEXTS
from vtp.edge.paging import after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import signed_in

routes = Routes("pages")

SCOPES: web.AppKey[Iterable[str]] = web.AppKey("scopes")

TABS = ("profile", "sign-in", "sessions", "notices", "keys", "activity", "data")
_AT_ONCE = 30


class ProfileQuery(Struct, frozen=True, forbid_unknown_fields=True):
    tab: str = "profile"
    cursor: Annotated[str, Meta(max_length=512)] = ""
    # What has just become of the wish for a mail: "asked" or "limited".
    done: Annotated[str, Meta(max_length=20)] = ""


@routes.get("/profile", rule=signed_in("users", "see_profile", keys=False), **HTML)
async def profile(request: web.Request, actor: Actor, query: ProfileQuery) -> web.Response:
    """One's own profile, sign-in, sessions, notices, keys and activity."""
    tab = query.tab if query.tab in TABS else TABS[0]
    scopes = sorted(request.app[SCOPES])
    activity = await _activity(request, actor, query.cursor) if tab == "activity" else None
    bounce = await accounts(request).addresses.bounce(actor) if tab == "sign-in" else None
    return await request.app[PAGES].render(
        request,
        "profile.html",
        tab=tab,
        scopes=scopes,
        activity=activity,
        done=query.done,
        bounce=bounce,
        own=await _OWN[tab](request, actor) if tab in _OWN else None,
    )


async def _own_data(request: web.Request, actor: Actor) -> dict[str, Any]:
    """What was asked for about oneself, and what has to be proved to be forgotten."""
    proofs, erasure = accounts(request).proving.proofs, request.app[ERASURE]
    return {
        "takeout": await request.app[TAKEOUTS].own(actor),
        "erasure": await erasure.own(actor),
        "kept": erasure.kept,
        "ways": [] if await proofs.fresh(actor) else await proofs.ways(actor),
    }


async def _ways_in(request: web.Request, actor: Actor) -> dict[str, Any]:
    """Whether there is a password, and accounts elsewhere that are or may be connected."""
    served = accounts(request)
    overview = await served.proving.own.overview(actor)
    elsewhere = served.federation.offered or await served.federation.listed(actor)
    return {"password": overview.factors.password, "elsewhere": bool(elsewhere)}


_OWN = {"data": _own_data, "sign-in": _ways_in}


async def _activity(request: web.Request, actor: Actor, cursor: str) -> dict[str, Any]:
    """What one did, and what was done to one's account, in words."""
    reading, texts = request.app[READING], request.app[TEXTS]
    found = await reading.activity(actor, before=after(cursor, UUID), limit=_AT_ONCE + 1)
    shown = page(found, limit=_AT_ONCE, key=lambda one: one.entry.id)
    names = await reading.names(shown.items)
    rows = [
        {
            "at": one.entry.at,
            "known": known(texts.get, one.entry),
            "plain": plain(one.entry),
            "refused": one.entry.result == "refused",
            "by": names.get(one.entry.actor_id, "")
            if one.entry.actor_id not in (None, actor.user_id)
            else "",
            "device": agents.shown(one.entry.agent) if one.entry.agent else "",
            "address": one.address,
        }
        for one in shown.items
    ]
    older = f"/profile?{urlencode({'tab': 'activity', 'cursor': shown.next})}"
    return {"rows": rows, "older": older if shown.next else None}
