"""API keys, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from vtp.accounts.model import ApiKey, Proof
from vtp.actor import Role
from vtp.db import Db, Row
from vtp.ids import KeyId, UserId


async def insert(db: Db, key: ApiKey, *, user_id: UserId, key_hash: bytes, most: int) -> bool:
    """False when the person has `most` keys already; the lock counts two makers one by one."""
    await db.execute("select from app_user where id = $1 for no key update", user_id)
    tag = await db.execute(
        """
        insert into api_key (id, user_id, name, prefix, key_hash, scopes, created_at, expires_at)
        select $1, $2, $3, $4, $5, $6, $7, $8
         where (select count(*) from api_key where user_id = $2) < $9
        """,
        key.id,
        user_id,
        key.name,
        key.prefix,
        key_hash,
        None if key.scopes is None else sorted(key.scopes),
        key.created_at,
        key.expires_at,
        most,
    )
    return tag == "INSERT 0 1"


async def proof(db: Db, key_hash: bytes, *, now: datetime, demo: bool) -> Proof | None:
    row = await db.fetchrow(
        """
        select api_key.id, user_id, roles, scopes, last_used_at
          from api_key join app_user on app_user.id = user_id
         where key_hash = $1 and (expires_at is null or expires_at > $2)
           and disabled_at is null and (not app_user.demo or $3)
        """,
        key_hash,
        now,
        demo,
    )
    return _proof(row) if row else None


async def touch(db: Db, key_id: UUID, *, now: datetime, before: datetime) -> None:
    """Note that it is used, unless that was noted after `before`."""
    await db.execute(
        """
        update api_key set last_used_at = $2
         where id = $1 and (last_used_at is null or last_used_at < $3)
        """,
        key_id,
        now,
        before,
    )


async def of_user(db: Db, user_id: UserId, *, before: UUID | None, limit: int) -> list[ApiKey]:
    """The newest first."""
    rows = await db.fetch(
        """
        select * from api_key
         where user_id = $1 and ($2::uuid is null or id < $2)
         order by id desc
         limit $3
        """,
        user_id,
        before,
        limit,
    )
    return [_key(row) for row in rows]


async def delete(db: Db, key_id: UUID, *, user_id: UserId) -> bool:
    tag = await db.execute("delete from api_key where id = $1 and user_id = $2", key_id, user_id)
    return tag == "DELETE 1"


async def delete_all(db: Db, user_id: UserId) -> None:
    await db.execute("delete from api_key where user_id = $1", user_id)


async def sweep(db: Db, *, before: datetime) -> int:
    """Keys that ended before then; until that their owner sees them in the list."""
    tag = await db.execute("delete from api_key where expires_at < $1", before)
    return int(tag.removeprefix("DELETE "))


def _proof(row: Row) -> Proof:
    return Proof(
        user_id=UserId(row["user_id"]),
        roles=frozenset(Role(name) for name in row["roles"]),
        credential_id=row["id"],
        scopes=_scopes(row["scopes"]),
        seen_at=row["last_used_at"],
    )


def _scopes(listed: list[str] | None) -> frozenset[str] | None:
    return None if listed is None else frozenset(listed)


def _key(row: Row) -> ApiKey:
    return ApiKey(
        id=KeyId(row["id"]),
        name=row["name"],
        prefix=row["prefix"],
        scopes=_scopes(row["scopes"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
    )
