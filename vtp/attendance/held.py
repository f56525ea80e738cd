"""What attendance holds about a person: when they were there. Facts of the school, not erased."""

from __future__ import annotations

from vtp.actor import Gone
from vtp.db import Db

sheets = {
    "presence": """
        select id, meeting_id, kind, started_at, ended_at from presence_span where user_id = $1
    """,
}
kept: tuple[str, ...] = ("erasure.kept.presence",)


async def erase(_tx: Db, _gone: Gone, /) -> None:
    """Nothing here has a name; the account that it refers to has none any more."""
