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


AUTHENTICATE: web.AppKey[Authenticate] = web.AppKey("authenticate")
ACTOR: web.RequestKey[Actor] = web.RequestKey("actor", Actor)


def session_cookie(*, secure: bool) -> str:
    """Its name; `__Host-` pins it to this host and to https, which plain http cannot promise."""
    return "__Host-vtp-session" if secure else "vtp-session"


async def identify(request: web.Request, *, bearer_keys: bool = False) -> Actor:
    """The actor of a request. What was sent must be valid: it is never quietly ignored.

    A stale session cookie is the one exception, because a browser sends it unasked. With
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
    cookie = request.cookies.get(session_cookie(secure=request.app[ORIGINS].secure))
    return (await found.by_session(cookie) or ANONYMOUS) if cookie else ANONYMOUS


def _known(actor: Actor | None) -> Actor:
    if actor is None:
        raise BadCredentials
    return actor


def by_cookie(actor: Actor) -> bool:
    """Whether a browser authenticated this by itself, so that its Origin must be checked."""
    return actor.via is Via.SESSION
