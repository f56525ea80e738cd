"""People who are waited for, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from vtp.db import Db
from vtp.ids import UserId


async def again(db: Db, user_id: UserId, at: datetime) -> None:
    await db.execute("update app_user set invited_at = $2 where id = $1", user_id, at)
