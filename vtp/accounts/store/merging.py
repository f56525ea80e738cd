"""One account takes over what another one had, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from vtp.db import Db
from vtp.ids import UserId


async def move(db: Db, source: UserId, target: UserId) -> None:
    """Accounts elsewhere and notices go on; what opened the source alone ends."""
    await db.execute("update identity set user_id = $2 where user_id = $1", source, target)
    await db.execute(
        """
        update notice set user_id = $2
         where user_id = $1
           and (dedupe_key is null or not exists (
               select from notice there
                where there.user_id = $2 and there.dedupe_key = notice.dedupe_key))
        """,
        source,
        target,
    )
    # A key acts with the roles of its owner: in another's name it would do other things.
    await db.execute("delete from api_key where user_id = $1", source)
    await db.execute("delete from mailed_link where user_id = $1", source)
    await db.execute("update app_user set merged_into = $2 where merged_into = $1", source, target)


async def close(db: Db, source: UserId, target: UserId, at: datetime) -> None:
    await db.execute(
        """
        update app_user
           set merged_into = $2, disabled_at = coalesce(disabled_at, $3), password_hash = null,
               password_version = password_version + 1, invited_at = null
         where id = $1
        """,
        source,
        target,
        at,
    )
