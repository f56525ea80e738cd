"""Contents: each is kept once, however many items show it."""

from __future__ import annotations

from datetime import datetime

from vtp.db import Db
from vtp.ids import UserId


async def keep(tx: Db, *, sha256: bytes, size: int, key: str, at: datetime) -> str:
    """The key under which this content lies: this one, or that of who was first.

    The row is locked until the end of `tx`, so that nobody sweeps it away meanwhile.
    """
    kept: str = await tx.fetchval(
        """
        insert into library_file (sha256, bytes, key, created_at) values ($1, $2, $3, $4)
        on conflict (sha256) do update set bytes = excluded.bytes
        returning key
        """,
        sha256,
        size,
        key,
        at,
    )
    return kept


async def key_of(db: Db, *, sha256: bytes) -> str | None:
    key: str | None = await db.fetchval("select key from library_file where sha256 = $1", sha256)
    return key


async def bytes_of(db: Db, *, owner_id: UserId) -> int:
    """Of all items of somebody, those in the bin as well."""
    found: int = await db.fetchval(
        "select coalesce(sum(bytes), 0)::bigint from media where owner_id = $1", owner_id
    )
    return found


async def take_unused(tx: Db, *, sha256: bytes) -> str | None:
    """Forget a content that no item shows; its key, so that its bytes can go as well."""
    key: str | None = await tx.fetchval(
        """
        delete from library_file
         where sha256 = $1 and not exists (select from media where sha256 = $1)
        returning key
        """,
        sha256,
    )
    return key
