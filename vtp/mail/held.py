"""What mail holds about a person: which letters were written to them, not what these said."""

from __future__ import annotations

from vtp.actor import Gone
from vtp.db import Db

sheets = {
    "mails": """
        select id, address, topic, language, state, created_at, ended_at
          from mail where user_id = $1
    """,
    "bounces": """
        select md5(b.address::text)::uuid as id, b.address, b.reason, b.bounced_at
          from mail_bounce b join app_user u on u.email = b.address where u.id = $1
    """,
}
kept: tuple[str, ...] = ()


async def erase(tx: Db, gone: Gone, /) -> None:
    """Also what was written to the address for nobody's account."""
    await tx.execute(
        "delete from mail where user_id = $1 or address = $2", gone.user_id, gone.email
    )
    await tx.execute("delete from mail_bounce where address = $1", gone.email)
