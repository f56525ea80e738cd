"""The rows of uploads that are under way, and of those that are done."""

from __future__ import annotations

from datetime import datetime

from vtp.db import Db, Row
from vtp.ids import MediaId, UploadId, UserId
from vtp.library.model import Upload


async def take_turn(tx: Db, *, owner_id: UserId) -> None:
    """Until the end of `tx`, nobody else counts what this person has."""
    await tx.execute("select pg_advisory_xact_lock(20, hashtext($1))", str(owner_id))


async def open_of(db: Db, *, owner_id: UserId) -> tuple[int, int]:
    """How many are not finished, and how many bytes they will have."""
    row = await db.fetchrow(
        """
        select count(*) as uploads, coalesce(sum(size), 0)::bigint as bytes
          from upload where owner_id = $1 and state = 'open'
        """,
        owner_id,
    )
    return (row["uploads"], row["bytes"]) if row else (0, 0)


async def insert(
    tx: Db,
    *,
    id: UploadId,
    owner_id: UserId,
    media_id: MediaId,
    file_name: str,
    size: int,
    at: datetime,
    expires_at: datetime,
) -> Upload:
    row = await tx.fetchrow(
        """
        insert into upload (id, owner_id, media_id, file_name, size, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7) returning *
        """,
        id,
        owner_id,
        media_id,
        file_name,
        size,
        at,
        expires_at,
    )
    return _upload(row)


async def by_id(db: Db, *, id: UploadId) -> Upload | None:
    row = await db.fetchrow("select * from upload where id = $1", id)
    return _upload(row) if row else None


async def going_on(db: Db, *, owner_id: UserId, limit: int) -> list[Upload]:
    rows = await db.fetch(
        """
        select * from upload where owner_id = $1 and state = 'open' order by id desc limit $2
        """,
        owner_id,
        limit,
    )
    return [_upload(row) for row in rows]


async def set_received(
    tx: Db, *, id: UploadId, received: int, expires_at: datetime
) -> Upload | None:
    row = await tx.fetchrow(
        """
        update upload set received = $2, expires_at = $3
         where id = $1 and state = 'open' returning *
        """,
        id,
        received,
        expires_at,
    )
    return _upload(row) if row else None


async def finish(tx: Db, *, id: UploadId, size: int, expires_at: datetime) -> bool:
    """Once; its row stays for a while, for who lost the answer."""
    tag = await tx.execute(
        """
        update upload set state = 'done', size = $2, received = $2, expires_at = $3
         where id = $1 and state = 'open'
        """,
        id,
        size,
        expires_at,
    )
    return tag == "UPDATE 1"


async def remove(tx: Db, *, id: UploadId) -> None:
    await tx.execute("delete from upload where id = $1", id)


async def ended(db: Db, *, now: datetime, limit: int) -> list[Upload]:
    rows = await db.fetch(
        "select * from upload where expires_at < $1 order by expires_at limit $2", now, limit
    )
    return [_upload(row) for row in rows]


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    await tx.execute("update upload set owner_id = $2 where owner_id = $1", source, target)


def _upload(row: Row) -> Upload:
    return Upload(
        id=UploadId(row["id"]),
        owner_id=UserId(row["owner_id"]),
        media_id=MediaId(row["media_id"]),
        file_name=row["file_name"],
        size=row["size"],
        received=row["received"],
        done=row["state"] == "done",
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
