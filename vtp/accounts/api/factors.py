"""/api/v1/auth: the second step of a sign-in, and what a person sets up for it."""

from __future__ import annotations

from aiohttp import web

from vtp.accounts.api.asking import ACCOUNTS, SCHOOL, caller
from vtp.accounts.api.factor_shapes import (
    ChallengeIn,
    CodeIn,
    FactorsView,
    NewAppView,
    ProofIn,
    RecoveryCodes,
    SecondFactor,
    SetUp,
    answer_of,
    answers,
    factors_view,
    new_app_view,
)
from vtp.accounts.api.shapes import TokenPair, token_pair
from vtp.accounts.problems import (
    ChallengeEnded,
    NoAuthenticator,
    PasskeyRefused,
    ProofNeeded,
    SecondFactorKept,
    TooManyAttempts,
    TooManyCodes,
    TooManySignIns,
    WrongCode,
    WrongPassword,
)
from vtp.accounts.service.own_factors import OwnFactors
from vtp.accounts.service.proofs import Proof
from vtp.actor import Actor
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone, signed_in

routes = Routes("auth")


@routes.post(
    "/api/v1/auth/second-factor",
    rule=anyone("auth", "sign_in", writes=True),
    errors=(ChallengeEnded, WrongCode, PasskeyRefused, TooManyCodes),
)
async def second_factor(request: web.Request, body: SecondFactor) -> TokenPair:
    """Take the second step of a sign-in.

    With the `challenge` of a login that was answered `second_factor`, and one of what it listed
    as `methods`. After five wrong answers begin again with the password.
    """
    tokens = await request.app[ACCOUNTS].proving.second_step.client(
        body.challenge, answer_of(body), caller(request)
    )
    return token_pair(tokens)


@routes.post(
    "/api/v1/auth/second-factor/app",
    rule=anyone("auth", "sign_in", writes=True),
    errors=(ChallengeEnded,),
)
async def app_on_the_way(request: web.Request, body: ChallengeIn) -> NewAppView:
    """What to give an authenticator app before a sign-in that demands one.

    With the `challenge` of a login that was answered `second_factor_missing`.
    """
    user, secret = await request.app[ACCOUNTS].proving.second_step.app_to_set_up(body.challenge)
    return await new_app_view(
        secret, challenge=body.challenge, account=user.email, school=request.app[SCHOOL].name
    )


@routes.post(
    "/api/v1/auth/second-factor/app/confirm",
    rule=anyone("auth", "sign_in", writes=True),
    errors=(ChallengeEnded, WrongCode),
)
async def confirm_on_the_way(request: web.Request, body: CodeIn) -> SetUp:
    """Set up the app with its first code, and sign in."""
    tokens, made = await request.app[ACCOUNTS].proving.second_step.set_up_client(
        body.challenge, body.code, caller(request)
    )
    return SetUp(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_in=tokens.expires_in,
        recovery_codes=made,
    )


@routes.get("/api/v1/auth/factors", rule=signed_in("auth", "read_factors", keys=False))
async def read(request: web.Request, actor: Actor) -> FactorsView:
    """How you prove who you are."""
    return factors_view(await _own(request).overview(actor))


@routes.post(
    "/api/v1/auth/proof",
    rule=signed_in("auth", "prove", writes=True, keys=False),
    status=204,
    errors=(
        WrongPassword,
        WrongCode,
        PasskeyRefused,
        ProofNeeded,
        TooManyAttempts,
        TooManyCodes,
        TooManySignIns,
        ChallengeEnded,
    ),
)
async def prove(request: web.Request, actor: Actor, body: ProofIn) -> None:
    """Prove once more that it is you.

    What could take an account away is answered `proof_needed` when the last proof is older than
    ten minutes. Who has an authenticator app gives a code, not the password.
    """
    given = answer_of(body) if answers(body) else None
    await _own(request).prove(actor, Proof(password=body.password, answer=given))


@routes.post(
    "/api/v1/auth/authenticator",
    rule=signed_in("auth", "begin_authenticator", writes=True, keys=False),
    errors=(ProofNeeded,),
)
async def begin(request: web.Request, actor: Actor) -> NewAppView:
    """What to give an authenticator app. Nothing is changed before its first code."""
    app = await _own(request).begin_app(actor)
    me = await request.app[ACCOUNTS].people.me(actor)
    return await new_app_view(
        app.secret, challenge=app.challenge, account=me.email, school=request.app[SCHOOL].name
    )


@routes.post(
    "/api/v1/auth/authenticator/confirm",
    rule=signed_in("auth", "set_up_authenticator", writes=True, keys=False),
    errors=(ChallengeEnded, WrongCode),
)
async def confirm(request: web.Request, actor: Actor, body: CodeIn) -> RecoveryCodes:
    """Set up the app with its first code. From now on signing in asks for one."""
    made = await _own(request).confirm_app(actor, body.challenge, body.code)
    return RecoveryCodes(recovery_codes=made)


@routes.delete(
    "/api/v1/auth/authenticator",
    rule=signed_in("auth", "turn_off_authenticator", writes=True, keys=False),
    status=204,
    errors=(ProofNeeded, NoAuthenticator, SecondFactorKept),
)
async def turn_off(request: web.Request, actor: Actor) -> None:
    """Turn the authenticator app off."""
    await _own(request).turn_off_app(actor)


@routes.post(
    "/api/v1/auth/recovery-codes",
    rule=signed_in("auth", "make_recovery_codes", writes=True, keys=False),
    errors=(ProofNeeded, NoAuthenticator),
)
async def new_codes(request: web.Request, actor: Actor) -> RecoveryCodes:
    """Make ten new recovery codes. Those before open nothing any more."""
    return RecoveryCodes(recovery_codes=await _own(request).new_codes(actor))


def _own(request: web.Request) -> OwnFactors:
    return request.app[ACCOUNTS].proving.own
