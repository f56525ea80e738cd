"""/admin/people: looking after people. Forms, which work without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, get_args
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts.api.shapes import PersonCursor
from vtp.accounts.model import Standing, User
from vtp.accounts.pages.drawn import accounts
from vtp.accounts.problems import NobodyThere
from vtp.accounts.service.people import picture_url
from vtp.accounts.strength import SHORTEST
from vtp.actor import Actor, Role
from vtp.edge.bodies import form
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.paging import after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import Rule, only
from vtp.errors import Conflict, Invalid, NotFound, Problem

routes = Routes("pages")

_AT_ONCE = 50
_ROLE = "role:"
_STANDINGS: tuple[Standing, ...] = get_args(Standing)


class PeopleQuery(Struct, frozen=True, forbid_unknown_fields=True):
    q: Annotated[str, Meta(max_length=100)] = ""
    role: Annotated[str, Meta(max_length=20)] = ""
    state: Annotated[str, Meta(max_length=20)] = ""
    cursor: Annotated[str, Meta(max_length=512)] = ""
    # What was just done: "invited", "made".
    done: Annotated[str, Meta(max_length=20)] = ""


class PersonQuery(Struct, frozen=True, forbid_unknown_fields=True):
    done: Annotated[str, Meta(max_length=20)] = ""


def _rule(right: str, *, writes: bool = False) -> Rule:
    return only(Role.ADMIN, noun="users", right=right, writes=writes, keys=False)


@routes.get("/admin/people", rule=_rule("see_all"), **HTML)
async def people(request: web.Request, actor: Actor, query: PeopleQuery) -> web.Response:
    """Everybody by name, or those who are looked for, and a form to add somebody."""
    return await _all(request, actor, query)


@routes.post("/admin/people", rule=_rule("invite_page", writes=True), **HTML)
async def invite(request: web.Request, actor: Actor) -> web.Response:
    """Add somebody by the form: with the password that they are told, or else by an invitation."""
    values = await form(request)
    try:
        done = await _add(request, actor, values)
    except (Conflict, Invalid) as problem:
        said = {name: value for name, value in values.items() if name != "password"}
        return await _all(request, actor, PeopleQuery(), values=said, problem=problem)
    return see_other(f"/admin/people?done={done}")


async def _add(request: web.Request, actor: Actor, values: Mapping[str, str]) -> str:
    services, password = accounts(request), values.get("password", "")
    email, name = values.get("email", ""), values.get("name", "").strip()
    if password:
        await services.administration.create(
            actor,
            email=email,
            name=name or email.partition("@")[0],
            password=password,
            roles=_roles(values),
        )
        return "made"
    await services.invitations.invite(actor, email=email, name=name, roles=_roles(values))
    return "invited"


@routes.get("/admin/people/{id}", rule=_rule("see_one"), **HTML)
async def person(request: web.Request, actor: Actor, id: UUID, query: PersonQuery) -> web.Response:
    """One person, and what can be done for them."""
    return await _one(request, actor, id, done=query.done)


@routes.post("/admin/people/{id}", rule=_rule("change_page", writes=True), **HTML)
async def change(request: web.Request, actor: Actor, id: UUID) -> web.Response:
    """What the button says that was pressed: `do` of the form."""
    values = await form(request)
    try:
        done = await _do(request, actor, id, values)
    except NotFound:
        await accounts(request).people.by_id(actor, id)
        return await _one(request, actor, id, problem=NobodyThere())
    except (Conflict, Invalid) as problem:
        return await _one(request, actor, id, problem=problem)
    return see_other(f"/admin/people/{id}?{urlencode({'done': done})}")


async def _do(request: web.Request, actor: Actor, id: UUID, values: Mapping[str, str]) -> str:
    services, done = accounts(request), values.get("do", "")
    match done:
        case "roles":
            await services.administration.set_roles(actor, id, _roles(values))
        case "disable" | "enable":
            disabled = done == "disable"
            await services.administration.set_disabled(actor, id, disabled=disabled)
        case "sign-out":
            await services.administration.sign_out(actor, id)
        case "again":
            await services.invitations.again(actor, id)
        case "revoke":
            await services.invitations.revoke(actor, id)
        case "merge":
            into = await services.administration.of_email(actor, values.get("into", ""))
            await services.merging.merge(actor, id, into=into.id)
        case _:
            return ""
    return done


def _roles(values: Mapping[str, str]) -> frozenset[Role]:
    """The boxes that were ticked."""
    ticked = {name.removeprefix(_ROLE) for name in values if name.startswith(_ROLE)}
    return frozenset(role for role in Role if role.value in ticked)


async def _all(
    request: web.Request,
    actor: Actor,
    query: PeopleQuery,
    *,
    values: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> web.Response:
    services, last = accounts(request), after(query.cursor, PersonCursor)
    role = next((one for one in Role if one.value == query.role), None)
    standing = next((one for one in _STANDINGS if one == query.state), None)
    found = await services.people.listed(
        actor,
        words=query.q.strip(),
        role=role,
        standing=standing,
        after=(last.name, last.id) if last else None,
        limit=_AT_ONCE + 1,
    )
    shown = page(found, limit=_AT_ONCE, key=lambda user: PersonCursor(user.name, user.id))
    asked = {"q": query.q.strip(), "role": role or "", "state": standing or ""}
    filters = {name: value for name, value in asked.items() if value}
    return await request.app[PAGES].render(
        request,
        "admin/people.html",
        status=problem.status if problem else 200,
        people=[_shown(user) for user in shown.items],
        more=f"?{urlencode({**filters, 'cursor': shown.next})}" if shown.next else None,
        filters=filters,
        roles=list(Role),
        states=_STANDINGS,
        mail_arrives=services.invitations.possible,
        done=query.done,
        values=values or {},
        chosen=_roles(values) if values else {Role.STUDENT},
        errors=_errors(problem),
        password_min=SHORTEST,
    )


async def _one(
    request: web.Request,
    actor: Actor,
    id: UUID,
    *,
    done: str = "",
    problem: Problem | None = None,
) -> web.Response:
    services = accounts(request)
    user = await services.people.by_id(actor, id)
    return await request.app[PAGES].render(
        request,
        "admin/person.html",
        status=problem.status if problem else 200,
        person=_shown(user),
        account=user,
        roles=list(Role),
        mail_arrives=services.invitations.possible,
        oneself=actor.user_id == user.id,
        done=done,
        errors=_errors(problem),
    )


def _errors(problem: Problem | None) -> dict[str, str]:
    if problem is None:
        return {}
    return dict(problem.fields) or {"": str(problem)}


def _shown(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "picture_url": picture_url(user),
        "roles": [role for role in Role if role in user.roles],
        "state": user.standing,
    }
