"""What recordings hold about a person: which ones they began."""

from __future__ import annotations

from vtp.actor import Gone
from vtp.db import Db

sheets = {
    "recordings-begun": """
        select id, room_id, meeting_id, title, state, started_at, stopped_at, deleted_at
          from recording where started_by = $1
    """,
}
kept: tuple[str, ...] = ("erasure.kept.recordings",)


async def erase(_tx: Db, _gone: Gone, /) -> None:
    """Nothing: a recording is of a whole class, and ends with it."""
