"""/api/v1/auth/passkeys: made, shown, renamed and removed."""

from __future__ import annotations

import msgspec
from aiohttp import web

from vtp.accounts.api.asking import ACCOUNTS, caller
from vtp.accounts.api.factor_shapes import (
    PasskeyIn,
    PasskeyName,
    PasskeyQuestion,
    PasskeyQuestionFor,
    PasskeyShown,
    PasskeyView,
    passkey_view,
)
from vtp.accounts.api.shapes import Id, TokenPair, token_pair
from vtp.accounts.problems import (
    ChallengeEnded,
    NoPasskeysHere,
    PasskeyKnown,
    PasskeyRefused,
    ProofNeeded,
    SecondFactorKept,
)
from vtp.actor import Actor
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone, owner, signed_in

routes = Routes("auth")


@routes.post(
    "/api/v1/auth/passkeys/question",
    rule=anyone("auth", "sign_in", writes=True),
    errors=(NoPasskeysHere, ChallengeEnded),
)
async def question(request: web.Request, body: PasskeyQuestionFor) -> PasskeyQuestion:
    """The question that a passkey answers to sign in, or as the second step."""
    proving = request.app[ACCOUNTS].proving
    whose = await proving.second_step.whose(body.challenge) if body.challenge else None
    return PasskeyQuestion(options=await proving.passkey_sign_in.ask(whose))


@routes.post(
    "/api/v1/auth/passkeys/sign-in",
    rule=anyone("auth", "sign_in", writes=True),
    errors=(PasskeyRefused, ChallengeEnded),
)
async def sign_in(request: web.Request, body: PasskeyShown) -> TokenPair:
    """Sign in with a passkey and nothing else."""
    tokens = await request.app[ACCOUNTS].proving.passkey_sign_in.client(
        msgspec.to_builtins(body.passkey), caller(request)
    )
    return token_pair(tokens)


@routes.post(
    "/api/v1/auth/proof/question",
    rule=signed_in("auth", "prove", writes=True, keys=False),
    errors=(NoPasskeysHere,),
)
async def proof_question(request: web.Request, actor: Actor) -> PasskeyQuestion:
    """The question that one of your passkeys answers for a proof."""
    return PasskeyQuestion(options=await request.app[ACCOUNTS].proving.own.ask_passkey(actor))


@routes.post(
    "/api/v1/auth/passkeys/new",
    rule=signed_in("auth", "begin_passkey", writes=True, keys=False),
    errors=(ProofNeeded, NoPasskeysHere),
)
async def new(request: web.Request, actor: Actor) -> PasskeyQuestion:
    """The question that makes a new passkey."""
    return PasskeyQuestion(options=await request.app[ACCOUNTS].proving.own.offer_passkey(actor))


@routes.post(
    "/api/v1/auth/passkeys",
    rule=signed_in("auth", "add_passkey", writes=True, keys=False),
    status=201,
    errors=(ChallengeEnded, PasskeyRefused, PasskeyKnown),
)
async def add(request: web.Request, actor: Actor, body: PasskeyIn) -> PasskeyView:
    """Keep a new passkey. A person may have 20."""
    made = await request.app[ACCOUNTS].proving.own.add_passkey(
        actor, msgspec.to_builtins(body.passkey), name=body.name
    )
    return passkey_view(made)


@routes.patch(
    "/api/v1/auth/passkeys/{id}",
    rule=owner(noun="auth", right="rename_passkey", writes=True, keys=False),
)
async def rename(request: web.Request, actor: Actor, id: Id, body: PasskeyName) -> PasskeyView:
    """Give a passkey of yours another name."""
    return passkey_view(
        await request.app[ACCOUNTS].proving.own.rename_passkey(actor, id, body.name)
    )


@routes.delete(
    "/api/v1/auth/passkeys/{id}",
    rule=owner(noun="auth", right="remove_passkey", writes=True, keys=False),
    status=204,
    errors=(ProofNeeded, SecondFactorKept),
)
async def remove(request: web.Request, actor: Actor, id: Id) -> None:
    """Remove a passkey of yours. It opens nothing here any more."""
    await request.app[ACCOUNTS].proving.own.remove_passkey(actor, id)
