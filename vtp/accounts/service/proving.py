"""All that proves who somebody is beside the password, made together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from vtp import settings
from vtp.accounts.ceremonies import Site
from vtp.accounts.sealing import Sealing
from vtp.accounts.service.answers import Answers
from vtp.accounts.service.authenticators import Authenticators
from vtp.accounts.service.browsers import Browsers
from vtp.accounts.service.challenges import Challenges
from vtp.accounts.service.clients import Clients
from vtp.accounts.service.guesses import Guesses
from vtp.accounts.service.own_factors import OwnFactors
from vtp.accounts.service.passkey_sign_in import PasskeySignIn
from vtp.accounts.service.passkeys import Passkeys
from vtp.accounts.service.proofs import Proofs
from vtp.accounts.service.second_step import SecondStep
from vtp.accounts.throttle import Throttle
from vtp.actor import Role
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.notices.service import Notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    challenges: Challenges
    proofs: Proofs
    second_step: SecondStep
    own: OwnFactors
    passkey_sign_in: PasskeySignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What they stand on."""

    db: Database
    clock: Clock
    audit: Audit
    options: settings.Auth
    sealing: Sealing
    site: Site
    browsers: Browsers
    clients: Clients
    guesses: Guesses
    notices: Notices
    demo: bool


def proving(on: Ground) -> Proving:
    db, clock, audit, demo = on.db, on.clock, on.audit, on.demo
    challenges = Challenges(clock, lifetime=on.options.challenge_lifetime)
    passkeys = Passkeys(db, clock=clock, challenges=challenges, site=on.site)
    answers = Answers(
        clock=clock, sealing=on.sealing, passkeys=passkeys, throttle=_throttle(on.options)
    )
    demanded = partial(_demanded, on.options)
    authenticators = Authenticators(
        db,
        clock=clock,
        audit=audit,
        challenges=challenges,
        sealing=on.sealing,
        notices=on.notices,
        demanded=demanded,
    )
    proofs = Proofs(
        db,
        clock=clock,
        audit=audit,
        answers=answers,
        guesses=on.guesses,
        lifetime=on.options.proof_lifetime,
        demo=demo,
    )
    return Proving(
        challenges=challenges,
        proofs=proofs,
        second_step=SecondStep(
            db,
            audit=audit,
            challenges=challenges,
            answers=answers,
            authenticators=authenticators,
            browsers=on.browsers,
            clients=on.clients,
            demanded=demanded,
            demo=demo,
        ),
        own=OwnFactors(
            db,
            audit=audit,
            notices=on.notices,
            proofs=proofs,
            authenticators=authenticators,
            passkeys=passkeys,
        ),
        passkey_sign_in=PasskeySignIn(
            db, passkeys=passkeys, browsers=on.browsers, clients=on.clients, demo=demo
        ),
    )


def _throttle(options: settings.Auth) -> Throttle:
    """Per account alone: the limit of a place is out of reach."""
    return Throttle(
        per_pair=options.code_failures, per_place=1_000_000_000, window=options.code_window
    )


def _demanded(options: settings.Auth) -> frozenset[Role]:
    """Whose roles need a second factor; asked each time, because admins change it while we run."""
    return frozenset(Role(name) for name in options.second_factor_roles)
