"""/api/v1/users: oneself, and for those who look after the school everybody."""

from __future__ import annotations

from aiohttp import web
from msgspec import UNSET

from vtp.accounts.api.asking import ACCOUNTS
from vtp.accounts.api.shapes import (
    Id,
    Invitation,
    Merge,
    NewPerson,
    PeopleQuery,
    PersonCursor,
    ProfileChange,
    RolesChange,
    UserView,
    user_view,
)
from vtp.accounts.problems import (
    EmailTaken,
    LastAdmin,
    MergedAway,
    NotInvited,
    PasswordTooLong,
    SameAccount,
    TooManySignIns,
    WeakPassword,
)
from vtp.actor import Actor, Role
from vtp.edge.paging import BadCursor, Page, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only, owner, signed_in
from vtp.mail.service import NoMailServer

routes = Routes("users")


def _admin(right: str) -> Rule:
    """By a person: what makes accounts and admins is no work for a key that got lost."""
    return only(Role.ADMIN, noun="users", right=right, writes=True, keys=False)


@routes.get("/api/v1/users/me", rule=signed_in("users", "read_own"))
async def me(request: web.Request, actor: Actor) -> UserView:
    """Who you are."""
    return user_view(await request.app[ACCOUNTS].people.me(actor))


@routes.patch("/api/v1/users/me", rule=signed_in("users", "update_own", writes=True))
async def update_me(request: web.Request, actor: Actor, body: ProfileChange) -> UserView:
    """Change your name, time zone, theme or language."""
    user = await request.app[ACCOUNTS].people.update_me(
        actor,
        name=None if body.name is UNSET else body.name,
        time_zone=None if body.time_zone is UNSET else body.time_zone,
        theme=None if body.theme is UNSET else body.theme,
        language=None if body.language is UNSET else body.language,
    )
    return user_view(user)


@routes.get(
    "/api/v1/users",
    rule=only(Role.ADMIN, Role.MANAGER, noun="users", right="list"),
    errors=(BadCursor,),
)
async def listed(request: web.Request, actor: Actor, query: PeopleQuery) -> Page[UserView]:
    """Everybody by name, or those who are looked for."""
    last = after(query.cursor, PersonCursor)
    found = await request.app[ACCOUNTS].people.listed(
        actor,
        words=query.q.strip(),
        role=query.role,
        standing=query.state,
        after=(last.name, last.id) if last else None,
        limit=query.limit + 1,
    )
    shown = page(found, limit=query.limit, key=lambda user: PersonCursor(user.name, user.id))
    return shown.each(user_view)


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


@routes.post(
    "/api/v1/users",
    rule=_admin("create"),
    status=201,
    errors=(EmailTaken, WeakPassword, PasswordTooLong, TooManySignIns),
)
async def create(request: web.Request, actor: Actor, body: NewPerson) -> UserView:
    """Make an account with a password that you tell its owner."""
    user = await request.app[ACCOUNTS].administration.create(
        actor, email=body.email, name=body.name, password=body.password, roles=body.roles
    )
    return user_view(user)


@routes.post(
    "/api/v1/users/invitations",
    rule=_admin("invite"),
    status=201,
    errors=(EmailTaken, NoMailServer),
)
async def invite(request: web.Request, actor: Actor, body: Invitation) -> UserView:
    """Invite somebody by mail. The link in it works once, for a week if not set otherwise."""
    user = await request.app[ACCOUNTS].invitations.invite(
        actor, email=body.email, name=body.name, roles=body.roles
    )
    return user_view(user)


@routes.post(
    "/api/v1/users/{id}/invitation",
    rule=_admin("invite_again"),
    errors=(NotInvited, NoMailServer),
)
async def invite_again(request: web.Request, actor: Actor, id: Id) -> UserView:
    """Write once more to somebody who was invited. The link before ends."""
    return user_view(await request.app[ACCOUNTS].invitations.again(actor, id))


@routes.delete("/api/v1/users/{id}/invitation", rule=_admin("revoke"), errors=(NotInvited,))
async def revoke(request: web.Request, actor: Actor, id: Id) -> UserView:
    """Take an invitation back. Its link ends, and the account is disabled."""
    return user_view(await request.app[ACCOUNTS].invitations.revoke(actor, id))


@routes.post("/api/v1/users/{id}/disable", rule=_admin("disable"), errors=(LastAdmin, MergedAway))
async def disable(request: web.Request, actor: Actor, id: Id) -> UserView:
    """Close an account. All that it had opened ends: sign-ins, keys, classes."""
    return user_view(
        await request.app[ACCOUNTS].administration.set_disabled(actor, id, disabled=True)
    )


@routes.post("/api/v1/users/{id}/enable", rule=_admin("enable"), errors=(MergedAway,))
async def enable(request: web.Request, actor: Actor, id: Id) -> UserView:
    """Open an account again. Its owner signs in anew."""
    return user_view(
        await request.app[ACCOUNTS].administration.set_disabled(actor, id, disabled=False)
    )


@routes.post("/api/v1/users/{id}/sign-out", rule=_admin("sign_out"))
async def sign_out(request: web.Request, actor: Actor, id: Id) -> UserView:
    """End every sign-in of a person."""
    return user_view(await request.app[ACCOUNTS].administration.sign_out(actor, id))


@routes.post(
    "/api/v1/users/{id}/merge",
    rule=_admin("merge"),
    status=204,
    errors=(SameAccount, MergedAway, LastAdmin),
)
async def merge(request: web.Request, actor: Actor, id: Id, body: Merge) -> None:
    """Give all that an account has to another one of the same person, and close it for good."""
    await request.app[ACCOUNTS].merging.merge(actor, id, into=body.into)
