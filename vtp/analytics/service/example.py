"""How past classes of a demo arrived, and their recordings, invented."""

from __future__ import annotations

from collections.abc import Iterable

from vtp.analytics.store import plays
from vtp.db import Database
from vtp.ids import MeetingId, RecordingId


async def put_plays(
    db: Database, meeting_ids: Iterable[MeetingId], recording_ids: Iterable[RecordingId]
) -> None:
    async with db.transaction() as tx:
        await plays.invent(tx, meeting_ids=list(meeting_ids))
        await plays.invent_later(tx, recording_ids=list(recording_ids))
