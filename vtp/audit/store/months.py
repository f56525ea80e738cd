"""The months of the record: made ahead, let go when their time is over; and addresses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from vtp.db import Db
from vtp.errors import Unavailable

# Milliseconds. Whoever writes to the record waits behind a change of its months; that waits in turn
# for whoever reads it at length, as an export does. So it gives up soon and comes again.
_PATIENCE = "500"


class MonthsBusy(Unavailable):
    """Somebody reads the record at length. Its months change later."""

    code = "months_busy"


async def make(db: Db, month: date) -> bool:
    """False when it is there already. What came too early for it moves in."""
    made: bool = await _hurried(db, "select audit_make_month($1)", month)
    return made


async def without_place(db: Db) -> list[date]:
    """Months of rows that have no place of their own yet."""
    rows = await db.fetch(
        """
        select distinct date_trunc('month', to_timestamp(audit_milliseconds(id) / 1000.0)
                                   at time zone 'UTC')::date as month
          from audit_elsewhere order by 1 limit 24
        """
    )
    return [row["month"] for row in rows]


async def there_are(db: Db) -> list[date]:
    rows = await db.fetch(
        """
        select to_date(substr(relname, 7), 'YYYY_MM') as month
          from pg_inherits join pg_class on pg_class.oid = inhrelid
         where inhparent = 'audit_entry'::regclass and relname ~ '^audit_[0-9]{4}_[0-9]{2}$'
         order by 1
        """
    )
    return [row["month"] for row in rows]


async def bound(db: Db, at: datetime) -> UUID:
    """The smallest id of a time."""
    found: UUID = await db.fetchval("select audit_bound($1)", at)
    return found


async def last_number(db: Db, *, before: UUID) -> int:
    """Of the rows with smaller ids; 0 when there is none."""
    found = await db.fetchval("select max(seq) from audit_entry where id < $1", before)
    return int(found or 0)


async def drop(db: Db, month: date) -> int:
    """How many rows went with it."""
    gone: int = await _hurried(db, "select audit_drop_month($1)", month)
    return gone


async def _hurried(db: Db, query: str, month: date) -> Any:
    await db.execute("select set_config('lock_timeout', $1, true)", _PATIENCE)
    try:
        return await db.fetchval(query, month)
    except asyncpg.LockNotAvailableError as error:
        raise MonthsBusy from error


async def forget_addresses(db: Db, *, before: UUID) -> int:
    tag = await db.execute("delete from audit_address where entry_id < $1", before)
    return int(tag.removeprefix("DELETE "))


async def digests(db: Db, ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """Of the addresses that are still whole, made anew from them."""
    rows = await db.fetch(
        """
        select entry_id, sha256(salt || convert_to(address, 'UTF8')) as digest
          from audit_address where entry_id = any($1::uuid[])
        """,
        list(ids),
    )
    return {row["entry_id"]: row["digest"] for row in rows}


async def forgotten_before(db: Db) -> UUID:
    """Up to where addresses were forgotten, as the record itself tells."""
    found = await db.fetchval(
        """
        select max(details ->> 'before') from audit_entry
         where noun = 'audit' and action = 'addresses_forgotten'
        """
    )
    return UUID(found) if found else UUID(int=0)
