"""The page of mails for admins, and the mailbox of a demo, where mails are read that go nowhere."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor, Role
from vtp.edge.headers import FRAMED_POLICY, FRAMES_CONTENT_SECURITY_POLICY
from vtp.edge.html import HTML, PAGES, see_other
from vtp.edge.paging import after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone, only
from vtp.ids import MailId
from vtp.mail.api import MAILS
from vtp.mail.letters import moment
from vtp.mail.model import State
from vtp.mail.service import NoMailServer

routes = Routes("pages")
# Mounted only where the server shows itself, on its own machine: everybody's links are in there.
mailbox_routes = Routes("pages")

_PAGE = 50
_SHOWN = 100


class MailsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    state: Annotated[str, Meta(max_length=20)] = ""
    cursor: Annotated[str, Meta(max_length=512)] = ""
    done: Annotated[str, Meta(max_length=20)] = ""


@routes.get("/admin/mail", rule=only(Role.ADMIN, noun="mail", right="see_all", keys=False), **HTML)
async def mails_page(request: web.Request, actor: Actor, query: MailsQuery) -> web.Response:
    """What was written, what became of it, and addresses at which mail is refused."""
    mails = request.app[MAILS]
    state = State(query.state) if query.state in set(State) else None
    before = after(query.cursor, UUID)
    found = await mails.listed(
        actor,
        states=[state] if state else None,
        before=MailId(before) if before else None,
        limit=_PAGE + 1,
    )
    shown = page(found, limit=_PAGE, key=lambda mail: mail.id)
    counts = await mails.counts(actor)
    return await request.app[PAGES].render(
        request,
        "admin/mail.html",
        items=[(mail, mails.subject(mail)) for mail in shown.items],
        next=shown.next,
        state=query.state if state else "",
        counts=[(one.value, counts[one]) for one in State if one in counts],
        bounces=await mails.bounces(actor),
        configured=mails.configured,
        arrives=mails.arrives,
        done=query.done,
        moment=moment,
    )


@routes.post(
    "/admin/mail/test", rule=only(Role.ADMIN, noun="mail", right="test", writes=True), **HTML
)
async def test(request: web.Request, actor: Actor) -> web.Response:
    """Have a mail sent to oneself by the form."""
    try:
        await request.app[MAILS].test(actor)
    except NoMailServer:
        return see_other("/admin/mail?done=none")
    return see_other("/admin/mail?done=test")


# --- the mailbox of a demo ----------------------------------------------------------------------
class MailboxQuery(Struct, frozen=True, forbid_unknown_fields=True):
    mail: UUID | None = None


@mailbox_routes.get("/dev/mail", rule=anyone("mail", "see_mailbox"), **HTML)
async def mailbox(request: web.Request, query: MailboxQuery) -> web.Response:
    """What would have been sent: the newest opened, or the one that was chosen."""
    mails = request.app[MAILS]
    found = await mails.mailbox(limit=_SHOWN)
    chosen = MailId(query.mail) if query.mail else (found[0].id if found else None)
    opened = await mails.opened(chosen) if chosen else None
    return await request.app[PAGES].render(
        request,
        "dev/mail.html",
        headers={"Content-Security-Policy": FRAMES_CONTENT_SECURITY_POLICY},
        items=[(mail, mails.subject(mail)) for mail in found],
        opened=opened,
        moment=moment,
    )


@mailbox_routes.get("/dev/mail/{id}/html", rule=anyone("mail", "see_letter"), **HTML)
async def letter(request: web.Request, id: UUID) -> web.Response:
    """The HTML of one mail, for the frame of the mailbox."""
    _, rendered = await request.app[MAILS].opened(MailId(id))
    return web.Response(
        text=rendered.html,
        content_type="text/html",
        headers={
            "Content-Security-Policy": FRAMED_POLICY,
            "X-Frame-Options": "SAMEORIGIN",
            "Cache-Control": "no-store",
        },
    )
