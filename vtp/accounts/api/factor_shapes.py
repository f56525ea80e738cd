"""What comes in and goes out about second factors and passkeys."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from vtp.accounts import codes, model
from vtp.accounts.api.shapes import Input, Name, Password, TokenPair
from vtp.accounts.ceremonies import Answered
from vtp.accounts.service.answers import Answer
from vtp.accounts.service.own_factors import Overview
from vtp.ids import PasskeyId

_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_AT = "2026-03-12T18:00:00Z"
_EXAMPLE = "p3Yh1sV0d2bq7Tz4kKxJmW9uFr6LcEoNnGaHiQeXyZk"

Challenge = Annotated[
    str,
    Meta(max_length=100, description="As it was given; once.", examples=[_EXAMPLE]),
]
Code = Annotated[
    str,
    Meta(max_length=20, description="Six digits of the app.", examples=["492 039"]),
]
RecoveryCode = Annotated[
    str,
    Meta(max_length=40, description="One of ten; each opens once.", examples=["hk4wd-9rmtz"]),
]
_FROM_BROWSER = "What the browser gave, by `PublicKeyCredential.toJSON()`."


class _Answer(Input, frozen=True, kw_only=True):
    code: Code = ""
    recovery_code: RecoveryCode = ""
    passkey: Annotated[Answered | None, Meta(description=_FROM_BROWSER)] = None


class SecondFactor(_Answer, frozen=True, kw_only=True):
    """One of code, recovery_code and passkey."""

    challenge: Challenge


class ProofIn(_Answer, frozen=True, kw_only=True):
    """One of password, code, recovery_code and passkey."""

    password: Password = ""


def answer_of(body: _Answer) -> Answer:
    given: dict[str, Any] | None = None
    if body.passkey is not None:
        given = msgspec.to_builtins(body.passkey)
    return Answer(code=body.code, recovery_code=body.recovery_code, passkey=given)


def answers(body: _Answer) -> bool:
    return bool(body.code or body.recovery_code or body.passkey)


class ChallengeIn(Input, frozen=True, kw_only=True):
    challenge: Challenge


class CodeIn(Input, frozen=True, kw_only=True):
    challenge: Challenge
    code: Code


class PasskeyQuestionFor(Input, frozen=True, kw_only=True):
    challenge: Annotated[
        str,
        Meta(
            max_length=100,
            description="Of a login that wants a second step; empty to sign in by a passkey alone.",
            examples=[_EXAMPLE],
        ),
    ] = ""


class PasskeyQuestion(Struct, frozen=True, kw_only=True):
    options: Annotated[
        dict[str, Any],
        Meta(
            description="For `PublicKeyCredential.parse…OptionsFromJSON` (WebAuthn level 3).",
            examples=[{"challenge": _EXAMPLE, "rpId": "class.example.org"}],
        ),
    ]


class PasskeyShown(Input, frozen=True, kw_only=True):
    passkey: Annotated[Answered, Meta(description=_FROM_BROWSER)]


class PasskeyIn(PasskeyShown, frozen=True, kw_only=True):
    name: Annotated[Name, Meta(examples=["Phone"])]


class PasskeyName(Input, frozen=True, kw_only=True):
    name: Annotated[Name, Meta(examples=["Phone"])]


class PasskeyView(Struct, frozen=True, kw_only=True):
    id: Annotated[PasskeyId, Meta(examples=[_ID])]
    name: Annotated[str, Meta(examples=["Phone"])]
    synced: Annotated[
        bool, Meta(description="Whether its owner has it on more devices.", examples=[True])
    ]
    created_at: Annotated[datetime, Meta(examples=[_AT])]
    last_used_at: Annotated[datetime | None, Meta(examples=[_AT])]


def passkey_view(passkey: model.Passkey) -> PasskeyView:
    return PasskeyView(
        id=passkey.id,
        name=passkey.name,
        synced=passkey.backed_up,
        created_at=passkey.created_at,
        last_used_at=passkey.last_used_at,
    )


class FactorsView(Struct, frozen=True, kw_only=True):
    """How somebody proves who they are."""

    password: Annotated[bool, Meta(description="Whether there is one.", examples=[True])]
    authenticator: Annotated[bool, Meta(examples=[True])]
    recovery_codes: Annotated[int, Meta(description="That were not used.", examples=[9])]
    passkeys: list[PasskeyView]
    demanded: Annotated[
        bool, Meta(description="Whether the school asks you for a second step.", examples=[False])
    ]
    passkeys_usable: Annotated[
        bool, Meta(description="Whether browsers make them for this address.", examples=[True])
    ]


def factors_view(found: Overview) -> FactorsView:
    return FactorsView(
        password=found.factors.password,
        authenticator=found.factors.authenticator,
        recovery_codes=found.factors.recovery_codes,
        passkeys=[passkey_view(one) for one in found.passkeys],
        demanded=found.demanded,
        passkeys_usable=found.passkeys_usable,
    )


class NewAppView(Struct, frozen=True, kw_only=True):
    """What an authenticator app has to be given."""

    challenge: Annotated[str, Meta(description="For its first code.", examples=[_EXAMPLE])]
    secret: Annotated[
        str, Meta(description="To be typed.", examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])
    ]
    address: Annotated[
        str, Meta(examples=["otpauth://totp/School:ines%40school.example?secret=JBSW…"])
    ]
    picture: Annotated[
        str,
        Meta(description="The address as a QR code, an image.", examples=["data:image/svg+xml…"]),
    ]


async def new_app_view(secret: bytes, *, challenge: str, account: str, school: str) -> NewAppView:
    address = codes.address(secret, account=account, school=school)
    return NewAppView(
        challenge=challenge,
        secret=codes.typed(secret),
        address=address,
        # 20 ms of arithmetic, which must not hold up a class.
        picture=await asyncio.to_thread(codes.picture, address),
    )


class RecoveryCodes(Struct, frozen=True, kw_only=True):
    recovery_codes: Annotated[
        list[str],
        Meta(description="Shown this once; each opens once.", examples=[["hk4wd-9rmtz"]]),
    ]


class SetUp(TokenPair, frozen=True, kw_only=True):
    recovery_codes: Annotated[
        list[str],
        Meta(description="Shown this once; each opens once.", examples=[["hk4wd-9rmtz"]]),
    ]
