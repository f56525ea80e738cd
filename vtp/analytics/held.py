"""What analytics hold about a person: how what they played arrived."""

from __future__ import annotations

from vtp.actor import Gone
from vtp.analytics.store import plays
from vtp.db import Db

sheets = {
    "plays": """
        select id, meeting_id, recording_id, began_at, heard_at, startup_ms, watched_ms, stalled_ms,
               stalls, changes, received, lost, rtt_ms, broken, browser, network, connection
          from play_session where user_id = $1
    """,
}
kept: tuple[str, ...] = ()


async def erase(tx: Db, gone: Gone, /) -> None:
    """The figures stay, of nobody."""
    await plays.forget(tx, user_id=gone.user_id)
