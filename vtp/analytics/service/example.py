"""How past classes of a demo arrived, invented."""

from __future__ import annotations

from collections.abc import Iterable

from vtp.analytics.store import plays
from vtp.db import Database
from vtp.ids import MeetingId


async def put_plays(db: Database, meeting_ids: Iterable[MeetingId]) -> None:
    async with db.transaction() as tx:
        await plays.invent(tx, meeting_ids=list(meeting_ids))
