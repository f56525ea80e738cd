"""Which of many credentials still hold, in one question."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from vtp.accounts.model import Proof
from vtp.actor import Role
from vtp.db import Db
from vtp.ids import UserId


async def of(
    db: Db, credential_ids: Iterable[UUID], *, now: datetime, demo: bool
) -> dict[UUID, Proof]:
    rows = await db.fetch(
        """
        select session.id, user_id, roles, null::text[] as scopes
          from session join app_user on app_user.id = user_id
         where session.id = any($1) and expires_at > $2
           and disabled_at is null and (not app_user.demo or $3)
        union all
        select api_key.id, user_id, roles, scopes
          from api_key join app_user on app_user.id = user_id
         where api_key.id = any($1) and (expires_at is null or expires_at > $2)
           and disabled_at is null and (not app_user.demo or $3)
        """,
        list(credential_ids),
        now,
        demo,
    )
    return {
        row["id"]: Proof(
            user_id=UserId(row["user_id"]),
            roles=frozenset(Role(name) for name in row["roles"]),
            credential_id=row["id"],
            scopes=None if row["scopes"] is None else frozenset(row["scopes"]),
            seen_at=None,
        )
        for row in rows
    }
