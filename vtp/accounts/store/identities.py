"""Accounts elsewhere, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from vtp.accounts.model import Identity
from vtp.db import Db, Row
from vtp.ids import IdentityId, UserId


async def insert(db: Db, identity: Identity) -> bool:
    """False when it belongs to somebody already."""
    tag = await db.execute(
        """
        insert into identity (id, user_id, issuer, subject, label, created_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (issuer, subject) do nothing
        """,
        identity.id,
        identity.user_id,
        identity.issuer,
        identity.subject,
        identity.label,
        identity.created_at,
    )
    return tag == "INSERT 0 1"


async def found(db: Db, *, issuer: str, subject: str) -> Identity | None:
    row = await db.fetchrow(
        "select * from identity where issuer = $1 and subject = $2", issuer, subject
    )
    return _identity(row) if row else None


async def of_user(db: Db, user_id: UserId) -> list[Identity]:
    rows = await db.fetch("select * from identity where user_id = $1 order by id", user_id)
    return [_identity(row) for row in rows]


async def used(db: Db, identity_id: UUID, *, now: datetime) -> None:
    await db.execute("update identity set last_used_at = $2 where id = $1", identity_id, now)


async def delete(db: Db, identity_id: UUID, *, user_id: UserId) -> Identity | None:
    row = await db.fetchrow(
        "delete from identity where id = $1 and user_id = $2 returning *", identity_id, user_id
    )
    return _identity(row) if row else None


async def delete_later(db: Db, user_id: UserId, *, since: datetime) -> None:
    """All that were added from `since` on."""
    await db.execute("delete from identity where user_id = $1 and created_at >= $2", user_id, since)


def _identity(row: Row) -> Identity:
    return Identity(
        id=IdentityId(row["id"]),
        user_id=UserId(row["user_id"]),
        issuer=row["issuer"],
        subject=row["subject"],
        label=row["label"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
    )
