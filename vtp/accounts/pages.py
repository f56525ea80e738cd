"""The pages of signing in, registering and the profile. Forms work without any script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Annotated, Any

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts.api import ACCOUNTS, DEVICE_COOKIE, caller
from vtp.accounts.model import BrowserSession
from vtp.accounts.service import Accounts
from vtp.accounts.strength import SHORTEST
from vtp.actor import Actor, Via
from vtp.edge.auth import session_cookie
from vtp.edge.bodies import form
from vtp.edge.front import ADDRESS
from vtp.edge.html import PAGES, local_path, see_other
from vtp.edge.origins import ORIGINS
from vtp.edge.problems import headers_of
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone, signed_in
from vtp.errors import Gone, Problem

routes = Routes("pages")

SCOPES: web.AppKey[Iterable[str]] = web.AppKey("scopes")

TABS = ("profile", "sign-in", "sessions", "keys")

_HTML: dict[str, Any] = {"produces": "text/html", "described": False}


class LoginQuery(Struct, frozen=True, forbid_unknown_fields=True):
    next: Annotated[str, Meta(max_length=2000)] = ""


class SetupQuery(Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(max_length=200)] = ""


class ProfileQuery(Struct, frozen=True, forbid_unknown_fields=True):
    tab: str = "profile"


@routes.get("/login", rule=anyone("auth", "see_login"), **_HTML)
async def login_page(request: web.Request, actor: Actor, query: LoginQuery) -> web.Response:
    """Where one signs in; who is signed in already goes on."""
    if actor.signed_in:
        return see_other(local_path(query.next))
    return await _login(request, {"next": query.next})


@routes.post("/login", rule=anyone("auth", "sign_in", writes=True), **_HTML)
async def login(request: web.Request) -> web.Response:
    """Sign in by the form."""
    values = await form(request)

    async def sign_in() -> web.Response:
        opened = await _accounts(request).sign_in.browser(
            email=values.get("email", ""),
            password=values.get("password", ""),
            caller=caller(request),
            replaces=_sent_cookie(request),
        )
        return _let_in(request, opened, local_path(values.get("next", "")))

    return await _or_again(request, _login, values, sign_in)


@routes.get("/register", rule=anyone("auth", "see_register"), **_HTML)
async def register_page(request: web.Request, actor: Actor) -> web.Response:
    """Where one makes an account."""
    if actor.signed_in:
        return see_other("/")
    if not _accounts(request).sign_in.open_registration:
        return see_other("/login")
    return await _register(request, {})


@routes.post("/register", rule=anyone("auth", "register", writes=True), **_HTML)
async def register(request: web.Request) -> web.Response:
    """Make an account by the form, and sign in with it."""
    values = await form(request)
    accounts = _accounts(request)

    async def make() -> web.Response:
        user = await accounts.sign_in.register(
            email=values.get("email", ""),
            name=values.get("name", ""),
            password=values.get("password", ""),
            address=request[ADDRESS],
            **_zone(values),
        )
        opened = await accounts.sign_in.admit(
            user.id, caller(request), replaces=_sent_cookie(request)
        )
        return _let_in(request, opened, "/")

    return await _or_again(request, _register, values, make)


@routes.get("/setup", rule=anyone("auth", "see_setup"), **_HTML)
async def setup_page(request: web.Request, query: SetupQuery) -> web.Response:
    """The first administrator, by the link from the terminal."""
    try:
        await _accounts(request).first_admin.require_open(query.token)
    except Gone as gone:
        return await _setup(request, {}, {}, gone.status)
    return await _setup(request, {"token": query.token})


@routes.post("/setup", rule=anyone("auth", "set_up", writes=True), **_HTML)
async def setup(request: web.Request) -> web.Response:
    """Make the first administrator by the form, and sign in."""
    values = await form(request)
    accounts = _accounts(request)

    async def make() -> web.Response:
        user = await accounts.first_admin.complete(
            values.get("token", ""),
            email=values.get("email", ""),
            name=values.get("name", ""),
            password=values.get("password", ""),
            **_zone(values),
        )
        opened = await accounts.sign_in.admit(
            user.id, caller(request), replaces=_sent_cookie(request)
        )
        return _let_in(request, opened, "/")

    return await _or_again(request, _setup, values, make)


@routes.post("/logout", rule=anyone("auth", "sign_out", writes=True), **_HTML)
async def logout(request: web.Request, actor: Actor) -> web.Response:
    """Sign out in this browser. Somebody who is not signed in is not told off."""
    if actor.via is Via.SESSION:
        await _accounts(request).sessions.sign_out(actor)
    response = see_other("/login")
    secure = request.app[ORIGINS].secure
    response.del_cookie(session_cookie(secure=secure), path="/", secure=secure or None)
    return response


@routes.get("/profile", rule=signed_in("users", "see_profile", keys=False), **_HTML)
async def profile(request: web.Request, query: ProfileQuery) -> web.Response:
    """One's own profile, sign-in, sessions and keys."""
    tab = query.tab if query.tab in TABS else TABS[0]
    scopes = sorted(request.app[SCOPES])
    return await request.app[PAGES].render(request, "profile.html", tab=tab, scopes=scopes)


def _accounts(request: web.Request) -> Accounts:
    return request.app[ACCOUNTS]


Shown = Callable[..., Awaitable[web.Response]]


async def _or_again(
    request: web.Request,
    shown: Shown,
    values: Mapping[str, str],
    act: Callable[[], Awaitable[web.Response]],
) -> web.Response:
    """What `act` answers, or the form again with what was typed and what is wrong with it."""
    try:
        return await act()
    except Problem as problem:
        kept = {name: value for name, value in values.items() if name != "password"}
        errors = dict(problem.fields) or {"": str(problem)}
        response = await shown(request, kept, errors, problem.status)
        if wait := headers_of(problem).get("Retry-After"):
            response.headers["Retry-After"] = wait
        return response


Errors = Mapping[str, str] | None


async def _login(
    request: web.Request, values: Mapping[str, str], errors: Errors = None, status: int = 200
) -> web.Response:
    is_open = _accounts(request).sign_in.open_registration
    return await _form(request, "login.html", values, errors, status, registration_open=is_open)


async def _register(
    request: web.Request, values: Mapping[str, str], errors: Errors = None, status: int = 200
) -> web.Response:
    return await _form(request, "register.html", values, errors, status, password_min=SHORTEST)


async def _setup(
    request: web.Request, values: Mapping[str, str], errors: Errors = None, status: int = 200
) -> web.Response:
    """Without a token in `values`, or when the link has ended meanwhile, the page says so."""
    token = None if status == Gone.status else values.get("token")
    return await _form(
        request, "setup.html", values, errors, status, token=token, password_min=SHORTEST
    )


async def _form(
    request: web.Request,
    template: str,
    values: Mapping[str, str],
    errors: Errors,
    status: int,
    **more: Any,
) -> web.Response:
    return await request.app[PAGES].render(
        request, template, status=status, values=values, errors=errors or {}, **more
    )


def _zone(values: Mapping[str, str]) -> dict[str, str]:
    """The time zone of the device, where a script could tell it."""
    zone = values.get("time_zone", "")
    return {"time_zone": zone} if zone else {}


def _sent_cookie(request: web.Request) -> str:
    return request.cookies.get(session_cookie(secure=request.app[ORIGINS].secure), "")


def _let_in(request: web.Request, opened: BrowserSession, to: str) -> web.Response:
    """Always a new session, whatever the browser brought: a planted cookie opens nothing."""
    secure = request.app[ORIGINS].secure
    response = see_other(to)
    response.set_cookie(
        session_cookie(secure=secure),
        opened.cookie,
        max_age=opened.max_age,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=secure,
    )
    response.set_cookie(
        DEVICE_COOKIE,
        opened.device,
        max_age=opened.device_max_age,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=secure,
    )
    return response
