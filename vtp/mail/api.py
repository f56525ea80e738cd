"""/api/v1/mail: what was written, what became of it, and whether it arrives at all. For admins."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import only
from vtp.ids import MailId, UserId
from vtp.mail.model import Bounce, Mail, State
from vtp.mail.service import Mails, NoMailServer

routes = Routes("mail")
MAILS: web.AppKey[Mails] = web.AppKey("mails", Mails)

_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_AT = "2026-03-12T18:00:00Z"


class MailView(Struct, frozen=True, kw_only=True):
    """One mail, without its text and its link."""

    id: Annotated[MailId, Meta(examples=[_ID])]
    to: Annotated[str, Meta(examples=["ines@school.example"])]
    user_id: Annotated[UserId | None, Meta(examples=[_ID])]
    topic: Annotated[str, Meta(examples=["accounts.reset"])]
    subject: Annotated[str, Meta(examples=["Choose a new password"])]
    state: Annotated[
        State,
        Meta(
            description=(
                "`uncertain`: the line broke while it was sent; it may have arrived, and is not"
                " sent again. `kept`: there is no mail server."
            ),
            examples=["sent"],
        ),
    ]
    attempts: Annotated[int, Meta(examples=[1])]
    error: Annotated[str, Meta(description="The last answer of the mail server.", examples=[""])]
    created_at: Annotated[datetime, Meta(examples=[_AT])]
    ended_at: Annotated[datetime | None, Meta(examples=[_AT])]


class BounceView(Struct, frozen=True, kw_only=True):
    """An address at which mail is refused."""

    address: Annotated[str, Meta(examples=["ines@school.example"])]
    reason: Annotated[str, Meta(examples=["550 5.1.1 no such user"])]
    bounced_at: Annotated[datetime, Meta(examples=[_AT])]


class Bounces(Struct, frozen=True):
    items: list[BounceView]


class Tested(Struct, frozen=True):
    mail_id: Annotated[MailId, Meta(examples=[_ID])]


class MailsQuery(Paged, frozen=True, forbid_unknown_fields=True, kw_only=True):
    state: Annotated[State | None, Meta(description="Only mails in this state.")] = None


@routes.get(
    "/api/v1/mail",
    rule=only(Role.ADMIN, noun="mail", right="list", keys=False),
    errors=(BadCursor,),
)
async def listed(request: web.Request, actor: Actor, query: MailsQuery) -> Page[MailView]:
    """What was written, the newest first."""
    mails = request.app[MAILS]
    before = after(query.cursor, UUID)
    found = await mails.listed(
        actor,
        states=[query.state] if query.state else None,
        before=MailId(before) if before else None,
        limit=query.limit + 1,
    )
    shown = [_view(mail, mails.subject(mail)) for mail in found]
    return page(shown, limit=query.limit, key=lambda mail: mail.id)


@routes.get(
    "/api/v1/mail/bounces", rule=only(Role.ADMIN, noun="mail", right="list_bounces", keys=False)
)
async def bounces(request: web.Request, actor: Actor) -> Bounces:
    """Addresses at which mail is refused, the latest first; at most 200."""
    return Bounces([_bounce(one) for one in await request.app[MAILS].bounces(actor)])


@routes.post(
    "/api/v1/mail/test",
    rule=only(Role.ADMIN, noun="mail", right="test", writes=True, keys=False),
    status=202,
    errors=(NoMailServer,),
)
async def test(request: web.Request, actor: Actor) -> Tested:
    """Have a mail sent to yourself, to see whether it arrives."""
    return Tested(await request.app[MAILS].test(actor))


def _view(mail: Mail, subject: str) -> MailView:
    return MailView(
        id=mail.id,
        to=mail.to.address,
        user_id=mail.to.user_id,
        topic=mail.topic,
        subject=subject,
        state=mail.state,
        attempts=mail.attempts,
        error=mail.error,
        created_at=mail.created_at,
        ended_at=mail.ended_at,
    )


def _bounce(bounce: Bounce) -> BounceView:
    return BounceView(address=bounce.address, reason=bounce.reason, bounced_at=bounce.bounced_at)
