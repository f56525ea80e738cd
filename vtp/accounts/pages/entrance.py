"""The pages of signing in, registering and setting up. Forms work without any script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts.api import caller
from vtp.accounts.pages.drawn import Errors, accounts, page_of
from vtp.accounts.pages.forms import let_in, or_again, sent_cookie, zone
from vtp.accounts.strength import SHORTEST
from vtp.actor import Actor, Via
from vtp.edge.auth import session_cookie
from vtp.edge.bodies import form
from vtp.edge.front import ADDRESS
from vtp.edge.html import HTML, local_path, see_other
from vtp.edge.origins import ORIGINS
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone
from vtp.errors import Gone

routes = Routes("pages")


class LoginQuery(Struct, frozen=True, forbid_unknown_fields=True):
    next: Annotated[str, Meta(max_length=2000)] = ""
    # What somebody has just done who is sent here: "password", chosen anew; "invited", came in.
    done: Annotated[str, Meta(max_length=20)] = ""


class SetupQuery(Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(max_length=200)] = ""


@routes.get("/login", rule=anyone("auth", "see_login"), **HTML)
async def login_page(request: web.Request, actor: Actor, query: LoginQuery) -> web.Response:
    """Where one signs in; who is signed in already goes on."""
    if actor.signed_in:
        return see_other(local_path(query.next))
    return await login_form(request, {"next": query.next, "done": query.done})


@routes.post("/login", rule=anyone("auth", "sign_in", writes=True), **HTML)
async def login(request: web.Request) -> web.Response:
    """Sign in by the form."""
    values = await form(request)

    async def sign_in() -> web.Response:
        opened = await accounts(request).sign_in.browser(
            email=values.get("email", ""),
            password=values.get("password", ""),
            caller=caller(request, time_zone=values.get("time_zone", "")),
            replaces=sent_cookie(request),
        )
        return let_in(request, opened, local_path(values.get("next", "")))

    return await or_again(request, login_form, values, sign_in)


@routes.get("/register", rule=anyone("auth", "see_register"), **HTML)
async def register_page(request: web.Request, actor: Actor) -> web.Response:
    """Where one makes an account."""
    if actor.signed_in:
        return see_other("/")
    if not accounts(request).sign_in.open_registration:
        return see_other("/login")
    return await _register(request, {})


@routes.post("/register", rule=anyone("auth", "register", writes=True), **HTML)
async def register(request: web.Request) -> web.Response:
    """Make an account by the form, and sign in with it."""
    values = await form(request)
    served = accounts(request)

    async def make() -> web.Response:
        user = await served.sign_in.register(
            email=values.get("email", ""),
            name=values.get("name", ""),
            password=values.get("password", ""),
            address=request[ADDRESS],
            **zone(values),
        )
        opened = await served.sign_in.admit(user.id, caller(request), replaces=sent_cookie(request))
        return let_in(request, opened, "/")

    return await or_again(request, _register, values, make)


@routes.get("/setup", rule=anyone("auth", "see_setup"), **HTML)
async def setup_page(request: web.Request, query: SetupQuery) -> web.Response:
    """The first administrator, by the link from the terminal."""
    try:
        await accounts(request).first_admin.require_open(query.token)
    except Gone as gone:
        return await _setup(request, {}, {}, gone.status)
    return await _setup(request, {"token": query.token})


@routes.post("/setup", rule=anyone("auth", "set_up", writes=True), **HTML)
async def setup(request: web.Request) -> web.Response:
    """Make the first administrator by the form, and sign in."""
    values = await form(request)
    served = accounts(request)

    async def make() -> web.Response:
        user = await served.first_admin.complete(
            values.get("token", ""),
            email=values.get("email", ""),
            name=values.get("name", ""),
            password=values.get("password", ""),
            **zone(values),
        )
        opened = await served.sign_in.admit(user.id, caller(request), replaces=sent_cookie(request))
        return let_in(request, opened, "/")

    return await or_again(request, _setup, values, make)


@routes.post("/logout", rule=anyone("auth", "sign_out", writes=True), **HTML)
async def logout(request: web.Request, actor: Actor) -> web.Response:
    """Sign out in this browser. Somebody who is not signed in is not told off."""
    if actor.via is Via.SESSION:
        await accounts(request).sessions.sign_out(actor)
    response = see_other("/login")
    secure = request.app[ORIGINS].secure
    response.del_cookie(session_cookie(secure=secure), path="/", secure=secure or None)
    return response


async def login_form(
    request: web.Request, values: Mapping[str, str], errors: Errors = None, status: int = 200
) -> web.Response:
    served = accounts(request)
    return await page_of(
        request,
        "login.html",
        values,
        errors,
        status,
        registration_open=served.sign_in.open_registration,
        passkeys=served.proving.passkey_sign_in.usable,
        providers=served.federation.offered,
    )


async def _register(
    request: web.Request, values: Mapping[str, str], errors: Errors = None, status: int = 200
) -> web.Response:
    return await page_of(request, "register.html", values, errors, status, password_min=SHORTEST)


async def _setup(
    request: web.Request, values: Mapping[str, str], errors: Errors = None, status: int = 200
) -> web.Response:
    """Without a token in `values`, or when the link has ended meanwhile, the page says so."""
    token = None if status == Gone.status else values.get("token")
    return await page_of(
        request, "setup.html", values, errors, status, token=token, password_min=SHORTEST
    )
