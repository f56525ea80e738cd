"""The pages that mails lead to. Opening one changes nothing: mail programs open links, too."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts.model import Purpose
from vtp.accounts.pages.drawn import accounts, page_of
from vtp.accounts.pages.forms import or_again
from vtp.accounts.strength import SHORTEST
from vtp.actor import Actor
from vtp.edge.bodies import form
from vtp.edge.front import ADDRESS
from vtp.edge.html import HTML, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone, signed_in
from vtp.errors import Conflict, Gone, Limited, Problem

routes = Routes("pages")


class LinkQuery(Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(max_length=200)] = ""


# --- a new password -----------------------------------------------------------------------------
@routes.get("/forgotten", rule=anyone("auth", "see_forgotten"), **HTML)
async def forgotten_page(request: web.Request) -> web.Response:
    """Where one asks for a new password."""
    return await _forgotten(request, {})


@routes.post("/forgotten", rule=anyone("auth", "ask_for_password", writes=True), **HTML)
async def forgotten(request: web.Request) -> web.Response:
    """Ask by the form; the answer is the same for every address."""
    values = await form(request)
    email = values.get("email", "")

    async def ask() -> web.Response:
        await accounts(request).recovery.ask(email=email, network=request[ADDRESS])
        return await page_of(request, "asked.html", {}, {}, 200, address=email.strip())

    return await or_again(request, _forgotten, values, ask)


@routes.get("/reset", rule=anyone("auth", "see_reset"), **HTML)
async def reset_page(request: web.Request, query: LinkQuery) -> web.Response:
    """A new password, by the link that was mailed."""
    try:
        await accounts(request).recovery.require_open(query.token)
    except Gone as gone:
        return await _reset(request, {}, {}, gone.status)
    return await _reset(request, {"token": query.token})


@routes.post("/reset", rule=anyone("auth", "reset_password", writes=True), **HTML)
async def reset(request: web.Request) -> web.Response:
    """Choose it by the form; then one signs in with it."""
    values = await form(request)
    recovery = accounts(request).recovery

    async def choose() -> web.Response:
        token, password = values.get("token", ""), values.get("password", "")
        await recovery.reset(token, password=password)
        return see_other("/login?done=password")

    return await or_again(request, _reset, values, choose)


@routes.post("/address/verification", rule=signed_in("auth", "ask_to_verify", writes=True), **HTML)
async def ask_again(request: web.Request, actor: Actor) -> web.Response:
    """The mail that confirms an address once more, by the button of the banner."""
    done = "asked"
    try:
        await accounts(request).addresses.ask_again(actor, network=request[ADDRESS])
    except Limited:
        done = "limited"
    except Conflict:  # it was confirmed meanwhile
        done = ""
    return see_other(f"/profile?tab=sign-in&done={done}")


# --- an invitation ------------------------------------------------------------------------------
@routes.get("/invitation", rule=anyone("auth", "see_invitation"), **HTML)
async def invitation_page(request: web.Request, query: LinkQuery) -> web.Response:
    """Who one will be here, by the link that was mailed."""
    try:
        user = await accounts(request).invitations.look(query.token)
    except Gone as gone:
        return await _invitation(request, {}, {}, gone.status)
    return await _invitation(request, {"token": query.token, "email": user.email})


@routes.post("/invitation", rule=anyone("auth", "accept_invitation", writes=True), **HTML)
async def accept(request: web.Request) -> web.Response:
    """Make the account one's own by the form; then one signs in."""
    values = await form(request)

    async def begin() -> web.Response:
        await accounts(request).invitations.accept(
            values.get("token", ""),
            name=values.get("name", ""),
            password=values.get("password", ""),
        )
        return see_other("/login?done=invited")

    return await or_again(request, _invitation, values, begin)


async def _invitation(
    request: web.Request, values: Any, errors: Any = None, status: int = 200
) -> web.Response:
    token = None if status == Gone.status else values.get("token")
    return await page_of(
        request, "invitation.html", values, errors, status, token=token, password_min=SHORTEST
    )


# --- addresses ----------------------------------------------------------------------------------
@routes.get("/address/verify", rule=anyone("auth", "see_verify"), **HTML)
async def verify_page(request: web.Request, query: LinkQuery) -> web.Response:
    """One button, by the link that was mailed to a new account."""
    return await _asked(request, Purpose.VERIFY, query.token)


@routes.post("/address/verify", rule=anyone("auth", "verify_address", writes=True), **HTML)
async def verify(request: web.Request) -> web.Response:
    """The address is read by whoever has the account."""
    token = await _token(request)
    return await _done(request, Purpose.VERIFY, accounts(request).addresses.verify(token))


@routes.get("/address/confirm", rule=anyone("auth", "see_confirm"), **HTML)
async def confirm_page(request: web.Request, query: LinkQuery) -> web.Response:
    """One button, by the link that was mailed to the new address of an account."""
    return await _asked(request, Purpose.CHANGE, query.token)


@routes.post("/address/confirm", rule=anyone("auth", "confirm_address", writes=True), **HTML)
async def confirm(request: web.Request) -> web.Response:
    """The new address is that of the account."""
    token = await _token(request)
    return await _done(request, Purpose.CHANGE, accounts(request).addresses.confirm(token))


@routes.get("/address/undo", rule=anyone("auth", "see_undo"), **HTML)
async def undo_page(request: web.Request, query: LinkQuery) -> web.Response:
    """One button, by the link that was mailed to the address before."""
    return await _asked(request, Purpose.UNDO, query.token)


@routes.post("/address/undo", rule=anyone("auth", "undo_address", writes=True), **HTML)
async def undo(request: web.Request) -> web.Response:
    """The address before is that of the account again; a new password comes next."""
    try:
        token = await accounts(request).addresses.undo(await _token(request))
    except Problem as problem:
        return await _failed(request, Purpose.UNDO, problem)
    return see_other(f"/reset?token={token}")


async def _token(request: web.Request) -> str:
    return (await form(request)).get("token", "")


async def _asked(request: web.Request, purpose: Purpose, token: str) -> web.Response:
    try:
        link = await accounts(request).addresses.require_open(token, purpose)
    except Gone as gone:
        return await _failed(request, purpose, gone)
    return await _link(request, purpose, "ask", address=link.address, token=token)


async def _done(request: web.Request, purpose: Purpose, doing: Awaitable[None]) -> web.Response:
    try:
        await doing
    except Problem as problem:
        return await _failed(request, purpose, problem)
    return await _link(request, purpose, "done")


async def _failed(request: web.Request, purpose: Purpose, problem: Problem) -> web.Response:
    return await _link(request, purpose, "failed", status=problem.status, why=str(problem))


async def _link(
    request: web.Request,
    purpose: Purpose,
    state: str,
    *,
    status: int = 200,
    **more: str,
) -> web.Response:
    shown = {"address": "", "token": "", "why": ""} | more
    return await page_of(
        request, "link.html", {}, {}, status, purpose=purpose.value, state=state, **shown
    )


async def _forgotten(
    request: web.Request, values: Any, errors: Any = None, status: int = 200
) -> web.Response:
    possible = accounts(request).recovery.possible
    return await page_of(request, "forgotten.html", values, errors, status, possible=possible)


async def _reset(
    request: web.Request, values: Any, errors: Any = None, status: int = 200
) -> web.Response:
    """Without a token in `values`, or when the link has ended meanwhile, the page says so."""
    token = None if status == Gone.status else values.get("token")
    return await page_of(
        request, "reset.html", values, errors, status, token=token, password_min=SHORTEST
    )
