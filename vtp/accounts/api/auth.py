"""/api/v1/auth: signing in and out, as programs do it. Pages of ours use forms and a cookie."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from vtp.accounts.api.asking import ACCOUNTS, caller
from vtp.accounts.api.shapes import (
    Id,
    Login,
    PasswordChange,
    PasswordTried,
    Refresh,
    Registration,
    SessionView,
    Strength,
    TokenPair,
    UserView,
    session_view,
    token_pair,
    user_view,
)
from vtp.accounts.problems import (
    BadRefreshToken,
    EmailTaken,
    PasswordChangedMeanwhile,
    PasswordTooLong,
    ProofNeeded,
    RefreshTokenReused,
    RegistrationClosed,
    SecondFactorMissing,
    SecondFactorNeeded,
    TooManyAttempts,
    TooManySignIns,
    WeakPassword,
    WrongCredentials,
    WrongPassword,
)
from vtp.actor import Actor
from vtp.edge.front import ADDRESS
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone, owner, signed_in
from vtp.errors import Limited

routes = Routes("auth")


@routes.post(
    "/api/v1/auth/register",
    rule=anyone("auth", "register", writes=True),
    status=201,
    errors=(EmailTaken, RegistrationClosed, WeakPassword, PasswordTooLong, TooManySignIns),
)
async def register(request: web.Request, body: Registration) -> UserView:
    """Make an account.

    Where the school keeps registration open. Sign in with it afterwards.
    """
    user = await request.app[ACCOUNTS].sign_in.register(
        email=body.email,
        name=body.name,
        password=body.password,
        time_zone=body.time_zone,
        address=request[ADDRESS],
    )
    return user_view(user)


@routes.post(
    "/api/v1/auth/login",
    rule=anyone("auth", "sign_in", writes=True),
    errors=(
        WrongCredentials,
        SecondFactorNeeded,
        SecondFactorMissing,
        TooManyAttempts,
        TooManySignIns,
        PasswordTooLong,
    ),
)
async def login(request: web.Request, body: Login) -> TokenPair:
    """Sign in with email and password.

    Wrong guesses are counted per account and address; after a few of them wait for Retry-After.
    Who has a second factor is answered 401 `second_factor`, with a `challenge` for
    /api/v1/auth/second-factor, the `methods` that can be used, and `expires_in` seconds.
    """
    tokens = await request.app[ACCOUNTS].sign_in.client(
        email=body.email, password=body.password, caller=caller(request)
    )
    return token_pair(tokens)


@routes.post(
    "/api/v1/auth/refresh",
    rule=anyone("auth", "refresh", writes=True),
    errors=(BadRefreshToken, RefreshTokenReused),
)
async def refresh(request: web.Request, body: Refresh) -> TokenPair:
    """Get the next pair of tokens.

    A refresh token works once. Should the answer get lost, the same one is given again within a
    few seconds, as long as the new token was not used; later the whole sign-in is ended.
    """
    return token_pair(await request.app[ACCOUNTS].clients.refresh(body.refresh_token))


@routes.post(
    "/api/v1/auth/logout",
    rule=signed_in("auth", "sign_out", writes=True, keys=False),
    status=204,
)
async def logout(request: web.Request, actor: Actor) -> None:
    """End the sign-in that this is sent with."""
    await request.app[ACCOUNTS].sessions.sign_out(actor)


@routes.post(
    "/api/v1/auth/password",
    rule=signed_in("auth", "change_password", writes=True, keys=False),
    status=204,
    errors=(
        WrongPassword,
        WeakPassword,
        PasswordTooLong,
        PasswordChangedMeanwhile,
        ProofNeeded,
        TooManyAttempts,
        TooManySignIns,
    ),
)
async def change_password(request: web.Request, actor: Actor, body: PasswordChange) -> None:
    """Change your password.

    Every other sign-in of yours ends, unless `end_others` is false. Without `current` a proof of
    another kind must be fresh (/api/v1/auth/proof), as for an account that has no password.
    """
    await request.app[ACCOUNTS].password.change(
        actor, current=body.current, new=body.new, end_others=body.end_others
    )


@routes.post(
    "/api/v1/auth/password/strength",
    rule=anyone("auth", "judge_password", writes=True),
    errors=(PasswordTooLong, TooManySignIns, Limited),
)
async def judge(request: web.Request, actor: Actor, body: PasswordTried) -> Strength:
    """Judge a password that somebody is about to choose. It is kept nowhere.

    Of a long one its first 40 characters are judged.
    """
    found = await request.app[ACCOUNTS].password.judged(
        actor, body.password, about=(body.email, body.name), network=request[ADDRESS]
    )
    return Strength(score=found.score, enough=found.enough, advice=found.advice)


@routes.get(
    "/api/v1/auth/sessions",
    rule=signed_in("auth", "list_sessions", keys=False),
    errors=(BadCursor,),
)
async def list_sessions(request: web.Request, actor: Actor, query: Paged) -> Page[SessionView]:
    """Where you are signed in, the newest first."""
    found = await request.app[ACCOUNTS].sessions.listed(
        actor, before=after(query.cursor, UUID), limit=query.limit + 1
    )
    shown = [session_view(session, current=actor.credential_id) for session in found]
    return page(shown, limit=query.limit, key=lambda session: session.id)


@routes.delete(
    "/api/v1/auth/sessions/{id}",
    rule=owner(noun="auth", right="end_session", writes=True, keys=False),
    status=204,
)
async def end_session(request: web.Request, actor: Actor, id: Id) -> None:
    """End one of your sign-ins."""
    await request.app[ACCOUNTS].sessions.end(actor, id)


@routes.delete(
    "/api/v1/auth/sessions",
    rule=signed_in("auth", "end_other_sessions", writes=True, keys=False),
    status=204,
)
async def end_other_sessions(request: web.Request, actor: Actor) -> None:
    """End all of your sign-ins but the one that this is sent with."""
    await request.app[ACCOUNTS].sessions.end_others(actor)
