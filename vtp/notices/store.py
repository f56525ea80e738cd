"""Notices and what people chose about them, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from vtp.db import Db, Row
from vtp.ids import NoticeId, UserId
from vtp.notices.model import Notice, Preference


async def insert(db: Db, notice: Notice, *, key: str | None) -> bool:
    """False when this person was told of `key` before."""
    tag = await db.execute(
        """
        insert into notice (id, user_id, kind, values, link, created_at, dedupe_key)
        values ($1, $2, $3, $4::text::jsonb, $5, $6, $7)
        on conflict (user_id, dedupe_key) do nothing
        """,
        notice.id,
        notice.user_id,
        notice.kind,
        msgspec.json.encode(notice.values).decode(),
        notice.link,
        notice.created_at,
        key,
    )
    return tag == "INSERT 0 1"


async def of_user(db: Db, user_id: UserId, *, before: UUID | None, limit: int) -> list[Notice]:
    """The newest first."""
    rows = await db.fetch(
        """
        select * from notice where user_id = $1 and ($2::uuid is null or id < $2)
         order by id desc
         limit $3
        """,
        user_id,
        before,
        limit,
    )
    return [_notice(row) for row in rows]


async def unread(db: Db, user_ids: Collection[UUID]) -> dict[UserId, int]:
    """How many each has not read; who has none is not in it."""
    rows = await db.fetch(
        """
        select user_id, count(*) as count from notice
         where user_id = any($1::uuid[]) and read_at is null
         group by user_id
        """,
        list(user_ids),
    )
    return {UserId(row["user_id"]): row["count"] for row in rows}


async def read(db: Db, user_id: UserId, notice_id: UUID, *, at: datetime) -> bool:
    """False when this person has no such notice; reading it twice is no mistake."""
    tag = await db.execute(
        "update notice set read_at = coalesce(read_at, $3) where user_id = $1 and id = $2",
        user_id,
        notice_id,
        at,
    )
    return tag == "UPDATE 1"


async def read_all(db: Db, user_id: UserId, *, up_to: UUID | None, at: datetime) -> None:
    """Those that were there when `up_to` was the newest; None: all."""
    await db.execute(
        """
        update notice set read_at = $3
         where user_id = $1 and read_at is null and ($2::uuid is null or id <= $2)
        """,
        user_id,
        up_to,
        at,
    )


async def sweep(db: Db, *, before: datetime) -> int:
    tag = await db.execute("delete from notice where created_at < $1", before)
    return int(tag.removeprefix("DELETE "))


# --- preferences ------------------------------------------------------------------------------
async def preference(db: Db, user_id: UserId, topic: str) -> Preference:
    row = await db.fetchrow(
        "select * from notice_preference where user_id = $1 and topic = $2", user_id, topic
    )
    return _preference(row) if row else Preference()


async def preferences(db: Db, user_id: UserId) -> dict[str, Preference]:
    rows = await db.fetch("select * from notice_preference where user_id = $1", user_id)
    return {row["topic"]: _preference(row) for row in rows}


async def prefer(
    db: Db, user_id: UserId, topic: str, *, by_mail: bool | None, in_page: bool | None
) -> None:
    """None leaves a channel as it is."""
    await db.execute(
        """
        insert into notice_preference (user_id, topic, by_mail, in_page)
        values ($1, $2, $3, $4)
        on conflict (user_id, topic) do update
           set by_mail = coalesce(excluded.by_mail, notice_preference.by_mail),
               in_page = coalesce(excluded.in_page, notice_preference.in_page)
        """,
        user_id,
        topic,
        by_mail,
        in_page,
    )


def _preference(row: Row) -> Preference:
    return Preference(row["by_mail"], row["in_page"])


def _notice(row: Row) -> Notice:
    return Notice(
        id=NoticeId(row["id"]),
        user_id=UserId(row["user_id"]),
        kind=row["kind"],
        values=msgspec.json.decode(row["values"], type=dict[str, str]),
        link=row["link"],
        created_at=row["created_at"],
        read_at=row["read_at"],
    )
