"""The HTTP interface of rooms: the API, and WHIP and WHEP for encoders and players."""

from __future__ import annotations

from vtp.edge.routes import Route
from vtp.rooms.api import guests, meetings, moderation, rooms, talk, whep, whip
from vtp.rooms.api.asking import ROOMS

routes: list[Route] = [
    *rooms.routes,
    *guests.routes,
    *meetings.routes,
    *moderation.routes,
    *talk.routes,
    *whip.routes,
    *whep.routes,
]

__all__ = ["ROOMS", "routes"]
