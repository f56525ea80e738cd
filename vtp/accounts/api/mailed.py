"""/api/v1/auth: what goes by mail: a new password, and the address of an account."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from vtp.accounts.api.asking import ACCOUNTS
from vtp.accounts.api.shapes import Email, Input, Name, Password
from vtp.accounts.problems import (
    AddressVerified,
    EmailTaken,
    LinkEnded,
    PasswordTooLong,
    ProofNeeded,
    TooManyAttempts,
    TooManySignIns,
    WeakPassword,
    WrongPassword,
)
from vtp.actor import Actor
from vtp.edge.front import ADDRESS
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone, signed_in
from vtp.errors import Limited
from vtp.mail.service import NoMailServer

routes = Routes("auth")

Token = Annotated[
    str,
    Meta(
        max_length=200,
        description="The end of the link that was mailed. It works once.",
        examples=["u3m0zV1cS8kq0v2n5b7x9e1d3f5h7j9l1n3p5r7t9v1"],
    ),
]


class Forgotten(Input, frozen=True, kw_only=True):
    email: Email


class Reset(Input, frozen=True, kw_only=True):
    token: Token
    password: Annotated[Password, Meta(examples=["quiet lantern over nine bridges"])]


class Proof(Input, frozen=True, kw_only=True):
    token: Token


class AddressChange(Input, frozen=True, kw_only=True):
    email: Annotated[Email, Meta(examples=["ines.carvalho@school.example"])]
    password: Annotated[
        Password | None,
        Meta(
            description="Your password, so that it is you. Without it, a fresh proof is needed: "
            "`POST /api/v1/auth/proof`."
        ),
    ] = None


class Acceptance(Input, frozen=True, kw_only=True):
    token: Token
    name: Name
    password: Annotated[Password, Meta(examples=["quiet lantern over nine bridges"])]


class Undone(Struct, frozen=True, kw_only=True):
    reset_token: Annotated[
        str,
        Meta(
            description="For `POST /api/v1/auth/password/reset`: the password has ended, too.",
            examples=["u3m0zV1cS8kq0v2n5b7x9e1d3f5h7j9l1n3p5r7t9v1"],
        ),
    ]


@routes.post(
    "/api/v1/auth/password/forgotten",
    rule=anyone("auth", "ask_for_password", writes=True),
    status=204,
    errors=(NoMailServer, Limited),
)
async def forgotten(request: web.Request, body: Forgotten) -> None:
    """Have a link to a new password mailed.

    The answer is the same whether or not there is an account with this address.
    """
    await request.app[ACCOUNTS].recovery.ask(email=body.email, network=request[ADDRESS])


@routes.post(
    "/api/v1/auth/password/reset",
    rule=anyone("auth", "reset_password", writes=True),
    status=204,
    errors=(LinkEnded, WeakPassword, PasswordTooLong, TooManySignIns),
)
async def reset(request: web.Request, body: Reset) -> None:
    """Choose a new password with the link that was mailed. Every sign-in of that account ends."""
    await request.app[ACCOUNTS].recovery.reset(body.token, password=body.password)


@routes.post(
    "/api/v1/auth/address/verify",
    rule=anyone("auth", "verify_address", writes=True),
    status=204,
    errors=(LinkEnded,),
)
async def verify(request: web.Request, body: Proof) -> None:
    """Show by the link that was mailed that the address of an account is read."""
    await request.app[ACCOUNTS].addresses.verify(body.token)


@routes.post(
    "/api/v1/auth/address/verification",
    rule=signed_in("auth", "ask_to_verify", writes=True, keys=False),
    status=204,
    errors=(NoMailServer, AddressVerified, Limited),
)
async def ask_again(request: web.Request, actor: Actor) -> None:
    """Have the link that confirms your address mailed once more."""
    await request.app[ACCOUNTS].addresses.ask_again(actor, network=request[ADDRESS])


@routes.post(
    "/api/v1/auth/address",
    rule=signed_in("auth", "change_address", writes=True, keys=False),
    status=204,
    errors=(NoMailServer, WrongPassword, ProofNeeded, TooManyAttempts, TooManySignIns, Limited),
)
async def change(request: web.Request, actor: Actor, body: AddressChange) -> None:
    """Ask for another address. It becomes yours when its reader confirms by the link in a mail."""
    await request.app[ACCOUNTS].addresses.change(
        actor, email=body.email, password=body.password, network=request[ADDRESS]
    )


@routes.post(
    "/api/v1/auth/address/confirm",
    rule=anyone("auth", "confirm_address", writes=True),
    status=204,
    errors=(LinkEnded, EmailTaken),
)
async def confirm(request: web.Request, body: Proof) -> None:
    """Make the new address that of the account. The old one is told, with a way back."""
    await request.app[ACCOUNTS].addresses.confirm(body.token)


@routes.post(
    "/api/v1/auth/address/undo",
    rule=anyone("auth", "undo_address", writes=True),
    errors=(LinkEnded, EmailTaken),
)
async def undo(request: web.Request, body: Proof) -> Undone:
    """Take the change of an address back.

    The account has its old address again. Its password, sessions and keys have ended, and every
    factor, passkey and account elsewhere that was added since.
    """
    return Undone(reset_token=await request.app[ACCOUNTS].addresses.undo(body.token))


@routes.post(
    "/api/v1/auth/invitation",
    rule=anyone("auth", "accept_invitation", writes=True),
    status=204,
    errors=(LinkEnded, WeakPassword, PasswordTooLong, TooManySignIns),
)
async def accept(request: web.Request, body: Acceptance) -> None:
    """Make the account yours to which you were invited. Then sign in."""
    await request.app[ACCOUNTS].invitations.accept(
        body.token, name=body.name, password=body.password
    )
