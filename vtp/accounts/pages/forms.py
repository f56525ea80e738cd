"""What the forms of accounts have in common: shown again with what is wrong, and the cookies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from vtp.accounts.api import DEVICE_COOKIE
from vtp.accounts.model import BrowserSession
from vtp.accounts.pages.steps import step
from vtp.accounts.problems import SecondFactorMissing, SecondFactorNeeded
from vtp.accounts.service.answers import Answer
from vtp.accounts.service.proofs import Proof
from vtp.edge.auth import session_cookie
from vtp.edge.html import see_other
from vtp.edge.origins import ORIGINS
from vtp.edge.problems import headers_of
from vtp.errors import Problem

Shown = Callable[..., Awaitable[web.Response]]
# What is never sent back to the page.
_UNSAID = frozenset({"password", "code", "recovery_code", "passkey"})


async def or_again(
    request: web.Request,
    shown: Shown,
    values: Mapping[str, str],
    act: Callable[[], Awaitable[web.Response]],
) -> web.Response:
    """What `act` answers, or the form again with what was typed and what is wrong with it."""
    try:
        return await act()
    except (SecondFactorNeeded, SecondFactorMissing) as asked:
        return await step(request, asked, to=values.get("next", ""))
    except Problem as problem:
        kept = {name: value for name, value in values.items() if name not in _UNSAID}
        errors = dict(problem.fields) or {"": str(problem)}
        response = await shown(request, kept, errors, problem.status)
        if wait := headers_of(problem).get("Retry-After"):
            response.headers["Retry-After"] = wait
        return response


def zone(values: Mapping[str, str]) -> dict[str, str]:
    """The time zone of the device, where a script could tell it."""
    told = values.get("time_zone", "")
    return {"time_zone": told} if told else {}


def typed_proof(values: Mapping[str, str]) -> Proof:
    """A password, or a code where one was typed."""
    code = values.get("code", "").strip()
    return Proof(password=values.get("password", ""), answer=Answer(code=code) if code else None)


def sent_cookie(request: web.Request) -> str:
    return request.cookies.get(session_cookie(secure=request.app[ORIGINS].secure), "")


def let_in(request: web.Request, opened: BrowserSession, to: str) -> web.Response:
    return put_cookies(request, see_other(to), opened)


def put_cookies(
    request: web.Request, response: web.Response, opened: BrowserSession
) -> web.Response:
    """Always a new session, whatever the browser brought: a planted cookie opens nothing."""
    secure = request.app[ORIGINS].secure
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
