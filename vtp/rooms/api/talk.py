"""/api/v1/meetings/…: what was said in a meeting, its images, and what came of its polls."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from vtp.actor import Actor
from vtp.blob.port import NoSuchBlob, StorageFull, StorageTimeout, StorageUnavailable
from vtp.edge.bodies import chunks, require_type
from vtp.edge.headers import USER_FILE_POLICY, names
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import owner
from vtp.ids import MeetingId
from vtp.media.pack.picture import REFUSALS
from vtp.rooms import talk_bodies
from vtp.rooms.api.asking import OVERSEERS, ROOMS
from vtp.rooms.api.shapes import Id
from vtp.rooms.problems import HostsOnly, MayNotWrite, MeetingOver, NotYourMessage, TooManyMessages
from vtp.rooms.service.images import ACCEPTED, MADE, MAX_BYTES, Size
from vtp.rooms.talk.messages import Image, Message
from vtp.rooms.talk_bodies import PollsOfMeeting
from vtp.sandbox.failures import Busy, Weak

routes = Routes("meetings")

_STORAGE = (StorageUnavailable, StorageTimeout, StorageFull)


class ImageQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    size: Annotated[Size, Meta(description="`small` is at most 480 pixels long.")] = "large"


@routes.get(
    "/api/v1/meetings/{id}/messages",
    rule=owner(*OVERSEERS, noun="meetings", right="list_messages", guests=True),
    errors=(BadCursor,),
)
async def messages(request: web.Request, actor: Actor, id: Id, query: Paged) -> Page[Message]:
    """What was said, newest first, for hosts and those who were there; of private ones yours."""
    found = await request.app[ROOMS].talk.listed(
        actor, MeetingId(id), before=after(query.cursor, UUID), limit=query.limit + 1
    )
    return page(found, limit=query.limit, key=lambda one: one.id)


@routes.delete(
    "/api/v1/meetings/{id}/messages/{message}",
    rule=owner(*OVERSEERS, noun="meetings", right="delete_message", writes=True, guests=True),
    status=204,
    errors=(NotYourMessage,),
)
async def delete(request: web.Request, actor: Actor, id: Id, message: UUID) -> None:
    """Take back what you said, or as a host what somebody said to everybody. A mark remains."""
    await request.app[ROOMS].talk.erase(actor, MeetingId(id), message)


@routes.post(
    "/api/v1/meetings/{id}/images",
    rule=owner(*OVERSEERS, noun="meetings", right="send_image", writes=True, guests=True),
    status=201,
    consumes=ACCEPTED,
    errors=(*REFUSALS, MayNotWrite, MeetingOver, TooManyMessages, Busy, Weak, *_STORAGE),
)
async def send_image(request: web.Request, actor: Actor, id: Id) -> Image:
    """Send an image of up to 8 MiB into the class that you are in.

    It is drawn anew, and seen once a message of yours carries it (`chat.send`).
    """
    require_type(request, *ACCEPTED)
    sent = chunks(request, limit=MAX_BYTES)
    return await request.app[ROOMS].images.take(actor, MeetingId(id), sent)


@routes.get(
    "/api/v1/meetings/{id}/images/{image}",
    rule=owner(*OVERSEERS, noun="meetings", right="see_image", guests=True),
    produces=MADE,
    revalidated=True,
    errors=(NoSuchBlob, *_STORAGE),
)
async def image(
    request: web.Request, actor: Actor, id: Id, image: UUID, query: ImageQuery
) -> web.Response:
    """An image in a message, for those who see the message."""
    rooms = request.app[ROOMS]
    known = await rooms.talk.image(actor, MeetingId(id), image)
    etag = f'"{known}-{query.size}"'
    headers = {
        "ETag": etag,
        # Asked again each time: its message may have been deleted.
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": USER_FILE_POLICY,
    }
    if names(request, etag):
        return web.Response(status=304, headers=headers)
    async with rooms.images.open(known, query.size) as reading:
        body = b"".join([piece async for piece in reading])
    return web.Response(body=body, content_type=MADE, headers=headers)


@routes.get(
    "/api/v1/meetings/{id}/polls",
    rule=owner(*OVERSEERS, noun="meetings", right="list_polls"),
    errors=(HostsOnly,),
)
async def polls(request: web.Request, actor: Actor, id: Id) -> PollsOfMeeting:
    """The polls of a meeting with all answers, for hosts; of anonymous ones without names."""
    found = await request.app[ROOMS].polls.of_meeting(actor, MeetingId(id))
    return talk_bodies.of_meeting(MeetingId(id), found)
