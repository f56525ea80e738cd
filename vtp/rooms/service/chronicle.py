"""What happens to rooms and classes, as it is written down and told to programs of others.

Each call stands in the transaction of what it tells of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vtp.actor import SYSTEM, Actor, Origin
from vtp.audit.model import Detail
from vtp.audit.service import Audit
from vtp.audit.service.recording import origin_of
from vtp.db import Db
from vtp.ids import MeetingId
from vtp.rooms import hooks
from vtp.rooms.facts import ParticipantId, Parting, RoomRole
from vtp.rooms.model import Attendee, Room
from vtp.rooms.state import Over
from vtp.webhooks.service import Webhooks


@dataclass(frozen=True, slots=True)
class By:
    """Who wanted it, and from where: kept for what is written a little later."""

    actor: Actor
    origin: Origin

    @classmethod
    def of(cls, actor: Actor) -> By:
        return cls(actor, origin_of(actor))


NOBODY = By(SYSTEM, Origin())


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    meeting_id: MeetingId
    room: Room
    person: UUID  # an account, or a guest
    guest: bool
    how: Parting
    at: datetime


class Chronicle:
    def __init__(self, audit: Audit, webhooks: Webhooks) -> None:
        self._audit = audit
        self._webhooks = webhooks

    # --- rooms --------------------------------------------------------------------------------
    async def room_made(self, tx: Db, actor: Actor, room: Room) -> None:
        await self._room(tx, actor, room, "made", {"title": room.title, "access": room.access})
        await self._webhooks.tell(tx, hooks.MADE, _about(room))

    async def room_changed(self, tx: Db, actor: Actor, before: Room, room: Room) -> None:
        changed: dict[str, Detail] = {}
        if before.title != room.title:
            changed["title"] = room.title
        if before.access != room.access:
            changed["access"] = room.access
        if before.waiting_room != room.waiting_room:
            changed["waiting_room"] = room.waiting_room
        if (before.member_chat, before.member_private_chat) != (
            room.member_chat,
            room.member_private_chat,
        ):
            changed["member_chat"] = room.member_chat
            changed["member_private_chat"] = room.member_private_chat
        if (before.records_itself, before.records_cameras) != (
            room.records_itself,
            room.records_cameras,
        ):
            changed["records_itself"] = room.records_itself
            changed["records_cameras"] = room.records_cameras
        if before.member_sources != room.member_sources:
            changed["member_sources"] = list(room.member_sources)
        await self._room(tx, actor, room, "changed", changed)

    async def room_closed(self, tx: Db, actor: Actor, room: Room) -> None:
        await self._room(tx, actor, room, "closed", {"title": room.title})
        await self._webhooks.tell(tx, hooks.CLOSED, _about(room))

    async def member_put(
        self, tx: Db, actor: Actor, room: Room, user_id: UUID, role: RoomRole
    ) -> None:
        details = {"user_id": str(user_id), "role": role, "title": room.title}
        await self._room(tx, actor, room, "member_put", details)

    async def member_removed(self, tx: Db, actor: Actor, room: Room, user_id: UUID) -> None:
        details = {"user_id": str(user_id), "title": room.title}
        await self._room(tx, actor, room, "member_removed", details)

    async def link_set(self, tx: Db, actor: Actor, room: Room, *, open_: bool) -> None:
        """The link by which guests come."""
        action = "link_made" if open_ else "link_closed"
        await self._room(tx, actor, room, action, {"title": room.title})

    async def _room(
        self, tx: Db, actor: Actor, room: Room, action: str, details: Mapping[str, Detail]
    ) -> None:
        await self._audit.record(
            tx, actor, action=action, noun="room", target_id=room.id, details=details
        )

    # --- classes ------------------------------------------------------------------------------
    async def began(self, tx: Db, meeting_id: MeetingId, room: Room, at: datetime) -> None:
        told = hooks.MeetingStarted(
            meeting_id=meeting_id, room_id=room.id, title=room.title, started_at=at
        )
        await self._webhooks.tell(tx, hooks.STARTED, told)

    async def ended(self, tx: Db, meeting_id: MeetingId, room: Room, over: Over, by: By) -> None:
        await self._audit.record(
            tx,
            by.actor,
            action="ended",
            noun="meeting",
            target_id=meeting_id,
            details={"how": over.how, "title": room.title},
            origin=by.origin,
        )
        told = hooks.MeetingEnded(
            meeting_id=meeting_id,
            room_id=room.id,
            title=room.title,
            ended_at=over.at,
            how=over.how,
        )
        await self._webhooks.tell(tx, hooks.ENDED, told)

    async def moderated(
        self,
        tx: Db,
        *,
        meeting_id: MeetingId,
        action: str,
        details: Mapping[str, Detail],
        by: By,
    ) -> None:
        """Somebody was kept out of a class or let in again, made co-host, or something locked."""
        await self._audit.record(
            tx,
            by.actor,
            action=action,
            noun="meeting",
            target_id=meeting_id,
            details=details,
            origin=by.origin,
        )

    async def joined(self, tx: Db, meeting_id: MeetingId, room: Room, attendee: Attendee) -> None:
        told = hooks.ParticipantJoined(
            meeting_id=meeting_id,
            room_id=room.id,
            participant_id=attendee.id,
            user_id=None if attendee.guest else attendee.person,
            name=attendee.name,
            role=attendee.role,
            joined_at=attendee.joined_at,
        )
        await self._webhooks.tell(tx, hooks.JOINED, told)

    async def left(self, tx: Db, participant_id: ParticipantId, gone: Departure) -> None:
        told = hooks.ParticipantLeft(
            meeting_id=gone.meeting_id,
            room_id=gone.room.id,
            participant_id=participant_id,
            user_id=None if gone.guest else gone.person,
            left_at=gone.at,
            how=gone.how,
        )
        await self._webhooks.tell(tx, hooks.LEFT, told)


def _about(room: Room) -> hooks.RoomNews:
    return hooks.RoomNews(room_id=room.id, title=room.title, owner_id=room.owner_id)
