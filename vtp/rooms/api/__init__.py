"""The HTTP interface of rooms."""

from __future__ import annotations

from vtp.edge.routes import Route
from vtp.rooms.api import meetings, rooms
from vtp.rooms.api.asking import ROOMS

routes: list[Route] = [*rooms.routes, *meetings.routes]

__all__ = ["ROOMS", "routes"]
