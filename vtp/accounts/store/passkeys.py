"""Passkeys, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from vtp.accounts.model import Passkey
from vtp.db import Db, Row
from vtp.ids import PasskeyId, UserId


async def insert(db: Db, passkey: Passkey, *, most: int) -> bool:
    """False when it is here already, or the person has `most`."""
    await db.execute("select from app_user where id = $1 for no key update", passkey.user_id)
    tag = await db.execute(
        """
        insert into passkey
               (id, user_id, credential_id, public_key, sign_count, transports, name,
                syncable, backed_up, created_at)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
         where (select count(*) from passkey where user_id = $2) < $11
        on conflict (credential_id) do nothing
        """,
        passkey.id,
        passkey.user_id,
        passkey.credential_id,
        passkey.public_key,
        passkey.sign_count,
        list(passkey.transports),
        passkey.name,
        passkey.syncable,
        passkey.backed_up,
        passkey.created_at,
        most,
    )
    return tag == "INSERT 0 1"


async def of_user(db: Db, user_id: UserId) -> list[Passkey]:
    """All of them, the newest first: a person has few."""
    rows = await db.fetch("select * from passkey where user_id = $1 order by id desc", user_id)
    return [_passkey(row) for row in rows]


async def held(db: Db, credential_id: bytes) -> Passkey | None:
    """Locked, so that two answers with one count are judged one after the other."""
    row = await db.fetchrow(
        "select * from passkey where credential_id = $1 for update", credential_id
    )
    return _passkey(row) if row else None


async def used(
    db: Db, passkey_id: PasskeyId, *, sign_count: int, backed_up: bool, now: datetime
) -> None:
    await db.execute(
        """
        update passkey set sign_count = $2, backed_up = $3, last_used_at = $4 where id = $1
        """,
        passkey_id,
        sign_count,
        backed_up,
        now,
    )


async def rename(db: Db, passkey_id: UUID, name: str, *, user_id: UserId) -> Passkey | None:
    row = await db.fetchrow(
        "update passkey set name = $3 where id = $1 and user_id = $2 returning *",
        passkey_id,
        user_id,
        name,
    )
    return _passkey(row) if row else None


async def delete(db: Db, passkey_id: UUID, *, user_id: UserId) -> str | None:
    """Its name; None when it is nobody's, or of somebody else."""
    name: str | None = await db.fetchval(
        "delete from passkey where id = $1 and user_id = $2 returning name", passkey_id, user_id
    )
    return name


async def delete_later(db: Db, user_id: UserId, *, since: datetime) -> None:
    """All that were added from `since` on."""
    await db.execute("delete from passkey where user_id = $1 and created_at >= $2", user_id, since)


def _passkey(row: Row) -> Passkey:
    return Passkey(
        id=PasskeyId(row["id"]),
        user_id=UserId(row["user_id"]),
        credential_id=row["credential_id"],
        public_key=row["public_key"],
        sign_count=row["sign_count"],
        transports=tuple(row["transports"]),
        name=row["name"],
        syncable=row["syncable"],
        backed_up=row["backed_up"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
    )
