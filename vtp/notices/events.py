"""Notices over Socket.IO: every socket of a person is told how many they have not read."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from vtp.edge.sockets.channels import of_user
from vtp.edge.sockets.events import Events
from vtp.edge.sockets.facade import Sockets
from vtp.ids import UserId

events = Events("notices")


class Unread(msgspec.Struct, frozen=True):
    unread: Annotated[int, Meta(description="How many you have not read.", examples=[2])]


CHANGED = events.news("notices.changed", Unread, "You were told something, or read it elsewhere.")


async def tell(sockets: Sockets, user_id: UserId, unread: int) -> None:
    await sockets.emit(CHANGED, Unread(unread), to=of_user(user_id))
