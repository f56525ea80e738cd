"""/api/v1/notices: what you were told, and what you want to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from vtp.actor import Actor
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.errors import NotFound
from vtp.ids import NoticeId
from vtp.notices.events import Unread
from vtp.notices.model import Chosen, Shown
from vtp.notices.service import FixedChoice, Notices

routes = Routes("notices")
NOTICES: web.AppKey[Notices] = web.AppKey("notices", Notices)

_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_Choice = Annotated[
    Literal["always", "on", "off", "never"],
    Meta(description="`always` and `never` are not yours to change.", examples=["on"]),
]


class NoticeView(Struct, frozen=True, kw_only=True):
    """One thing that you were told."""

    id: Annotated[NoticeId, Meta(examples=[_ID])]
    kind: Annotated[str, Meta(examples=["accounts.password_changed"])]
    text: Annotated[str, Meta(examples=["Your password was changed."])]
    icon: Annotated[str, Meta(description="For pages.", examples=["key-round"])]
    link: Annotated[str, Meta(description="A path of ours.", examples=["/profile?tab=sessions"])]
    created_at: Annotated[datetime, Meta(examples=["2026-03-12T18:00:00Z"])]
    read: bool


class TopicView(Struct, frozen=True, kw_only=True):
    """What you can be told about, and how you are."""

    topic: Annotated[str, Meta(examples=["accounts.security"])]
    title: Annotated[str, Meta(examples=["Security of your account"])]
    text: Annotated[str, Meta(examples=["Sign-ins from new places."])]
    by_mail: _Choice
    in_page: _Choice


class Topics(Struct, frozen=True):
    items: list[TopicView]


class ReadAll(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    up_to: Annotated[
        UUID | None,
        Meta(description="The newest that you saw; null for all.", examples=[_ID]),
    ] = None


class Preferred(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays as it is."""

    topic: Annotated[str, Meta(max_length=100, examples=["accounts.security"])]
    by_mail: bool | UnsetType = UNSET
    in_page: bool | UnsetType = UNSET


@routes.get("/api/v1/notices", rule=signed_in("notices", "list"), errors=(BadCursor,))
async def listed(request: web.Request, actor: Actor, query: Paged) -> Page[NoticeView]:
    """What you were told, the newest first."""
    notices = request.app[NOTICES]
    found = await notices.listed(actor, before=after(query.cursor, UUID), limit=query.limit + 1)
    shown = [_view(notices.shown(notice)) for notice in found]
    return page(shown, limit=query.limit, key=lambda notice: notice.id)


@routes.get("/api/v1/notices/unread", rule=signed_in("notices", "count"))
async def unread(request: web.Request, actor: Actor) -> Unread:
    """How many you have not read."""
    return Unread(await request.app[NOTICES].unread(actor.require_user()))


@routes.post(
    "/api/v1/notices/{id}/read", rule=owner(noun="notices", right="read", writes=True), status=204
)
async def read(request: web.Request, actor: Actor, id: UUID) -> None:
    """Mark one as read."""
    await request.app[NOTICES].read(actor, id)


@routes.post("/api/v1/notices/read", rule=signed_in("notices", "read_all", writes=True), status=204)
async def read_all(request: web.Request, actor: Actor, body: ReadAll) -> None:
    """Mark all as read that were there when you looked."""
    await request.app[NOTICES].read_all(actor, up_to=body.up_to)


@routes.get("/api/v1/notices/preferences", rule=signed_in("notices", "list_preferences"))
async def preferences(request: web.Request, actor: Actor) -> Topics:
    """What you can be told about, by mail and in the page."""
    return Topics([_topic(one) for one in await request.app[NOTICES].preferences(actor)])


@routes.patch(
    "/api/v1/notices/preferences",
    rule=signed_in("notices", "prefer", writes=True),
    errors=(FixedChoice, NotFound),
)
async def prefer(request: web.Request, actor: Actor, body: Preferred) -> TopicView:
    """Choose how you are told about a topic."""
    held = await request.app[NOTICES].prefer(
        actor,
        body.topic,
        by_mail=None if body.by_mail is UNSET else body.by_mail,
        in_page=None if body.in_page is UNSET else body.in_page,
    )
    return _topic(held)


def _view(shown: Shown) -> NoticeView:
    return NoticeView(
        id=shown.id,
        kind=shown.kind,
        text=shown.text,
        icon=shown.icon,
        link=shown.link,
        created_at=shown.created_at,
        read=shown.read,
    )


def _topic(held: Chosen) -> TopicView:
    return TopicView(
        topic=held.topic.name,
        title=held.title,
        text=held.text,
        by_mail=held.by_mail.value,
        in_page=held.in_page.value,
    )
