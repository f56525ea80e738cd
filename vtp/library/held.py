"""What the library holds about a person: what they put into it."""

from __future__ import annotations

from vtp.actor import Gone
from vtp.db import Db

sheets = {
    "library": """
        select id, kind, title, description, tags, visibility, state, file_name, content_type,
               bytes, link, created_at, changed_at, deleted_at
          from media where owner_id = $1
    """,
    "uploads": """
        select id, media_id, file_name, size, received, state, created_at, expires_at
          from upload where owner_id = $1
    """,
}
kept: tuple[str, ...] = ("erasure.kept.library",)


async def erase(tx: Db, gone: Gone, /) -> None:
    """What they were still sending. What is in the library belongs to the lessons of the school."""
    await tx.execute("delete from upload where owner_id = $1 and state = 'open'", gone.user_id)
