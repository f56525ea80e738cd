"""Where handlers of rooms find their services."""

from __future__ import annotations

from aiohttp import web

from vtp.actor import Role
from vtp.rooms.service import Rooms

ROOMS: web.AppKey[Rooms] = web.AppKey("rooms", Rooms)

# They look after the school and so are hosts of every room.
OVERSEERS = (Role.ADMIN, Role.MANAGER)
