"""What was said in a class that a crash interrupted, as those get to see it who come back."""

from __future__ import annotations

from datetime import timedelta

from vtp.db import Database
from vtp.ids import MeetingId, uuid7
from vtp.rooms.state import Now
from vtp.rooms.store import polls
from vtp.rooms.store import talk as store
from vtp.rooms.talk.messages import SHOWN_AT_ONCE, WHISPERS_KEPT
from vtp.rooms.talk.state import LOST_FOR, Talk


async def conversation(db: Database, meeting_id: MeetingId, *, now: Now) -> Talk:
    said = await store.listed(
        db, meeting_id=meeting_id, user_id=None, before=None, limit=SHOWN_AT_ONCE + 1
    )
    whispers = await store.whispers(db, meeting_id=meeting_id, limit=WHISPERS_KEPT)
    lost = await store.lost_since(
        db, meeting_id=meeting_id, since=now.wall - timedelta(seconds=LOST_FOR)
    )
    return Talk(
        messages=tuple(said[:SHOWN_AT_ONCE][::-1]),
        whispers=tuple(whispers[::-1]),
        newest=await store.newest(db, meeting_id=meeting_id),
        older=len(said) > SHOWN_AT_ONCE,
        polls={one.id: one for one in await polls.of_meeting(db, meeting_id=meeting_id)},
        # Nobody knows who they were; they count until their time is over.
        lost={uuid7(): now.ticks + LOST_FOR - (now.wall - at).total_seconds() for at in lost},
    )
