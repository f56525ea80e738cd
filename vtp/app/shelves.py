"""What the library asks of courses."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from vtp.actor import Actor
from vtp.ids import MediaId


class Shelves:
    """Of a school whose items stand in no course."""

    async def edited(self, _actor: Actor) -> Sequence[UUID]:
        return ()

    async def reads(self, _actor: Actor, _media_id: MediaId) -> bool:
        return False
