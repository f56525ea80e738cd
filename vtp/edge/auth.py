"""Who is asking. The edge reads what was sent; who that is, accounts says (`Authenticate`)."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from vtp.actor import ANONYMOUS, Actor, Via
from vtp.edge.origins import ORIGINS
from vtp.errors import Unauthenticated


class BadCredentials(Unauthenticated):
    """What you signed this request with is not valid, or not any more."""

    code = "bad_credentials"


class Authenticate(Protocol):
    """Turns one credential into an actor; None when it is unknown, ended or of another kind."""

    async def by_session(self, cookie: str) -> Actor | None: ...

    async def by_token(self, token: str) -> Actor | None: ...

    async def by_key(self, key: str) -> Actor | None: ...


class Passes(Protocol):
    """Who shows this pass of a guest; None when it is unknown or has ended."""

    async def by_pass(self, cookie: str) -> Actor | None: ...


AUTHENTICATE: web.AppKey[Authenticate] = web.AppKey("authenticate")
PASSES: web.AppKey[Passes] = web.AppKey("passes")
ACTOR: web.RequestKey[Actor] = web.RequestKey("actor", Actor)


def session_cookie(*, secure: bool) -> str:
    """Its name; `__Host-` pins it to this host and to https, which plain http cannot promise."""
    return "__Host-vtp-session" if secure else "vtp-session"


def guest_cookie(*, secure: bool) -> str:
    return "__Host-vtp-guest" if secure else "vtp-guest"


async def identify(request: web.Request, *, bearer_keys: bool = False) -> Actor:
    """The actor of a request. What was sent must be valid: it is never quietly ignored.

    A stale cookie is the one exception, because a browser sends it unasked. With
    `bearer_keys` a key may stand where a token does.
    """
    found = request.app[AUTHENTICATE]
    if key := request.headers.get("X-API-Key"):
        return _known(await found.by_key(key))
    if authorization := request.headers.get("Authorization"):
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise BadCredentials
        token = token.strip()
        actor = await found.by_token(token)
        if actor is None and bearer_keys:
            actor = await found.by_key(token)
        return _known(actor)
    secure = request.app[ORIGINS].secure
    cookie = request.cookies.get(session_cookie(secure=secure))
    if cookie and (actor := await found.by_session(cookie)):
        return actor
    cookie = request.cookies.get(guest_cookie(secure=secure))
    if cookie and (actor := await request.app[PASSES].by_pass(cookie)):
        return actor
    return ANONYMOUS


def _known(actor: Actor | None) -> Actor:
    if actor is None:
        raise BadCredentials
    return actor


def by_cookie(actor: Actor) -> bool:
    """Whether a browser authenticated this by itself, so that its Origin must be checked."""
    return actor.via in {Via.SESSION, Via.GUEST}
