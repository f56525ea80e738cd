"""/api/v1/users: oneself, and for those who look after the school everybody."""

from __future__ import annotations

from aiohttp import web
from msgspec import UNSET

from vtp.accounts.api.asking import ACCOUNTS
from vtp.accounts.api.shapes import (
    Id,
    PeopleQuery,
    PersonCursor,
    ProfileChange,
    RolesChange,
    UserView,
    user_view,
)
from vtp.accounts.problems import LastAdmin
from vtp.actor import Actor, Role
from vtp.edge.paging import BadCursor, Page, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import only, owner, signed_in

routes = Routes("users")


@routes.get("/api/v1/users/me", rule=signed_in("users", "read_own"))
async def me(request: web.Request, actor: Actor) -> UserView:
    """Who you are."""
    return user_view(await request.app[ACCOUNTS].people.me(actor))


@routes.patch("/api/v1/users/me", rule=signed_in("users", "update_own", writes=True))
async def update_me(request: web.Request, actor: Actor, body: ProfileChange) -> UserView:
    """Change your name, time zone or theme."""
    user = await request.app[ACCOUNTS].people.update_me(
        actor,
        name=None if body.name is UNSET else body.name,
        time_zone=None if body.time_zone is UNSET else body.time_zone,
        theme=None if body.theme is UNSET else body.theme,
    )
    return user_view(user)


@routes.get(
    "/api/v1/users",
    rule=only(Role.ADMIN, Role.MANAGER, noun="users", right="list"),
    errors=(BadCursor,),
)
async def listed(request: web.Request, actor: Actor, query: PeopleQuery) -> Page[UserView]:
    """Everybody, by name."""
    last = after(query.cursor, PersonCursor)
    found = await request.app[ACCOUNTS].people.listed(
        actor,
        words=query.q.strip(),
        after=(last.name, last.id) if last else None,
        limit=query.limit + 1,
    )
    shown = page(found, limit=query.limit, key=lambda user: PersonCursor(user.name, user.id))
    return Page([user_view(user) for user in shown.items], shown.next)


@routes.get("/api/v1/users/{id}", rule=owner(Role.ADMIN, Role.MANAGER, noun="users", right="read"))
async def read(request: web.Request, actor: Actor, id: Id) -> UserView:
    """One person. For others than admins and managers only they themselves are here."""
    return user_view(await request.app[ACCOUNTS].people.by_id(actor, id))


@routes.patch(
    "/api/v1/users/{id}",
    # A scope of its own: a key that may write users must not make its holder an admin.
    rule=only(Role.ADMIN, noun="roles", right="set", writes=True),
    errors=(LastAdmin,),
)
async def set_roles(request: web.Request, actor: Actor, id: Id, body: RolesChange) -> UserView:
    """Say what a person may do. The school keeps at least one admin."""
    return user_view(await request.app[ACCOUNTS].administration.set_roles(actor, id, body.roles))
