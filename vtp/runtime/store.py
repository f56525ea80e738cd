"""The rows of settings that differ from the configuration."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from vtp.db import Db
from vtp.ids import UserId


async def values(db: Db) -> dict[str, Any]:
    rows = await db.fetch("select name, value::text as value from setting")
    return {row["name"]: msgspec.json.decode(row["value"]) for row in rows}


async def put(tx: Db, name: str, value: object, *, by: UserId | None, at: datetime) -> None:
    await tx.execute(
        """
        insert into setting (name, value, changed_by, changed_at)
        values ($1, $2::text::jsonb, $3, $4)
        on conflict (name) do update
           set value = excluded.value, changed_by = excluded.changed_by,
               changed_at = excluded.changed_at
        """,
        name,
        msgspec.json.encode(value).decode(),
        by,
        at,
    )


async def forget(tx: Db, name: str) -> None:
    await tx.execute("delete from setting where name = $1", name)
