"""Where the forms of the second step go, and a passkey that signs in alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from vtp.accounts.api import caller
from vtp.accounts.ceremonies import Answered
from vtp.accounts.pages.drawn import accounts, page_of
from vtp.accounts.pages.entrance import login_form
from vtp.accounts.pages.forms import or_again, put_cookies, sent_cookie
from vtp.accounts.pages.steps import second_step, set_up
from vtp.accounts.problems import ChallengeEnded, PasskeyRefused
from vtp.accounts.service.answers import Answer
from vtp.edge.bodies import form
from vtp.edge.html import HTML, local_path, see_other
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone

routes = Routes("pages")

_ANSWER = msgspec.json.Decoder(Answered)


@routes.post("/login/second-factor", rule=anyone("auth", "sign_in", writes=True), **HTML)
async def take_second_step(request: web.Request) -> web.Response:
    """The second step by the form."""
    values = await form(request)
    challenge, to = values.get("challenge", ""), values.get("next", "")
    step = accounts(request).proving.second_step

    async def take() -> web.Response:
        opened = await step.browser(
            challenge, _answer(values), caller(request), replaces=sent_cookie(request)
        )
        return put_cookies(request, see_other(local_path(to)), opened)

    async def again(
        request: web.Request, _kept: Mapping[str, str], errors: Mapping[str, str], status: int
    ) -> web.Response:
        try:
            methods = await step.ways(challenge)
        except ChallengeEnded as ended:
            return await login_form(request, {"next": to}, {"": str(ended)}, ended.status)
        return await second_step(request, challenge, methods, to=to, errors=errors, status=status)

    return await or_again(request, again, values, take)


@routes.post("/login/set-up", rule=anyone("auth", "sign_in", writes=True), **HTML)
async def take_set_up(request: web.Request) -> web.Response:
    """Set up an app on the way in, by the form; its recovery codes are shown this once."""
    values = await form(request)
    challenge, to = values.get("challenge", ""), values.get("next", "")

    async def take() -> web.Response:
        opened, made = await accounts(request).proving.second_step.set_up_browser(
            challenge, values.get("code", ""), caller(request), replaces=sent_cookie(request)
        )
        page = await page_of(
            request, "recovery-codes.html", {"next": local_path(to)}, None, 200, codes=made
        )
        return put_cookies(request, page, opened)

    async def again(
        request: web.Request, _kept: Mapping[str, str], errors: Mapping[str, str], status: int
    ) -> web.Response:
        try:
            return await set_up(request, challenge, to=to, errors=errors, status=status)
        except ChallengeEnded as ended:
            return await login_form(request, {"next": to}, {"": str(ended)}, ended.status)

    return await or_again(request, again, values, take)


@routes.post("/login/passkey", rule=anyone("auth", "sign_in", writes=True), **HTML)
async def by_passkey(request: web.Request) -> web.Response:
    """Sign in with what the script got from a passkey."""
    values = await form(request)

    async def take() -> web.Response:
        opened = await accounts(request).proving.passkey_sign_in.browser(
            _passkey(values.get("passkey", "")),
            caller(request),
            replaces=sent_cookie(request),
        )
        return put_cookies(request, see_other(local_path(values.get("next", ""))), opened)

    return await or_again(request, login_form, values, take)


def _answer(values: Mapping[str, str]) -> Answer:
    if sent := values.get("passkey"):
        return Answer(passkey=_passkey(sent))
    return Answer(code=values.get("code", ""), recovery_code=values.get("recovery_code", ""))


def _passkey(sent: str) -> dict[str, Any]:
    try:
        answered: dict[str, Any] = msgspec.to_builtins(_ANSWER.decode(sent))
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise PasskeyRefused from None
    return answered
