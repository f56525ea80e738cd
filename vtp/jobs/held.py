"""What jobs hold about a person: what was done in the background for them."""

from __future__ import annotations

from vtp.actor import Gone
from vtp.db import Db

sheets = {
    "jobs": """
        select id, kind, state, created_at, started_at, finished_at from job where owner_id = $1
    """,
}
kept: tuple[str, ...] = ()


async def erase(tx: Db, gone: Gone, /) -> None:
    """Those that have ended, and what waits in words of this person."""
    await tx.execute(
        "delete from job where owner_id = $1 and finished_at is not null",
        gone.user_id,
    )
    await tx.execute(
        """
        delete from job
         where finished_at is not null and position($1 in lower(payload::text)) > 0
        """,
        gone.email,
    )
