"""What people asked for about themselves: files of all that is held, and erasure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from vtp.accounts.model import ErasureRequest, Takeout
from vtp.db import Db, Row
from vtp.ids import JobId, UserId


async def ask_takeout(tx: Db, user_id: UserId, job_id: JobId, *, at: datetime) -> None:
    """Instead of the one before, unless it is the same job."""
    await tx.execute(
        """
        insert into takeout (user_id, job_id, asked_at) values ($1, $2, $3)
        on conflict (user_id) do update
           set job_id = excluded.job_id, asked_at = excluded.asked_at,
               made_at = null, bytes = null, expires_at = null
         where takeout.job_id <> excluded.job_id
        """,
        user_id,
        job_id,
        at,
    )


async def takeout(db: Db, user_id: UserId) -> Takeout | None:
    row = await db.fetchrow("select * from takeout where user_id = $1", user_id)
    return _takeout(row) if row else None


async def made(tx: Db, job_id: JobId, *, at: datetime, expires_at: datetime, size: int) -> bool:
    """False when nobody wants it any more."""
    tag = await tx.execute(
        "update takeout set made_at = $2, expires_at = $3, bytes = $4 where job_id = $1",
        job_id,
        at,
        expires_at,
        size,
    )
    return tag == "UPDATE 1"


async def sweep_takeouts(tx: Db, *, now: datetime, asked_before: datetime) -> int:
    """Forget those whose time is over, and those that were never made."""
    tag = await tx.execute(
        """
        delete from takeout
         where expires_at < $1 or (made_at is null and asked_at < $2)
        """,
        now,
        asked_before,
    )
    return int(tag.split()[-1])


async def takeout_jobs(db: Db) -> set[UUID]:
    return {row["job_id"] for row in await db.fetch("select job_id from takeout")}


# --- erasure ------------------------------------------------------------------------------------
_REQUESTS = """
    select r.*, u.name, u.email::text as email
      from erasure_request r join app_user u on u.id = r.user_id
"""


async def ask_erasure(tx: Db, id: UUID, user_id: UserId, *, at: datetime) -> bool:
    """False when one is open already."""
    tag = await tx.execute(
        """
        insert into erasure_request (id, user_id, state, asked_at) values ($1, $2, 'open', $3)
        on conflict (user_id) where state = 'open' do nothing
        """,
        id,
        user_id,
        at,
    )
    return tag == "INSERT 0 1"


async def last_erasure(db: Db, user_id: UserId) -> ErasureRequest | None:
    row = await db.fetchrow(_REQUESTS + " where r.user_id = $1 order by r.id desc limit 1", user_id)
    return _request(row) if row else None


async def erasures(db: Db, *, before: UUID | None, limit: int) -> list[ErasureRequest]:
    """Newest first."""
    rows = await db.fetch(
        _REQUESTS + " where $1::uuid is null or r.id < $1 order by r.id desc limit $2",
        before,
        limit,
    )
    return [_request(row) for row in rows]


async def open_erasure(tx: Db, id: UUID) -> ErasureRequest | None:
    """Locked; None when it is not there. Whoever decided first has decided."""
    row = await tx.fetchrow(_REQUESTS + " where r.id = $1 for update of r", id)
    return _request(row) if row else None


async def decide(
    tx: Db, id: UUID, *, state: str, by: UUID | None, at: datetime, reason: str = ""
) -> None:
    await tx.execute(
        """
        update erasure_request
           set state = $2, decided_by = $3, decided_at = $4, reason = $5
         where id = $1
        """,
        id,
        state,
        by,
        at,
        reason,
    )


async def close_for_ever(tx: Db, user_id: UserId, *, at: datetime) -> UUID | None:
    """The account is erased from now on; its picture, if it had one."""
    row = await tx.fetchrow(
        """
        update app_user set erased_at = $2, disabled_at = coalesce(disabled_at, $2)
         where id = $1 returning picture_id
        """,
        user_id,
        at,
    )
    return row["picture_id"] if row else None


async def admins(db: Db) -> list[UserId]:
    rows = await db.fetch(
        "select id from app_user where roles @> array['admin'] and disabled_at is null order by id"
    )
    return [UserId(row["id"]) for row in rows]


def _takeout(row: Row) -> Takeout:
    return Takeout(
        job_id=JobId(row["job_id"]),
        asked_at=row["asked_at"],
        made_at=row["made_at"],
        bytes=row["bytes"],
        expires_at=row["expires_at"],
    )


def _request(row: Row) -> ErasureRequest:
    return ErasureRequest(
        id=row["id"],
        user_id=UserId(row["user_id"]),
        name=row["name"],
        email=row["email"],
        state=row["state"],
        asked_at=row["asked_at"],
        decided_at=row["decided_at"],
        reason=row["reason"],
    )
