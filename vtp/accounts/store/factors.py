"""Authenticator apps and recovery codes, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vtp.accounts.model import Factors
from vtp.db import Db
from vtp.ids import UserId


async def of(db: Db, user_id: UserId) -> Factors:
    (row,) = await db.fetch(
        """
        select exists (select from authenticator where user_id = $1) as authenticator,
               (select count(*) from passkey where user_id = $1) as passkeys,
               (select count(*) from recovery_code
                 where user_id = $1 and used_at is null) as recovery_codes,
               exists (select from app_user
                        where id = $1 and password_hash is not null) as password
        """,
        user_id,
    )
    return Factors(**row)


async def set_authenticator(
    db: Db, user_id: UserId, secret: bytes, *, last_step: int, now: datetime
) -> None:
    await db.execute(
        """
        insert into authenticator (user_id, secret, last_step, created_at)
        values ($1, $2, $3, $4)
        on conflict (user_id) do update
           set secret = excluded.secret, last_step = excluded.last_step,
               created_at = excluded.created_at
        """,
        user_id,
        secret,
        last_step,
        now,
    )


async def authenticator(db: Db, user_id: UserId) -> tuple[bytes, int] | None:
    """The sealed secret and the step of the last code; nobody else judges until we are done."""
    row = await db.fetchrow(
        "select secret, last_step from authenticator where user_id = $1 for update", user_id
    )
    return (row["secret"], row["last_step"]) if row else None


async def took_step(db: Db, user_id: UserId, step: int) -> None:
    await db.execute("update authenticator set last_step = $2 where user_id = $1", user_id, step)


async def remove_authenticator(db: Db, user_id: UserId) -> bool:
    tag = await db.execute("delete from authenticator where user_id = $1", user_id)
    return tag == "DELETE 1"


async def remove_later(db: Db, user_id: UserId, *, since: datetime) -> None:
    """One that was set up from `since` on, also in the place of another."""
    await db.execute(
        "delete from authenticator where user_id = $1 and created_at >= $2", user_id, since
    )


async def replace_codes(db: Db, user_id: UserId, hashes: Iterable[bytes]) -> None:
    await db.execute("delete from recovery_code where user_id = $1", user_id)
    await db.execute(
        "insert into recovery_code (user_id, code_hash) select $1, unnest($2::bytea[])",
        user_id,
        list(hashes),
    )


async def use_code(db: Db, user_id: UserId, code_hash: bytes, *, now: datetime) -> bool:
    """False when it is none of theirs, or was used before."""
    tag = await db.execute(
        """
        update recovery_code set used_at = $3
         where user_id = $1 and code_hash = $2 and used_at is null
        """,
        user_id,
        code_hash,
        now,
    )
    return tag == "UPDATE 1"
