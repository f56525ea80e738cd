"""The way to a provider and back, and connecting an account there to the one here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated
from urllib.parse import quote

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts.api import caller
from vtp.accounts.pages.drawn import accounts, page_of
from vtp.accounts.pages.entrance import login_form
from vtp.accounts.pages.forms import put_cookies, sent_cookie, typed_proof
from vtp.accounts.pages.steps import step
from vtp.accounts.problems import (
    ChallengeEnded,
    ConnectFirst,
    ProviderRefused,
    SecondFactorMissing,
    SecondFactorNeeded,
)
from vtp.accounts.service.federation import Shown
from vtp.actor import Actor
from vtp.edge.auth import ACTOR
from vtp.edge.bodies import form
from vtp.edge.html import HTML, local_path, see_other
from vtp.edge.origins import ORIGINS
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone, signed_in
from vtp.errors import NotFound, Problem

routes = Routes("pages")

# The answer of a provider must come to the browser that was sent to it.
_STATE = "vtp-provider"
# What waits to be connected until its owner has signed in.
_OFFER = "vtp-connect"
_KEPT = 600  # s
_TAB = "/profile?tab=sign-in"

Text = Annotated[str, Meta(max_length=4096)]


class To(Struct, frozen=True):
    next: Annotated[str, Meta(max_length=2000)] = ""
    # Not to sign in: to connect it to the account that one is signed in to.
    connect: bool = False


class Back(Struct, frozen=True):
    """RFC 6749 section 4.1.2, and RFC 9207."""

    state: Text = ""
    code: Text = ""
    iss: Text = ""
    error: Text = ""


@routes.get("/login/with/{name}", rule=anyone("auth", "see_login"), **HTML)
async def away(request: web.Request, actor: Actor, name: str, query: To) -> web.Response:
    """To the provider. A link, because what a form leads to must be ours.

    Whoever was led here to connect an account is asked afterwards, on a page of ours.
    """

    async def go() -> web.Response:
        sent = await accounts(request).federation.begin(
            name,
            to=local_path(query.next),
            connecting=actor.user_id if query.connect else None,
        )
        response = see_other(sent.location)
        _put(request, response, _STATE, sent.state)
        return response

    return await _or_login(request, go)


@routes.get("/login/with/{name}/back", rule=anyone("auth", "see_login"), **HTML)
async def back(request: web.Request, name: str, query: Back) -> web.Response:
    """From the provider: signed in, one more step, or what went wrong."""

    async def come() -> web.Response:
        if not query.state or request.cookies.get(_STATE) != query.state:
            raise ChallengeEnded
        if query.error or not query.code:
            raise ProviderRefused
        found = await accounts(request).federation.finish(
            name,
            state=query.state,
            code=query.code,
            issuer=query.iss,
            caller=caller(request),
            replaces=sent_cookie(request),
        )
        if isinstance(found, Shown):
            response = see_other("/login/connect")
            _put(request, response, _OFFER, found.token)
            return response
        opened, to = found
        return put_cookies(request, see_other(local_path(to)), opened)

    response = await _or_login(request, come)
    response.del_cookie(_STATE, path="/")
    return response


@routes.get("/login/connect", rule=signed_in("auth", "see_connect", keys=False), **HTML)
async def offer(request: web.Request, actor: Actor) -> web.Response:
    """Asks whether what waits shall be connected."""
    return await _connect(request, actor, {})


@routes.post("/login/connect", rule=signed_in("auth", "connect", writes=True, keys=False), **HTML)
async def connect(request: web.Request, actor: Actor) -> web.Response:
    """Connect it, with the proof that the form asked for."""
    values, served = await form(request), accounts(request)
    try:
        if not await served.proving.proofs.fresh(actor):
            await served.proving.proofs.give(actor, typed_proof(values))
        await served.federation.connect(actor, request.cookies.get(_OFFER, ""))
    except ChallengeEnded:
        return see_other(_TAB)
    except Problem as problem:
        errors = dict(problem.fields) or {"": str(problem)}
        return await _connect(request, actor, errors, problem.status)
    response = see_other(_TAB)
    response.del_cookie(_OFFER, path="/")
    return response


async def _connect(
    request: web.Request, actor: Actor, errors: Mapping[str, str], status: int = 200
) -> web.Response:
    served = accounts(request)
    try:
        offered = await served.federation.offer(actor, request.cookies.get(_OFFER, ""))
    except ChallengeEnded:
        return see_other(_TAB)
    proofs = served.proving.proofs
    return await page_of(
        request,
        "connect.html",
        {},
        errors,
        status,
        title=offered.title,
        label=offered.label,
        ways=[] if await proofs.fresh(actor) else await proofs.ways(actor),
        fresh=await proofs.fresh(actor),
    )


async def _or_login(
    request: web.Request, act: Callable[[], Awaitable[web.Response]]
) -> web.Response:
    """The page to sign in says what went wrong; a provider that we do not have is not found."""
    try:
        return await act()
    except (SecondFactorNeeded, SecondFactorMissing) as asked:
        return await step(request, asked, to=asked.to)
    except ConnectFirst as first:
        values, errors = {"next": "/login/connect"}, {"": str(first)}
        response = await login_form(request, values, errors, first.status)
        _put(request, response, _OFFER, first.token)
        return response
    except NotFound:
        raise
    except Problem as problem:
        if request[ACTOR].signed_in:
            return see_other(f"{_TAB}&done=provider")
        return await login_form(request, {}, {"": str(problem)}, problem.status)


def _put(request: web.Request, response: web.Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        quote(value),
        max_age=_KEPT,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.app[ORIGINS].secure,
    )
