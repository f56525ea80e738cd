"""The profile page of a person, by its tabs."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web
from msgspec import Struct

from vtp.accounts.pages.drawn import HTML
from vtp.edge.html import PAGES
from vtp.edge.routes import Routes
from vtp.edge.rules import signed_in

routes = Routes("pages")

SCOPES: web.AppKey[Iterable[str]] = web.AppKey("scopes")

TABS = ("profile", "sign-in", "sessions", "keys")


class ProfileQuery(Struct, frozen=True, forbid_unknown_fields=True):
    tab: str = "profile"


@routes.get("/profile", rule=signed_in("users", "see_profile", keys=False), **HTML)
async def profile(request: web.Request, query: ProfileQuery) -> web.Response:
    """One's own profile, sign-in, sessions and keys."""
    tab = query.tab if query.tab in TABS else TABS[0]
    scopes = sorted(request.app[SCOPES])
    return await request.app[PAGES].render(request, "profile.html", tab=tab, scopes=scopes)
