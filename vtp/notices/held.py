"""What notices hold about a person: what they were told, and what they want to be told."""

from __future__ import annotations

from vtp.actor import Gone
from vtp.db import Db

sheets = {
    "notices": """
        select id, kind, values, link, created_at, read_at from notice where user_id = $1
    """,
    "notice-choices": """
        select md5(topic)::uuid as id, topic, by_mail, in_page
          from notice_preference where user_id = $1
    """,
}
kept: tuple[str, ...] = ()


async def erase(tx: Db, gone: Gone, /) -> None:
    await tx.execute("delete from notice where user_id = $1", gone.user_id)
    await tx.execute("delete from notice_preference where user_id = $1", gone.user_id)
    # In notices to others, about this person.
    await tx.execute(
        """
        delete from notice
         where position($1 in lower(values::text)) > 0 or values->>'name' = $2
        """,
        gone.email,
        gone.name,
    )
