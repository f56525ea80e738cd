"""The link that makes the first admin, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from vtp.db import Db


async def replace(db: Db, token_hash: bytes, *, now: datetime, expires_at: datetime) -> None:
    """The one link that counts; an older one counts no more."""
    await db.execute("delete from setup_link")
    await db.execute(
        "insert into setup_link (token_hash, created_at, expires_at) values ($1, $2, $3)",
        token_hash,
        now,
        expires_at,
    )


async def holds(db: Db, token_hash: bytes, *, now: datetime) -> bool:
    found: bool = await db.fetchval(
        "select exists (select from setup_link where token_hash = $1 and expires_at > $2)",
        token_hash,
        now,
    )
    return found


async def use(db: Db, token_hash: bytes, *, now: datetime) -> bool:
    """False when somebody else used it first, or it has ended."""
    tag = await db.execute(
        "delete from setup_link where token_hash = $1 and expires_at > $2", token_hash, now
    )
    return tag == "DELETE 1"


async def sweep(db: Db, *, now: datetime) -> int:
    tag = await db.execute("delete from setup_link where expires_at <= $1", now)
    return int(tag.removeprefix("DELETE "))
